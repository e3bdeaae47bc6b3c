"""What ``run.json`` says: enough to know what was done, on what, with what, and to do it again."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from prognome.core.encoder_card import WEIGHTS
from prognome.core.files import sha256
from prognome.core.study import Study
from prognome.errors import DataError, StudyError
from prognome.version import __version__

RUN_FORMAT = 1
RUN_LAYOUT = (
    "run.json", "study.yaml", "split.tsv", "predictions.tsv", "scores.tsv", "comparisons.tsv", "markers.tsv",
    "marker_spread.tsv", "marker_shapes.tsv", "marker_agreement.tsv", "marker_pairs.tsv", "panel.tsv",
    "panel_markers.tsv", "pathways.tsv", "gaps.tsv", "decision_curve.tsv", "stability.tsv",
    "blocks.tsv", "guards.tsv",
    "timing.tsv", "training.tsv", "search.tsv", "mismatches.tsv", "figures", "tables", "cards", "table1.tsv",
    "report.html", "bundle",
)  # fmt: skip
_LIBRARIES = (
    "numpy", "scipy", "pandas", "polars", "scikit-learn", "xgboost-cpu", "xgboost", "lightgbm", "skops",
    "optuna", "torch", "skorch", "safetensors", "pysam", "numba",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Versions of everything a number may depend on."""
    found = {"prognome": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """What the machine is, without its name."""
    return {"system": platform.system(), "processor": platform.machine(), "cores": usable_cores()}


def usable_cores() -> int:
    """Cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def study_hash(study: Study) -> str:
    """One hash for everything a study says but its words (name, question, about) and its files' folders."""
    words = {"name", "question", "about"}
    said = {key: value for key, value in study.to_mapping().items() if key not in words}
    said = _without_folders(said)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _without_folders(said: Any) -> Any:
    if isinstance(said, dict):
        return {
            key: _names(value) if key in ("path", "fasta") else _without_folders(value)
            for key, value in said.items()
        }
    return [_without_folders(item) for item in said] if isinstance(said, list) else said


def _names(paths: Any) -> Any:
    return Path(paths).name if isinstance(paths, str) else [Path(path).name for path in paths]


def files_of_rows(study: Study) -> list[str]:
    """Files of the rows that are learned from and judged, external cohorts aside."""
    found: list[str] = [*(study.rows.path or []), *(study.target.path or [])]
    for spec in study.blocks.values():
        found += [*spec.path, *([spec.fasta] if spec.fasta else [])]
    return list(dict.fromkeys(found))


def files_of_windows(study: Study) -> list[str]:
    """Files of blocks of sequences, those of external cohorts too."""
    names = [name for name, spec in study.blocks.items() if spec.read == "sequence"]
    found = [path for name in names for path in study.blocks[name].path]
    for other in study.external:
        found += [path for name in names if name in other.blocks for path in other.blocks[name].path]
    return list(dict.fromkeys(found))


def input_files(study: Study) -> list[str]:
    """Every file a study reads, each once, in the order it names them."""
    found = files_of_rows(study)
    for other in study.external:
        for block in other.blocks.values():
            found += [*block.path, *([block.fasta] if block.fasta else [])]
        found += [*(other.target.path or []), *((other.rows.path or []) if other.rows else [])]
    for named in (study.explain.pathways, study.explain.annotation):
        found += named.path if named else []
    if study.split.file:
        found.append(study.split.file)
    for model in study.models:
        for params in (model.params, model.params.get("network_params") or {}):
            encoder = Path(str(params.get("encoder", ""))) / WEIGHTS
            found += [str(encoder)] if encoder.is_file() else []
    return list(dict.fromkeys(found))


def fingerprints(study: Study) -> list[dict[str, Any]]:
    """Path, size and checksum of every input."""
    return [
        {"path": path, "bytes": Path(path).stat().st_size, "sha256": sha256(Path(path))}
        for path in input_files(study)
    ]


def other_versions(path: Path) -> list[str]:
    """Libraries whose version is not that of an earlier run, on which its numbers may depend."""
    made: dict[str, str] = json.loads(path.read_text(encoding="utf-8")).get("versions", {})
    now = versions()
    return [
        f"{name} {then} → {now.get(name, 'none')}" for name, then in made.items() if now.get(name) != then
    ]


def read_replay(path: Path) -> Study:
    """The study of an earlier run, after checking that its inputs are what they were.

    Raises
    ------
    StudyError, DataError
        If it is no run.json, newer, or an input is gone or changed.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        made, said, inputs = int(record["format"]), record["study"], record["inputs"]
    except OSError as error:
        raise StudyError(str(path), "cannot be read", mend="Give OUT/run.json of a run.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StudyError(str(path), "is not the run.json of a run", mend="Give OUT/run.json.") from error
    if made > RUN_FORMAT:
        raise StudyError(str(path), "was written by a newer prognome", mend="Update prognome.")
    for one in inputs:
        if not Path(one["path"]).is_file():
            raise DataError(one["path"], "is gone since that run", mend="Put the file back.")
        if sha256(Path(one["path"])) != one["sha256"]:
            raise DataError(
                one["path"],
                "has changed since that run, so its numbers cannot come out again",
                mend="Put the old file back, or run the study anew without --replay.",
            )
    return Study.from_mapping(said, folder=path.parent, where=str(path))
