"""How many different studies have scored the same test rows: each look makes the next worth less."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.files import new_file
from prognome.errors import OutputError


def count_look(ids: NDArray[np.object_], target: NDArray[Any], study: str) -> int | None:
    """Note that this study scored these rows; say how many different studies have by now.

    Repeating the same study shows nothing new and is not counted again. Only hashes are kept, in
    ``$XDG_STATE_HOME/prognome/looks.json`` (``~/.local/state`` without it).

    Parameters
    ----------
    ids, target
        Of the test rows.
    study
        Hash of the resolved study.

    Returns
    -------
    The count, or None where it cannot be kept.
    """
    rows = sorted(f"{row}\x1f{value}" for row, value in zip(ids.tolist(), target.tolist(), strict=True))
    part = hashlib.sha256("\x1e".join(rows).encode()).hexdigest()
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    path = Path(base) / "prognome" / "looks.json"
    try:
        ledger: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        ledger = {}
    seen = ledger.setdefault(part, [])
    if study not in seen:
        seen.append(study)
    try:
        with new_file(path) as made:
            made.write_text(json.dumps(ledger), encoding="utf-8")
    except OutputError:
        return None
    return len(seen)
