"""The few figures people look at first, as plain data."""

from __future__ import annotations

from typing import Any

import pandas as pd


def summarise(scores: pd.DataFrame, primary: str, best: str) -> list[dict[str, Any]]:
    """The primary metric of every model on every part, over all folds, with its interval.

    Returns
    -------
    One mapping a line: model, part, metric, value, low, high, n, best.
    """
    over_all = scores[
        (scores["metric"] == primary)
        & scores["fold"].isna()
        & (scores["subgroup"] == "")
        & (scores["threshold"] != "chosen")
    ]
    return [
        {
            "model": line.model,
            "part": line.part,
            "metric": primary,
            "value": _number(line.value),
            "low": _number(line.low),
            "high": _number(line.high),
            "n": int(str(line.n)),
            "best": line.model == best,
        }
        for line in over_all.itertuples()
    ]


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
