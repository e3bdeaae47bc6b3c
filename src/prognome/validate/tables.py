"""The evaluation as tables, with the columns of the run folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from prognome.core.cohort import Cohort
from prognome.validate.learn import Learned
from prognome.validate.score import JudgedFold

SEARCH_COLUMNS = (
    "model", "part", "repeat", "fold", "trial", "share", "score", "seconds", "chosen", "failure",
    "parameters",
)  # fmt: skip


def predictions_table(
    folds: Mapping[tuple[str, str], Sequence[JudgedFold]], cohort: Cohort, external: Mapping[str, Cohort]
) -> pd.DataFrame:
    """``row model part repeat fold truth decision decision_chosen p_CLASS… s_CLASS… set_CLASS…``.

    ``s_`` are the probabilities before recalibration, ``set_`` is 1 where the prediction set holds the class.
    For numbers: ``… truth prediction low high``. For survival: ``… time event risk survival_TIME…``, the
    share free of the event at each horizon.
    """
    pieces = []
    labels = np.array(cohort.classes, dtype=object)
    for (model, part), judged_folds in folds.items():
        source = external[part[9:]] if part.startswith("external:") else cohort
        for fold in judged_folds:
            judged = fold.judged
            piece = pd.DataFrame({"row": source.ids[fold.rows], "model": model, "part": part})
            piece["repeat"] = fold.repeat if part == "cv" else np.nan
            piece["fold"] = fold.fold if part == "cv" else np.nan
            if len(labels):
                piece["truth"] = labels[judged.truth.astype(int)]
                piece["decision"] = labels[judged.decision]
                chosen = judged.at(fold.chosen).decision if fold.chosen is not None else None
                piece["decision_chosen"] = "" if chosen is None else labels[chosen]
                for k, label in enumerate(labels):
                    piece[f"p_{label}"] = judged.score[:, k]
                for k, label in enumerate(labels):
                    piece[f"s_{label}"] = judged.ranking[:, k]
                for k, label in enumerate(labels):
                    piece[f"set_{label}"] = None if judged.within is None else judged.within[:, k].astype(int)
            elif judged.follow_up is not None:
                piece["time"], piece["event"] = judged.truth[:, 0], judged.truth[:, 1].astype(int)
                piece["risk"] = judged.risk
                for horizon, k in zip(judged.follow_up.horizons, judged.follow_up.columns, strict=True):
                    piece[f"survival_{horizon:g}"] = judged.survival[:, k]
            else:
                piece["truth"] = judged.truth
                piece["prediction"] = judged.score
                piece["low"] = np.nan if judged.within is None else judged.within[:, 0]
                piece["high"] = np.nan if judged.within is None else judged.within[:, 1]
            pieces.append(piece)
    table = pd.concat(pieces, ignore_index=True)
    return table.astype({"repeat": "Int64", "fold": "Int64"})


def timing_table(done: Sequence[Learned]) -> pd.DataFrame:
    """One line for each search and fit: seconds on the wall and of the processor, rows, trials, warnings."""
    rows = [
        {
            "model": one.label,
            **_place(one),
            **one.timing,
            "trials": len(one.trials),
            "warnings": ", ".join(one.notes),
        }
        for one in done
    ]
    whole = dict.fromkeys(("repeat", "fold", "train_rows", "judged_rows"), "Int64")
    return pd.DataFrame(rows).astype(whole)


def search_table(done: Sequence[Learned]) -> pd.DataFrame:
    """Every setting that was tried, in its order; without lines where nothing was searched.

    ``model part repeat fold trial share score seconds chosen failure parameters``: ``share`` of the training
    rows of each inner fold, ``score`` as mean over the inner folds, ``parameters`` as JSON, empty braces for
    the defaults. A stack is joined of what its members chose, and has no line.
    """
    searched = {one.label for one in done if len(one.trials) > 1}
    rows = [
        {
            "model": one.label,
            **_place(one),
            "trial": number,
            "share": trial.share,
            "score": trial.mean,
            "seconds": trial.seconds,
            "chosen": int(one.chosen is not None and trial.share == 1 and trial.params == one.chosen.params),
            "failure": trial.failure,
            "parameters": json.dumps(dict(trial.params), default=_plain),
        }
        for one in done
        if one.label in searched
        for number, trial in enumerate(one.trials, start=1)
    ]
    table = pd.DataFrame(rows, columns=list(SEARCH_COLUMNS))
    return table.astype({"repeat": "Int64", "fold": "Int64"})


def _place(one: Learned) -> dict[str, Any]:
    return {
        "part": "refit" if one.part == "test" else one.part,
        "repeat": one.repeat if one.part == "cv" else None,
        "fold": one.fold if one.part == "cv" else None,
    }


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else str(value)
