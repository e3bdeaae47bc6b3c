"""Which differences hold: the family that was tested, and all pairs, from which no verdict is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from prognome.page.html import Markup, element, join
from prognome.page.numbers import count
from prognome.page.table import Column, table
from prognome.report.drawing import slug
from prognome.report.folder import DECISIONS, Difference, Run
from prognome.report.words import (
    difference_cell,
    inside,
    level_name,
    listed,
    metric_name,
    model_name,
    p_value,
    part_name,
    spoken,
)

_WILCOXON = "Wilcoxon"


def comparisons_section(run: Run) -> Markup | None:
    """The tested family by part, exploratory pairs behind a fold; None where nothing was compared."""
    parts = [part for part in run.parts if run.differences(part)]
    if not parts:
        return None
    return element(
        "section",
        element("h2", "Comparisons"),
        element(
            "p",
            f"The best model, {model_name(run, run.best)}, against every baseline and the "
            "runner-up: this family was named before any test was made, and its p-values are corrected "
            "together in each part (Holm). "
            f"{_direction(run)}",
        ),
        [(_family(run, part), _decisions(run, part)) for part in parts],
        element(
            "p",
            "“No difference shown” does not mean that the two are equal. Each interval is of one "
            "difference, not of the family. A test over folds also counts what other training rows would "
            "change; with few folds it is strict, and an interval of the table above can lie beyond a "
            "rival's figure where this test shows nothing.",
            class_="note",
        ),
        _explored(run),
        id="comparisons",
    )


def _direction(run: Run) -> str:
    better = "above 0" if run.metric.higher else "below 0"
    return (
        f"A difference in {metric_name(run.primary)} is the best model minus the other; {better} the best "
        "model is better."
    )


def _family(run: Run, part: str) -> Markup:
    said = (run.record.get("verdicts") or {}).get(part)
    caption = f"{part_name(part)}: the best model against its rivals"
    return join(
        [
            element("h3", part_name(part)),
            element("p", spoken(run, str(said), part)) if said else None,
            _tested(run, f"comparisons_{slug(part)}", caption, run.differences(part)),
        ]
    )


def _decisions(run: Run, part: str) -> Markup | None:
    """Right decisions of the same models, where they were compared."""
    lines = run.decisions(part)
    if not lines:
        return None
    said = (run.record.get("decisions") or {}).get(part)
    caption = f"{part_name(part)}: right decisions of the best model against those of its rivals"
    cut = "the event above a probability of 0.5" if run.kind == "binary" else "the most probable class"
    return join(
        [
            element("p", spoken(run, str(said), part)) if said else None,
            _tested(run, f"decisions_compared_{slug(part)}", caption, lines, DECISIONS),
            element(
                "p",
                f"The share of rows decided rightly at the fixed threshold ({cut}), above 0 where the best "
                "model is right more often: a family of its own, with its own correction.",
                class_="note",
            ),
        ]
    )


def _tested(run: Run, name: str, caption: str, lines: Sequence[Difference], metric: str = "") -> Markup:
    """A table of a family."""
    rows = [
        [
            model_name(run, one.b),
            difference_cell(run, one, metric),
            one.test,
            p_value(one.p),
            p_value(one.p_holm),
            verdict_words(run, one),
        ]
        for one in lines
    ]
    columns = [
        Column("Against"),
        Column(f"Difference ({level_name(run)} interval)", label="Difference"),
        Column("Test"),
        Column("p", numeric=True),
        Column("p, Holm", numeric=True, label="p after Holm"),
        Column("Verdict"),
    ]
    return table(caption, columns, rows, name=name)


def verdict_words(run: Run, one: Difference) -> Markup:
    """A verdict in words, by name."""
    won = {"a is better": one.a, "b is better": one.b}.get(one.verdict)
    if won is not None:
        return element("span", f"{model_name(run, won)} is better")
    return element("span", one.verdict, class_="soft")


def _explored(run: Run) -> list[Markup]:
    """Pairs over folds in the primary metric; pairs by their decisions elsewhere."""
    found = []
    for part in run.parts:
        metric, form = (run.primary, _pairs) if part == run.main else (DECISIONS, _decided_pairs)
        lines = run.differences(part, metric, exploratory=True)
        if lines:
            found.append(form(run, part, lines))
    return found


def _decided_pairs(run: Run, part: str, lines: Sequence[Difference]) -> Markup:
    """One line a pair, by right decisions."""
    rows = [
        [_pair(run, one.a, one.b), difference_cell(run, one, DECISIONS), one.test, p_value(one.p)]
        for one in lines
    ]
    columns = [
        Column("Pair"),
        Column(f"Difference ({level_name(run)} interval)", label="Difference"),
        Column("Test"),
        Column("p", numeric=True),
    ]
    words = (
        "No verdict is drawn from these: right decisions of pairs that were not named before, and nothing is "
        "corrected for their number."
    )
    pairs = count(len(rows), "other pair")
    return element(
        "details",
        element("summary", f"Exploratory: decisions of {pairs}, {inside(part)}"),
        element("p", words, class_="note"),
        table(
            f"{part_name(part)}: right decisions of other pairs, exploratory",
            columns,
            rows,
            name=f"decisions_of_pairs_{slug(part)}",
        ),
        class_="long",
    )


def _pair(run: Run, a: str, b: str) -> list[object]:
    return [model_name(run, a), " − ", model_name(run, b)]


def _pairs(run: Run, part: str, lines: Sequence[Difference]) -> Markup:
    """One line a pair, with the plain tests that papers use."""
    pairs: dict[tuple[str, str], dict[bool, Difference]] = {}
    for one in lines:
        pairs.setdefault((one.a, one.b), {})[one.test.startswith(_WILCOXON)] = one
    notes = sorted({note for one in lines if (note := one.verdict.partition(": ")[2])})
    rows = []
    for (a, b), tests in pairs.items():
        plain, ranked = tests.get(False), tests.get(True)
        shown = plain or ranked
        assert shown is not None
        rows.append(
            [
                _pair(run, a, b),
                difference_cell(run, shown),
                p_value(plain.p if plain else None),
                p_value(ranked.p if ranked else None),
            ]
        )
    columns = [
        Column("Pair"),
        Column("Mean difference (naive interval)", label="Mean difference"),
        Column("p, paired t", numeric=True),
        Column("p, Wilcoxon", numeric=True),
    ]
    words = (
        "No verdict is drawn from these. They are the plain paired t-test and Wilcoxon's signed-rank test "
        "over folds, as papers have them; both take folds for independent, which they are not, and nothing "
        "is corrected for the number of pairs."
    )
    if notes:
        words += f" Wilcoxon's test {listed(notes)}."
    return element(
        "details",
        element("summary", f"Exploratory: all {count(len(pairs), 'pair')}, {part_name(part).lower()}"),
        element("p", words, class_="note"),
        table(
            f"{part_name(part)}: all pairs of models, exploratory",
            columns,
            rows,
            name=f"pairs_{slug(part)}",
        ),
        class_="long",
    )
