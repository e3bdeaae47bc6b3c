"""What one fold says of its columns as a file, so that an interrupted run need not ask it again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.explain.attribution import Attribution
from prognome.explain.permutation import Permuted
from prognome.jobs.explained_fold import ExplainedFold, ExplainTask, explain_fold
from prognome.validate.craft import Craft
from prognome.validate.piece_file import PieceDamagedError, damaged_if_it_fails, read_words, write_words

_PARTS = ("values", "base", "said")


def write_explained(path: Path, key: str, one: ExplainedFold) -> None:
    """Write a fold's reasons as a piece of work: arrays and JSON, no pickle.

    Parameters
    ----------
    path, key
        As for :func:`prognome.validate.piece_file.write_piece`.
    one
        What the fold said.
    """
    words: dict[str, Any] = {
        "label": one.label,
        "part": one.part,
        "repeat": one.repeat,
        "fold": one.fold,
        "columns": list(one.columns),
        "made": list(one.made),
        "unit": None if one.parts is None else one.parts.unit,
        "importance": one.importance is not None,
        "ranking": list(one.ranking),
        "panel": [[int(size), float(score)] for size, score in one.panel.items()],
        "pairs": None if one.pairs is None else one.pairs[["a", "b", "strength"]].values.tolist(),
        "timing": dict(one.timing),
    }
    arrays: dict[str, NDArray[Any]] = {
        f"made_{number}": values for number, values in enumerate(one.made.values())
    }
    if one.parts is not None:
        arrays |= {f"parts_{name}": np.asarray(getattr(one.parts, name)) for name in _PARTS}
    if one.importance is not None:
        arrays["importance"] = one.importance
    for name in ("shuffled", "together"):
        found: Permuted | None = getattr(one, name)
        words[name] = None if found is None else {"units": list(found.units), "whole": float(found.whole)}
        if found is not None:
            arrays |= {f"{name}_sizes": found.sizes, f"{name}_drops": found.drops}
    write_words(path, key, words, arrays)


def read_explained(path: Path, key: str, rows: Mapping[str, int]) -> ExplainedFold:
    """Read a fold's reasons.

    Parameters
    ----------
    path, key, rows
        As for :func:`prognome.validate.piece_file.read_piece`.

    Raises
    ------
    PieceDamagedError
        If the file is damaged, or another piece.
    """
    with damaged_if_it_fails():
        words, arrays = read_words(path, key)
        parts = None
        if words["unit"] is not None:
            values, base, said = (arrays[f"parts_{name}"] for name in _PARTS)
            parts = Attribution(values, base, said, words["unit"])
            if len(values) != sum(rows.values()):
                raise PieceDamagedError("it is another piece")
        pairs = words["pairs"]
        return ExplainedFold(
            words["label"],
            words["part"],
            words["repeat"],
            words["fold"],
            tuple(words["columns"]),
            shuffled=_permuted("shuffled", words, arrays),
            together=_permuted("together", words, arrays) if words["together"] else None,
            parts=parts,
            made={name: arrays[f"made_{number}"] for number, name in enumerate(words["made"])},
            importance=arrays["importance"] if words["importance"] else None,
            ranking=tuple(words["ranking"]),
            panel=dict(words["panel"]),
            pairs=None if pairs is None else pd.DataFrame(pairs, columns=["a", "b", "strength"]),
            timing=words["timing"],
        )


def _permuted(name: str, words: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Permuted:
    said = words[name]
    return Permuted(tuple(said["units"]), arrays[f"{name}_sizes"], arrays[f"{name}_drops"], said["whole"])


EXPLAINING: Craft[ExplainTask, ExplainedFold] = Craft(explain_fold, write_explained, read_explained)
