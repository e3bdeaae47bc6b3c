"""What a reader must know before any table: question, answer, how sure, for whom not, and not for what."""

from __future__ import annotations

from collections.abc import Sequence

from prognome.page.html import Markup, element, join
from prognome.page.numbers import count
from prognome.report import guards
from prognome.report.cautions import odd_slopes, worse_elsewhere
from prognome.report.folder import CHOSEN, Difference, Run
from prognome.report.subgroup_words import GAP, TOO_FEW
from prognome.report.words import (
    decimal_of,
    equals,
    in_part,
    interval,
    level_name,
    listed,
    metric_name,
    model_name,
    with_interval,
)

A_BETTER = "a is better"
MOST_GAPS, MOST_LEVELS = 3, 4
RESEARCH = "Decisions on the diagnosis or treatment of a person: this is research, not a medical device."
CAUSES = "Telling causes: what a model uses goes with the target; it need not bring it about."


def at_once(run: Run, answer: Markup) -> Markup:
    """Five rows of plain words.

    Parameters
    ----------
    run
        The run folder.
    answer
        The answer in one sentence.
    """
    entries: list[tuple[str, object]] = [
        ("Question", _question(run)),
        ("Answer", element("p", answer, class_="lead")),
        ("How sure", [element("p", one) for one in how_sure(run)]),
        ("It does not hold for", _list(does_not_hold(run))),
        ("Not to be used for", _list(not_for(run))),
    ]
    return element(
        "dl", [element("div", element("dt", a), element("dd", b)) for a, b in entries], class_="once"
    )


def _question(run: Run) -> Markup:
    target, blocks = run.study["target"]["column"], listed(list(run.record["cohort"]["blocks"]))
    asked = run.study.get("question") or f"Can “{target}” be predicted from {blocks}?"
    meant = run.about.get("intended_use")
    return join(
        [
            element("p", asked, class_="question"),
            element("p", "Meant for: ", str(meant)) if meant else None,
        ]
    )


def _list(items: Sequence[object]) -> Markup:
    return element("ul", [element("li", one) for one in items])


# --- how sure -------------------------------------------------------------------------------------------


def how_sure(run: Run) -> list[Markup]:
    """Whether anything was learned, how wide the interval is, and what casts doubt."""
    found = [_against_guessing(run), _against_simple(run), _spread(run), _doubts(run)]
    return [one for one in found if one is not None]


def _against_guessing(run: Run) -> Markup | None:
    if run.best in run.baselines:
        return join(["No model was shown to be better than a simple rule, so there is little to be sure of."])
    told = {part: one for part in run.parts if (one := run.against("dummy", part)) and one.p_holm is not None}
    if not told:
        return None
    better = [part for part, one in told.items() if one.verdict == A_BETTER]
    if not better:
        p = equals(next(iter(told.values())).p_holm)
        return join([f"It may be no better than guessing: no difference is shown ({p})."])
    others = [part for part in told if part not in better]
    words = f"Shown to do better than guessing {_places(run, better)}"
    return join([words, f", not {_places(run, others)}." if others else "."])


def _against_simple(run: Run) -> Markup | None:
    """The best model against the simple rules other than guessing, where the best was chosen."""
    rivals = {
        label: one
        for label in run.baselines
        if label not in ("dummy", run.best) and (one := run.against(label, run.main)) is not None
    }
    if run.best in run.baselines or not rivals:
        return None
    beaten = [model_name(run, label) for label, one in rivals.items() if _beats(one)]
    others = [model_name(run, label) for label, one in rivals.items() if not _beats(one)]
    where = in_part(run, run.main)
    if not others:
        return join([f"It is shown to be better than {listed(beaten)} too ({where})."])
    start = f"Better than {listed(beaten)} too, but not" if beaten else "Not"
    return join([f"{start} shown to be better than {listed(others)} ({where})."])


def _beats(one: Difference) -> bool:
    return one.verdict == A_BETTER


def _spread(run: Run) -> Markup | None:
    figure = run.figure(run.best, run.main)
    if figure is None or figure.low is None or figure.high is None:
        return None
    chosen = run.figure(CHOSEN, run.main)
    honest = chosen is not None and chosen.value is not None
    return join(
        [
            f"With {count(figure.n, 'row')} the {metric_name(run.primary)} may be anything from ",
            interval(run, run.primary, figure),
            f" ({level_name(run)} interval)",
            ["; allowing for the choice among models it is ", with_interval(run, run.primary, chosen)]
            if honest and chosen is not None
            else None,
            ".",
        ]
    )


def _doubts(run: Run) -> Markup | None:
    alarms = [one for one in guards.said(run) if one.status == "alarm"]
    if not alarms:
        return None
    names = list(dict.fromkeys(one.title[:1].lower() + one.title[1:] for one in alarms))
    return join([f"{count(len(alarms), 'alarm')} of the guards cast doubt: {listed(names)}."])


def _places(run: Run, parts: Sequence[str]) -> str:
    return listed([in_part(run, part) for part in parts])


# --- for whom it does not hold --------------------------------------------------------------------------


def does_not_hold(run: Run) -> list[Markup]:
    """Groups that are served worse, places where it does worse, and whom nobody looked at."""
    found = [*_gaps(run)]
    for part in worse_elsewhere(run):
        found.append(join([f"Rows {in_part(run, part)}: it does worse there."]))
    shifted: dict[str, list[str]] = {}
    for one in guards.said(run):
        if one.status == "alarm" and one.guard == "shifted" and one.stage.startswith("external:"):
            shifted.setdefault(one.stage.removeprefix("external:"), []).append(one.where.rpartition(" ")[2])
    for name, blocks in shifted.items():
        found.append(
            join(
                [
                    f"The cohort “{name}” as far as probabilities and decisions go: its values of "
                    f"{listed(list(dict.fromkeys(blocks)))} lie elsewhere than those it learned from."
                ]
            )
        )
    few = _too_few(run)
    if few:
        found.append(join([f"Not known for {few}: too few rows."]))
    if not run.study.get("subgroups"):
        found.append(
            join(["Not known for groups of people (sex, age, origin): the study names no subgroups."])
        )
    if not run.record.get("external"):
        found.append(join(["Not known for other places: it was tried on no cohort from elsewhere."]))
    meant = run.about.get("population")
    whom = f"those it stands for ({str(meant).rstrip('.')})" if meant else "the rows of this study"
    found.append(join([f"Anyone unlike {whom}, or measured in another way."]))
    return found


def _gaps(run: Run) -> list[Markup]:
    """Levels that do worse than all others, in the primary metric."""
    gaps = run.gaps
    if not len(gaps):
        return []
    held = gaps[(gaps["verdict"] == GAP) & (gaps["metric"] == run.primary) & (gaps["threshold"] != CHOSEN)]
    found = []
    for one in held.to_dict("records"):
        here, rest = float(one["value"]), float(one["rest"])
        worse = here < rest if run.metric.higher else here > rest
        if not worse:
            continue
        level = one["level"] if one["subgroup"] in one["level"] else f"{one['subgroup']} {one['level']}"
        found.append(
            join(
                [
                    f"Rows with {level}: {metric_name(run.primary)} of ",
                    decimal_of(run, here),
                    " against ",
                    decimal_of(run, rest),
                    f" of the others ({in_part(run, str(one['part']))}).",
                ]
            )
        )
    return found[:MOST_GAPS]


def _too_few(run: Run) -> str:
    levels = [
        one.level if one.column in one.level else f"{one.column} {one.level}"
        for one in run.by_level(run.main)
        if one.figure.value is None and one.figure.method.startswith(TOO_FEW)
    ]
    more = [f"{len(levels) - MOST_LEVELS} more"] if len(levels) > MOST_LEVELS else []
    return listed([*levels[:MOST_LEVELS], *more])


# --- what it is not for ---------------------------------------------------------------------------------


def not_for(run: Run) -> list[Markup]:
    """What the authors exclude, then what follows from the figures, then what always holds."""
    found = [join([str(one)]) for one in run.about.get("not_for") or []]
    told = [one for part in run.parts if (one := run.against("dummy", part)) and one.p_holm is not None]
    if run.best in run.baselines or (told and not any(_beats(one) for one in told)):
        found.append(join(["Any prediction: it is not shown to know more than a simple rule."]))
    for part, words in odd_slopes(run).items():
        found.append(
            join([f"Taking its probabilities at their word: they are {words} {in_part(run, part)}."])
        )
    return [*found, join([RESEARCH]), join([CAUSES])]
