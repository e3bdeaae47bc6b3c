"""How a bundle remembers the way its blocks were read, and how new files are read in that way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prognome.core.study_blocks import BlockSpec
from prognome.errors import StudyError
from prognome.jobs.shelf import block_source
from prognome.read.source import Source

_TABLES = {"missing", "orient", "delimiter", "sheet"}
_SEQUENCES = {
    "missing", "delimiter", "sheet", "columns", "alphabet", "stranded", "length", "anchor",
    "around", "flank", "build",
}  # fmt: skip


def remember(spec: BlockSpec, rows_id: str | None) -> dict[str, Any]:
    """Plain data for a bundle: reader, id, names of columns and how cells are read; no path."""
    kept = _SEQUENCES if spec.read == "sequence" else _TABLES
    said = spec.model_dump(mode="json", include=kept, exclude_none=spec.read == "sequence")
    return {"read": spec.read, "id": spec.id or rows_id, **said}


def source_of(
    how: Mapping[str, Any], path: str, *, name: str, id_column: str | None = None, fasta: str | None = None
) -> Source:
    """Where new rows of a block stand, read as in training.

    Parameters
    ----------
    how
        What :func:`remember` gave.
    path
        The new file.
    name
        Of the block, for messages.
    id_column
        Column of row ids, where it is not called as in training.
    fasta
        Reference for blocks whose windows are cut from one.

    Raises
    ------
    StudyError
        If windows have to be cut and no reference is given.
    """
    said = {key: value for key, value in how.items() if value is not None}
    if "around" in said:
        if fasta is None:
            build = f" ({said['build']})" if "build" in said else ""
            raise StudyError(
                f"block {name}",
                "is made of windows that are cut from a reference, and none is given",
                mend=f"Give the reference{build} that the positions are of: --fasta FILE.",
            )
        said["fasta"] = str(fasta)
    id_column = id_column or said.pop("id", None)
    spec = BlockSpec.model_validate({**said, "path": [path], "id": id_column})
    return block_source(spec, None)
