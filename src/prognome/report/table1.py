"""Who the rows are, by class: table 1."""

from __future__ import annotations

import pandas as pd

from prognome.core.characteristics import ALL, FEW, HIDDEN, OTHERS, ROWS
from prognome.page.html import Markup, element, join
from prognome.page.numbers import count, decimal, percent, significant
from prognome.page.table import Column, table
from prognome.report.folder import Run

_CLASS, _EXTERNAL = "class:", "external:"


def table1_block(run: Run) -> Markup | None:
    """The table and what its words mean; None where the run folder has none."""
    facts = run.table1
    if not len(facts):
        return None
    groups = list(dict.fromkeys(facts["group"]))
    counted = (facts["variable"] == ROWS) & (facts["block"] == "")  # a column may be called so too
    sizes = facts[counted].set_index("group")["n"]
    columns = [Column("Characteristic"), *(Column(_head(run, one, sizes), numeric=True) for one in groups)]
    columns.append(Column("Missing", numeric=True))
    rows: list[list[object]] = []
    for _, here in facts[~counted].groupby(["variable", "block"], sort=False):
        rows += _lines(here, groups)
    by = {"number": "by thirds of the target", "survival": "by event"}.get(run.kind, "by class")
    caption = f"Table 1: characteristics {by}"
    return join(
        [
            table(caption, columns, rows, name="table1", scroll=True, caption_shown=True),
            element(
                "p",
                "Numbers: mean (standard deviation), and median [quartiles]. Categories: rows (share of "
                f"those known). A dash or “{HIDDEN}”: fewer than {FEW} rows in some cell, so that no one can "
                f"be known by it; small levels are put together as “{OTHERS}”. Missing: of all rows of the "
                "study. No test is made of these differences.",
                class_="note",
            ),
        ]
    )


def _head(run: Run, group: str, sizes: pd.Series) -> str:
    size = f" (n\u00a0=\u00a0{int(sizes[group]):,})"
    if group == ALL:
        return f"All{size}"
    if group.startswith(_EXTERNAL):
        return f"External: {group.removeprefix(_EXTERNAL)}{size}"
    name = group.removeprefix(_CLASS)
    bare = name.replace(".", "", 1).isdigit()
    return f"{run.study['target']['column']} {name}{size}" if bare else f"{name}{size}"


def _lines(here: pd.DataFrame, groups: list[str]) -> list[list[object]]:
    variable = str(here["variable"].iloc[0])
    if not here["level"].any():
        by_group = {str(one["group"]): one for one in here.to_dict("records")}
        missing = _missing(by_group[ALL])
        mean = [_mean(by_group.get(group)) for group in groups]
        middle = [_median(by_group.get(group)) for group in groups]
        return [[f"{variable}, mean (SD)", *mean, missing], [f"{variable}, median [quartiles]", *middle, ""]]
    rows: list[list[object]] = []
    for at, (level, same) in enumerate(here.groupby("level", sort=False)):
        by_group = {str(one["group"]): one for one in same.to_dict("records")}
        name = f"{variable}: {level}, n (%)"
        missing = _missing(by_group[ALL]) if at == 0 else ""
        rows.append([name, *(_counted(by_group.get(group)) for group in groups), missing])
    return rows


def _mean(one: dict | None) -> object:
    if one is None or pd.isna(one["mean"]):
        return _dash()
    places = _places(one["sd"] or one["mean"])
    return f"{decimal(one['mean'], places)} ({decimal(one['sd'], places)})"


def _median(one: dict | None) -> object:
    if one is None or pd.isna(one["median"]):
        return _dash()
    median, q1, q3 = (significant(one[name]) for name in ("median", "q1", "q3"))
    return f"{median} [{q1}–{q3}]"


def _places(size: float) -> int:
    """Decimals that suit a spread."""
    size = abs(size)
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3


def _counted(one: dict | None) -> object:
    if one is None or pd.isna(one["count"]) or not one["n"]:
        return _dash()
    return f"{count(int(one['count']))} ({percent(one['count'] / one['n'])})"


def _missing(one: dict) -> str:
    whole = int(one["n"]) + int(one["missing"])
    return f"{count(int(one['missing']))} ({percent(one['missing'] / whole)})" if one["missing"] else "0"


def _dash() -> Markup:
    return element("span", "–", class_="soft")
