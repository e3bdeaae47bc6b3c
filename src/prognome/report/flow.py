"""What became of the rows: read, lost and why, kept, who learned, who judged, and cohorts from elsewhere."""

from __future__ import annotations

from prognome.page.flow import Box, Step, flow
from prognome.page.numbers import count
from prognome.report.drawing import Drawing
from prognome.report.folder import Run
from prognome.report.words import repeats_and_folds, sentence


def flow_drawing(run: Run) -> Drawing:
    """The flow diagram, as STARD and TRIPOD ask for it."""
    cohort, split = run.record["cohort"], run.record["split"]
    first, *lost = cohort["losses"] or [{"reason": "in the study", "rows": cohort["rows"]}]
    leaves = tuple(Box(sentence(str(one["reason"])), _rows(one["rows"])) for one in lost if one["rows"])
    start = Box(f"Rows {first['reason']}", _rows(first["rows"]))
    kept = Box("Rows in the study", _rows(cohort["rows"], _classes(run)), strong=True)
    steps = [Step(start, leaves), Step(kept)]
    ends, apart = _parts(run), _external(run)
    told = "; ".join(
        [f"{start.words}: {start.rows}"]
        + [f"left out, {box.words}: {box.rows}" for box in leaves]
        + [f"{box.words}: {box.rows}" for box in (kept, *ends, *apart)]
    )
    caption = "Dashed boxes are rows that were left out." if leaves else "No row was left out."
    if apart:
        caption += " Cohorts from elsewhere stand apart: nothing was learned from them."
    if split["test_rows"]:
        caption += " Nothing was learned from the test part."
    return Drawing("flow", "Flow of rows", caption, flow(steps, ends, apart, "Flow of rows", told), wide=True)


def _rows(rows: int, more: str = "") -> str:
    return f"{count(int(rows), 'row')}{more}"


def _classes(run: Run) -> str:
    classes = run.record["cohort"]["classes"]
    if not classes or len(classes) > 3:
        return ""
    told = ", ".join(f"{one['label']}: {one['rows']:,}" for one in classes)
    return f" ({told})"


def _parts(run: Run) -> list[Box]:
    """Who learned and who judged."""
    split = run.record["split"]
    if run.main != "cv":
        names = {
            "train": "Training part: models learn",
            "validation": "Validation part: chooses the model",
            "test": "Test part: judges once",
        }
        sizes = run.split["part"].value_counts()
        return [Box(words, _rows(sizes[name])) for name, words in names.items() if name in sizes]
    repeats, folds = repeats_and_folds(run)
    again = f", {repeats} times" if repeats > 1 else ""
    boxes = [Box(f"Learn and judge in turn: {folds} folds{again}", _rows(split["learn_rows"]))]
    if split["test_rows"]:
        boxes.append(Box("Test part: judges once", _rows(split["test_rows"])))
    return boxes


def _external(run: Run) -> list[Box]:
    found = []
    for name, facts in (run.record.get("external") or {}).items():
        lost = sum(int(one["rows"]) for one in (facts.get("losses") or [])[1:])
        more = f", {lost:,} left out" if lost else ""
        found.append(Box(f"External cohort “{name}”: only judges", _rows(facts["rows"], more)))
    return found
