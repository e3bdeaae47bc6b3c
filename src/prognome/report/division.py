"""Who learned and who judged."""

from __future__ import annotations

from collections.abc import Mapping

from prognome.page.html import Markup, element, join
from prognome.page.numbers import count, percent
from prognome.page.table import Column, pairs, table
from prognome.report.folder import Run
from prognome.report.words import repeats_and_folds, scheme


def split_section(run: Run) -> Markup:
    """Scheme, folds, groups, sizes."""
    study, split = run.study.get("split", {}), run.record["split"]
    outer = study.get("outer", {})
    entries: list[tuple[object, object]] = [("Scheme", _scheme(run))]
    group = outer.get("group") or outer.get("leave_out")
    if isinstance(group, Mapping):
        group = f"relatives (kinship of {group['kinship']:g} or more by KING-robust)"
    if group:
        groups = run.record["cohort"].get("groups")
        entries.append(
            ("Groups", f"{group}" + (f": {count(groups)}" if groups else "") + "; never on both sides")
        )
    elif run.record["cohort"].get("groups"):
        entries.append(("Groups", count(run.record["cohort"]["groups"])))
    if study.get("file"):
        entries.append(("Given", "the split was read from a file of the user's"))
    elif run.kind != "number" and split["scheme"] == "folds":
        by = "by event" if run.kind == "survival" else "by class"
        entries.append(("Stratified", by if outer.get("stratify", True) else "no"))
    if split["scheme"] != "fractions":
        entries.append(
            ("Inner folds", f"{study.get('inner', {}).get('folds', 3)} in each training set, for choosing")
        )
    if split["test_rows"]:
        looks = split.get("test_looked_at_by_studies")
        known = "unknown" if looks is None else count(looks, "study", "studies")
        entries.append(
            (
                "Test part",
                f"{count(split['test_rows'], 'row')}, scored once in this run; scored by so far: {known}",
            )
        )
    return element("section", element("h2", "Split"), pairs(entries), _sizes(run), id="split")


def _scheme(run: Run) -> str:
    if run.main == "cv":
        return scheme(run)
    return "one training, one validation and one test part"


def _sizes(run: Run) -> Markup:
    table_ = run.split
    if run.main != "cv":
        counts = table_["part"].value_counts()
        whole = int(counts.sum())
        rows = [
            [name, count(int(counts[name])), percent(counts[name] / whole)]
            for name in ("train", "validation", "test")
            if name in counts
        ]
        columns = [Column("Part"), Column("Rows", numeric=True), Column("Share", numeric=True)]
        return table("Sizes of the parts", columns, rows, name="parts", caption_shown=True)
    repeats, folds = repeats_and_folds(run)
    judged = table_[(table_["part"] == "cv") & (table_["fold"] > 0)]
    sizes = judged.groupby(["repeat", "fold"]).size()
    if folds * repeats > 30:
        return element(
            "p",
            f"{count(len(sizes), 'fold')} of {int(sizes.min()):,} to {int(sizes.max()):,} rows (median "
            f"{sizes.median():,.0f}).",
        )
    columns = [
        Column("Repeat" if repeats > 1 else "Judged"),
        *(Column(f"Fold {k}", numeric=True) for k in range(1, folds + 1)),
    ]
    numbers = sorted(judged["fold"].unique())
    rows = [
        [f"{int(r)}" if repeats > 1 else "Rows", *(count(int(sizes.get((r, f), 0))) for f in numbers)]
        for r in sorted(judged["repeat"].unique())
    ]
    before = table_[(table_["part"] == "cv") & (table_["fold"] == 0)]
    return join(
        [
            table(
                "Rows that judge in each fold", columns, rows, name="folds", scroll=True, caption_shown=True
            ),
            element("p", f"{count(len(before), 'row')} at the beginning only train.", class_="note")
            if len(before)
            else None,
        ]
    )
