"""The answer in plain words, with value and interval."""

from __future__ import annotations

from prognome.page.html import Markup, element, join, text
from prognome.page.numbers import count
from prognome.report.at_once import A_BETTER, at_once
from prognome.report.baselines import baseline_sentence, baseline_words
from prognome.report.folder import CHOSEN, Figure, Run
from prognome.report.subgroup_words import worst_sentences
from prognome.report.words import (
    equals,
    in_part,
    interval,
    level_name,
    metric_name,
    model_name,
    number,
    part_name,
    spoken,
    with_interval,
)

MOST_VERDICTS = 2
_RANKING = ("auc_roc", "average_precision", "accuracy", "balanced_accuracy", "f1", "mcc")


def answer_section(run: Run, cautions: Markup | None) -> Markup:
    """The first section: the answer, its figures, what they are worth."""
    return element(
        "section",
        element("h2", "The answer", class_="hidden"),
        at_once(run, answer(run)),
        _headline(run),
        [
            element("p", sentence)
            for sentence in (
                *_verdicts(run),
                baseline_sentence(run),
                *worst_sentences(run),
                _chosen(run),
                _meaning(run),
            )
            if sentence
        ],
        cautions,
        id="answer",
        class_="answer",
    )


def answer(run: Run) -> Markup:
    """The answer in one or two sentences."""
    figure = run.figure(run.best, run.main)
    if figure is None or figure.value is None:
        return join(
            [f"The {metric_name(run.primary)} is not defined for any model ", in_part(run, run.main), "."]
        )
    said = join(
        [
            with_interval(run, run.primary, figure, first=True),
            " ",
            in_part(run, run.main),
            f" on {count(figure.n, 'row')}",
        ]
    )
    if run.best in run.baselines:
        start: object = [
            _nothing(run),
            element("strong", model_name(run, run.best)),
            f" ({baseline_words(run, run.best)}), with ",
            _article(run.primary),
            " of ",
            said,
        ]
    else:
        start = [
            _not_shown(run),
            "The best model, ",
            element("strong", model_name(run, run.best)),
            f", {_does(run)} with ",
            _article(run.primary),
            " of ",
            said,
        ]
    others = [_elsewhere(run, part) for part in run.parts[1:]]
    known = [one for one in others if one is not None]
    return join([start, [("; ", one) for one in known], ".", _pairs(run, figure.value)])


def _pairs(run: Run, value: float) -> str:
    """What a concordance is, in pairs of patients; nothing for another metric."""
    if run.primary not in ("c_uno", "c_harrell"):
        return ""
    return (
        " Of two rows, the one whose event comes earlier has the higher predicted risk in "
        f"{round(100 * value)} of 100 pairs; 50 is guessing."
    )


def _nothing(run: Run) -> str:
    if run.best == "linear":
        return "No model stood out from a plain linear one. The best is "
    if run.best == "single_best":
        return (
            "No model stood out from the single best feature, so the others added nothing that this run can "
            "show. The best is "
        )
    if run.best == "clinical_only":
        return (
            "No model stood out from the clinical data alone, so the other data added nothing that this run "
            "can show. The best is "
        )
    return "No model stood out from the baseline, so nothing was learned that this run can show. The best is "


def _elsewhere(run: Run, part: str) -> Markup | None:
    figure = run.figure(run.best, part)
    if figure is None:
        return None
    if figure.value is None:
        return join([in_part(run, part), f" ({count(figure.n, 'row')}) it is not defined"])
    return join(
        [in_part(run, part), f" ({count(figure.n, 'row')}) it is ", with_interval(run, run.primary, figure)]
    )


def _not_shown(run: Run) -> str:
    """A first sentence where no part shows the best model to be better than guessing."""
    told = [one for part in run.parts if (one := run.against("dummy", part)) and one.p_holm is not None]
    if not told or any(one.verdict == A_BETTER for one in told):
        return ""
    return (
        f"This run does not show that the best model does better than guessing ({equals(told[0].p_holm)}). "
    )


def _spoken(run: Run) -> list[str]:
    """Class labels as a sentence can say them: a bare number with the column it stands in."""
    column = run.study["target"]["column"]
    bare = all(label.replace(".", "", 1).isdigit() for label in run.classes)
    return [f"{column} {label}" if bare else label for label in run.classes]


def _does(run: Run) -> str:
    classes, column = _spoken(run), run.study["target"]["column"]
    if run.kind == "binary" and run.primary in _RANKING:
        return f"tells {classes[1]} from {classes[0]}"
    if run.kind == "multiclass":
        return f"tells the {len(classes)} classes of “{column}” apart"
    if run.kind == "binary":
        return f"predicts {classes[1]} against {classes[0]}"
    if run.kind == "survival":
        return f"ranks rows by the risk of “{column}”"
    return f"predicts {column}"


def _article(metric: str) -> str:
    name = metric_name(metric)
    return f"{'an' if name[0].lower() in 'aeiou' or name.startswith(('R', 'F1')) else 'a'} {name}"


def _headline(run: Run) -> Markup:
    cards = []
    for part in run.parts:
        figure = run.figure(run.best, part)
        if figure is None:
            continue
        cards.append(
            element(
                "div",
                element("dt", part_name(part)),
                element("dd", number(run, run.primary, figure), class_="value"),
                element(
                    "dd", f"{level_name(run)} interval ", interval(run, run.primary, figure), class_="range"
                ),
                element("dd", _judged_rows(run, figure), class_="range soft"),
            )
        )
    legend = element(
        "p", f"{model_name(run, run.best)}, {metric_name(run.primary)}{_direction(run)}", class_="note"
    )
    return join([legend, element("dl", cards, class_="headline")])


def _direction(run: Run) -> str:
    if run.primary in ("auc_roc", "c_uno", "c_harrell", "auc_t"):
        return ": 0.5 is guessing, 1 is perfect"
    return ": more is better" if run.metric.higher else ": less is better"


def _judged_rows(run: Run, figure: Figure) -> str:
    if figure.events is None:
        return count(figure.n, "row")
    return f"{count(figure.n, 'row')}, {count(figure.events)} with {_spoken(run)[1]}"


def _verdicts(run: Run) -> list[Markup]:
    """Which differences hold, as the judge says it: where the best was chosen, and on the next part."""
    said = run.record.get("verdicts") or {}
    known = [text(spoken(run, str(said[part]), part)) for part in run.parts if said.get(part)]
    return known[:MOST_VERDICTS]


def _chosen(run: Run) -> Markup | None:
    figure = run.figure(CHOSEN, run.main)
    if figure is None or figure.value is None:
        if run.main == "validation":
            return join(
                [
                    "The model was picked by its score in the validation part, so that score leans to the "
                    "good "
                    "side; "
                    "the test part, which had no say, is the honest figure."
                ]
            )
        return None
    return join(
        [
            "The best model was picked by these same folds, so its figure leans to the good side. Letting "
            "the inner folds pick the model anew in each training set, without a look at the rows that "
            "judge, gives ",
            with_interval(run, run.primary, figure),
            ": the honest figure for the whole procedure.",
        ]
    )


def _meaning(run: Run) -> Markup | None:
    if run.primary == "auc_roc" and run.kind == "binary":
        event, other = _spoken(run)[1], _spoken(run)[0]
        return element(
            "span",
            f"The area under the ROC curve is the chance that a row with {event} gets a higher "
            f"probability of {event} than a row with {other}.",
            class_="soft",
        )
    if run.primary == "c_uno":
        tau = float(run.record["follow_up"]["tau"])
        return element(
            "span",
            "Pairs are weighed so that censoring does not shift the figure; events up to "
            f"{run.study['target']['time']} {tau:.4g} count, up to which enough rows are followed.",
            class_="soft",
        )
    if run.primary == "mae":
        return element("span", "The mean absolute error is in the unit of the target.", class_="soft")
    return None
