"""The answer in plain words, with value and interval."""

from __future__ import annotations

from prognome.page.html import Markup, element, join
from prognome.page.numbers import count
from prognome.report.compare import Verdict, compare
from prognome.report.folder import CHOSEN, Figure, Run
from prognome.report.words import (
    in_part,
    interval,
    level_name,
    listed,
    metric_name,
    model_name,
    number,
    part_name,
    with_interval,
)

_RANKING = ("auc_roc", "average_precision", "accuracy", "balanced_accuracy", "f1", "mcc")


def answer_section(run: Run, cautions: Markup | None) -> Markup:
    """The first section: the answer, its figures, what they are worth."""
    return element(
        "section",
        element("h2", "The answer", class_="hidden"),
        element("p", answer(run), class_="lead"),
        _headline(run),
        [element("p", sentence) for sentence in (*_baselines(run), _chosen(run), _meaning(run)) if sentence],
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
            f" ({_baseline_words(run, run.best)}), with ",
            _article(run.primary),
            " of ",
            said,
        ]
    else:
        start = [
            _verdict(run),
            "The best model, ",
            element("strong", model_name(run, run.best)),
            f", {_does(run)} with ",
            _article(run.primary),
            " of ",
            said,
        ]
    others = [_elsewhere(run, part) for part in run.parts[1:]]
    known = [one for one in others if one is not None]
    return join([start, [("; ", one) for one in known], "."])


def _nothing(run: Run) -> str:
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


def _verdict(run: Run) -> str:
    """A first sentence where the best model is not clearly better than guessing."""
    verdict = compare(run.figure(run.best, run.main), run.figure("dummy", run.main), run.metric)
    if verdict in (Verdict.OVERLAP, Verdict.NOT_BETTER):
        return "This run does not show that any model does better than guessing. "
    return ""


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
    if run.primary == "auc_roc":
        return ": 0.5 is guessing, 1 is perfect"
    return ": more is better" if run.metric.higher else ": less is better"


def _judged_rows(run: Run, figure: Figure) -> str:
    if figure.events is None:
        return count(figure.n, "row")
    return f"{count(figure.n, 'row')}, {count(figure.events)} with {_spoken(run)[1]}"


def _baseline_words(run: Run, label: str) -> str:
    if label == "clinical_only":
        blocks = listed(list(run.record["cohort"].get("clinical_blocks") or []))
        return f"a model of the clinical data alone{f': {blocks}' if blocks else ''}"
    if label == "dummy":
        return (
            "always the median of the training rows"
            if run.kind == "number"
            else "always the shares of the classes"
        )
    return "a baseline"


def _baselines(run: Run) -> list[Markup]:
    """One sentence for each baseline but the best."""
    ours = run.figure(run.best, run.main)
    said = []
    for label in run.baselines:
        theirs = run.figure(label, run.main)
        if label == run.best or theirs is None or theirs.value is None or ours is None:
            continue
        told: list[object] = [
            f"The baseline “{model_name(run, label)}” ({_baseline_words(run, label)}) gives ",
            with_interval(run, run.primary, theirs),
            " ",
            in_part(run, run.main),
        ]
        if run.best not in run.baselines:
            told.append(_shown(compare(ours, theirs, run.metric)))
        said.append(join([*told, "."]))
    return said


def _shown(verdict: Verdict) -> str:
    return {
        Verdict.APART: "; the best model is better, and the intervals do not overlap",
        Verdict.OVERLAP: "; the intervals overlap, so no difference is shown (nothing was tested formally)",
        Verdict.NOT_BETTER: "; the best model is not better than that: of models within one standard error "
        "the simpler is taken",
        Verdict.UNKNOWN: "",
    }[verdict]


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
    if run.primary == "mae":
        return element("span", "The mean absolute error is in the unit of the target.", class_="soft")
    return None
