"""What to keep in mind, each said only where the data give cause."""

from __future__ import annotations

from prognome.page.html import Markup, element, join
from prognome.page.numbers import count, percent
from prognome.report import guards
from prognome.report.folder import Run
from prognome.report.subgroup_words import GAP
from prognome.report.words import (
    UNIT,
    in_part,
    interval,
    listed,
    metric_name,
    metric_of,
    model_name,
    number,
    part_name,
    with_interval,
)

FEW_ROWS, FEW_EVENTS, FEW_GROUPS = 100, 20, 20
MEASURED_FROM, MOST_NAMED = 200, 4
WIDE_UNIT, WIDE_SHARE = 0.2, 0.5

Caution = tuple[str, object]


def cautions(run: Run) -> Markup | None:
    """A list of cautions, or None where there is none."""
    found = [
        *_guards(run),
        *_small(run),
        *_wide(run),
        *_perfect(run),
        *_calibration(run),
        *_sets(run),
        *_subgroups(run),
        *_drop(run),
        *_test(run),
        *_external(run),
        *_failed(run),
        *_warned(run),
        *_bundle(run),
        *[("Note", f"{str(note).rstrip('.')}.") for note in run.record.get("notes", [])],
    ]
    if not found:
        return None
    together: dict[str, list[object]] = {}
    for title, words in found:
        together.setdefault(title, []).append([words, " "])
    return join(
        [
            element("h3", "Keep in mind"),
            element(
                "ul",
                [element("li", element("strong", f"{title}. "), words) for title, words in together.items()],
                class_="cautions",
            ),
        ]
    )


def _guards(run: Run) -> list[Caution]:
    """Alarms, then what the study accepted with a reason."""
    found: list[Caution] = []
    told = guards.said(run)
    for one in told:
        if one.status == "alarm":
            found.append((_titled(one), join([one.what, one.remedy], " ")))
    for one in told:
        if one.status == "accepted":
            words = [one.what, f"Accepted, since: {one.reason.rstrip('.')}."]
            found.append((_titled(one), join(words, " ")))
    return found


def _titled(one: guards.Said) -> str:
    place = f" ({one.where})" if one.where else ""
    return f"{one.title}{place}"


def _small(run: Run) -> list[Caution]:
    found: list[Caution] = []
    for part in run.parts:
        figure = run.figure(run.best, part)
        if figure is None:
            continue
        least, what = figure.n, ""
        if figure.events is not None:
            yes, no = figure.events, figure.n - figure.events
            least, what = min((yes, run.classes[1]), (no, run.classes[0]))
        elif run.kind == "multiclass":
            counts = run.said(part)["truth"].value_counts()
            least, what = min((int(counts.get(name, 0)), name) for name in run.classes)
        few_class = run.kind != "number" and least < FEW_EVENTS
        if figure.n < FEW_ROWS or few_class:
            rows = count(figure.n, "row")
            words = f"{rows}, {count(least)} of them {what}" if few_class else rows
            found.append(("Too few rows to trust the interval", f"{part_name(part)}: {words}."))
        elif figure.n < MEASURED_FROM:
            found.append(
                (
                    f"Fewer than {MEASURED_FROM} rows",
                    f"{part_name(part)}: {count(figure.n, 'row')}; an interval may be a little too narrow or "
                    "too wide (see “coverage” in the documentation).",
                )
            )
    groups = run.record["cohort"].get("groups")
    if groups is not None and groups < FEW_GROUPS:
        found.append(
            (
                "Few groups",
                f"The rows form {count(groups, 'group')}; intervals drawn over so few groups are rough.",
            )
        )
    return found


def _wide(run: Run) -> list[Caution]:
    found: list[Caution] = []
    for part in run.parts:
        figure = run.figure(run.best, part)
        if figure is None or figure.width is None or figure.value is None:
            continue
        limit = WIDE_UNIT if run.primary in UNIT else WIDE_SHARE * abs(figure.value)
        if figure.width > limit:
            found.append(
                (
                    "Wide interval",
                    [
                        f"{part_name(part)}: anything from ",
                        interval(run, run.primary, figure),
                        " is compatible with what was seen.",
                    ],
                )
            )
    return found


def _perfect(run: Run) -> list[Caution]:
    found: list[Caution] = []
    for part in run.parts:
        same = [
            label
            for label in run.labels
            if (figure := run.figure(label, part))
            and run.primary in UNIT
            and run.metric.higher
            and figure.value == 1.0
            and figure.width == 0
        ]
        if run.best in same:
            found.append(
                (
                    "A perfect score is not certainty",
                    f"{part_name(part)}: the bootstrap interval has no width at a "
                    "perfect score, whatever the number of rows. With more rows some will be wrong.",
                )
            )
    return found


def odd_slopes(run: Run) -> dict[str, str]:
    """Parts in which the interval of the calibration slope leaves out 1, and in what way it is off."""
    found = {}
    for part in run.parts if run.best not in run.baselines else []:
        slope = run.figure(run.best, part, "calibration_slope")
        if slope is None or slope.value is None or slope.low is None or slope.high is None:
            continue
        if not slope.low <= 1 <= slope.high:
            found[part] = "too extreme" if slope.value < 1 else "too cautious"
    return found


def _calibration(run: Run) -> list[Caution]:
    found: list[Caution] = []
    for part, words in odd_slopes(run).items():
        slope = run.figure(run.best, part, "calibration_slope")
        assert slope is not None
        found.append(
            (
                f"Probabilities are {words}",
                [
                    f"{part_name(part)}: the calibration slope is ",
                    with_interval(run, "calibration_slope", slope),
                    " and should be 1.",
                ],
            )
        )
    return found


def _sets(run: Run) -> list[Caution]:
    """Sets or intervals that hold less than they should, or that take rows for independent."""
    found: list[Caution] = []
    wanted = run.judge.get("coverage")
    what = "Intervals" if run.kind == "number" else "Prediction sets"
    for part in run.parts:
        figure = run.figure(run.best, part, "coverage")
        if wanted is None or figure is None or figure.high is None or figure.high >= wanted:
            continue
        found.append(
            (
                f"{what} hold too little",
                [
                    f"{part_name(part)}: coverage ",
                    with_interval(run, "coverage", figure),
                    f", wanted {percent(float(wanted))}.",
                ],
            )
        )
    learned = run.rule.get("conformal") or {}
    if run.record["cohort"].get("groups") and "rows" in (learned.get("units") or []):
        found.append(
            (
                f"{what} learned from rows",
                "There were too few groups to learn from whole ones, so rows of a new group may be covered "
                "less than wanted.",
            )
        )
    return found


def _subgroups(run: Run) -> list[Caution]:
    """Figures in which levels of a column differ, by part."""
    found: list[Caution] = []
    gaps = run.gaps
    for part in run.parts if len(gaps) else []:
        here = gaps[(gaps["part"] == part) & (gaps["verdict"] == GAP)]
        told = dict.fromkeys(
            f"{metric_of(run, str(metric))} by {column}"
            for metric, column in zip(here["metric"], here["subgroup"], strict=True)
        )
        if told:
            more = [f"{count(len(told) - MOST_NAMED)} more"] if len(told) > MOST_NAMED else []
            words = listed([*list(told)[:MOST_NAMED], *more])
            found.append(("Subgroups differ", f"{part_name(part)}: a gap is shown in {words}."))
    return found


def worse_elsewhere(run: Run) -> list[str]:
    """Parts whose whole interval is worse than the figure of the part that chose the model."""
    main = run.figure(run.best, run.main)
    found = []
    for part in run.parts[1:] if main is not None and main.value is not None else []:
        here = run.figure(run.best, part)
        if here is None or here.low is None or here.high is None:
            continue
        assert main is not None
        assert main.value is not None
        if here.high < main.value if run.metric.higher else here.low > main.value:
            found.append(part)
    return found


def _drop(run: Run) -> list[Caution]:
    found: list[Caution] = []
    for part in worse_elsewhere(run):
        main, here = run.figure(run.best, run.main), run.figure(run.best, part)
        assert main is not None
        assert here is not None
        found.append(
            (
                "Worse elsewhere",
                [
                    f"The {metric_name(run.primary)} is ",
                    with_interval(run, run.primary, here),
                    " ",
                    in_part(run, part),
                    ", against ",
                    number(run, run.primary, main),
                    " ",
                    in_part(run, run.main),
                    ".",
                ],
            )
        )
    return found


def _test(run: Run) -> list[Caution]:
    split = run.record["split"]
    looks = split.get("test_looked_at_by_studies")
    if not split["test_rows"]:
        return []
    if looks is None:
        return [("Looks at the test part", "How often this test part has been scored could not be kept.")]
    if looks > 1:
        return [
            (
                "The test part is not fresh",
                f"{count(looks)} different studies have scored these test rows on this "
                "machine; each look makes the next worth less.",
            )
        ]
    return []


def _external(run: Run) -> list[Caution]:
    found: list[Caution] = []
    for name, facts in run.record.get("external", {}).items():
        rows = facts["rows"]
        if facts["refused_by_contract"]:
            found.append(
                (
                    f"Rows of “{name}” outside the contract",
                    f"{count(facts['refused_by_contract'])} of "
                    f"{count(rows, 'row')} would be refused as new patients; they are scored here all "
                    "the same.",
                )
            )
        if facts["out_of_range"] > rows / 2:
            found.append(
                (
                    f"“{name}” lies outside the training range",
                    f"In {count(facts['out_of_range'])} of {count(rows, 'row')} more values lie beyond "
                    "what was seen in training than the contract tolerates "
                    f"({percent(facts['outside'])} of all values). "
                    "The measurements may be on another scale.",
                )
            )
        if facts["coverage"] < 0.95:
            found.append(
                (
                    f"Gaps in “{name}”",
                    f"Its rows bring {percent(facts['coverage'])} of the features on average.",
                )
            )
    return found


def _failed(run: Run) -> list[Caution]:
    return [
        ("A model failed", [element("strong", model_name(run, label)), f": {_cut(why)}"])
        for label, why in run.record.get("failures", {}).items()
    ]


def _warned(run: Run) -> list[Caution]:
    return [
        ("Warning while fitting", f"{model_name(run, str(one['label']))}: {_cut(listed(one['warnings']))}.")
        for one in run.record["models"]
        if one["warnings"]
    ]


def _bundle(run: Run) -> list[Caution]:
    found: list[Caution] = []
    if run.record.get("bundle", {}).get("holds_training_rows"):
        found.append(
            (
                "The bundle holds rows it learned from",
                "The saved model keeps data of single rows. Share it only with those who may see the data.",
            )
        )
    if run.study.get("refit") == "all" and run.record["split"]["test_rows"]:
        found.append(
            (
                "The bundle has seen the test part",
                "It was refitted on all rows (refit: all); the test figures belong to the model before that.",
            )
        )
    return found


def _cut(words: str, limit: int = 400) -> str:
    return words if len(words) <= limit else f"{words[:limit]}…"
