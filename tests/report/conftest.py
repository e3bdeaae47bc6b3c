"""Run folders made without a run: predictions drawn here, scored by the judge's own code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prognome.core.files import write_tsv
from prognome.core.metrics import Judged, find_metric, metrics_for
from prognome.validate.score import COLUMNS, Interval, JudgedFold, score_part

CLASSES = {"binary": ["well", "ill"], "multiclass": ["A", "B", "C"], "number": []}
REPLICATES = 20  # enough for an interval to have a width
Maker = Callable[..., Path]


@pytest.fixture
def make_run(tmp_path: Path) -> Maker:
    """A maker of run folders; keywords say what is in them."""

    def make(kind: str = "binary", **wanted: Any) -> Path:
        folder = tmp_path / f"run_{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        _fill(folder, kind, **wanted)
        return folder

    return make


def _fill(
    folder: Path,
    kind: str,
    *,
    rows: int = 120,
    folds: int = 4,
    scheme: str = "folds",
    best: str = "logistic",
    models: tuple[str, ...] = ("logistic", "forest"),
    skill: float = 1.5,
    perfect: bool = False,
    external: dict[str, int] | None = None,
    classes: list[str] | None = None,
    change: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    rng = np.random.default_rng(0)
    classes = CLASSES[kind] if classes is None else classes
    primary = "mae" if kind == "number" else "auc_roc"
    main = "validation" if scheme == "fractions" else "cv"
    parts = {main: rows, **({"test": rows} if scheme == "fractions" else {})}
    parts |= {f"external:{name}": n for name, n in (external or {}).items()}
    said, scores = [], []
    for part, n in parts.items():
        truth = rng.permutation(np.arange(n) % len(classes)) if classes else rng.normal(30, 8, n)
        cuts = np.array_split(np.arange(n), folds) if part == "cv" else [np.arange(n)]
        for label in ("dummy", *models, *(["chosen"] if part == "cv" else [])):
            score = _score(rng, truth, len(classes), 0.0 if label == "dummy" else skill, perfect=perfect)
            judged = [JudgedFold(1, k + 1, at, Judged(truth[at], score[at])) for k, at in enumerate(cuts)]
            scores += score_part(
                label, part, judged, metrics_for(kind), groups=None, interval=Interval(REPLICATES, 0.95, 0)
            )
            for one in judged:
                said.append(_rows(label, part, one, classes))
    table = pd.DataFrame(scores, columns=list(COLUMNS))
    write_tsv(table.astype({"repeat": "Int64", "fold": "Int64"}), folder / "scores.tsv")
    write_tsv(pd.concat(said, ignore_index=True), folder / "predictions.tsv")
    write_tsv(_timing(["dummy", *models], main), folder / "timing.tsv")
    write_tsv(_split(rows, folds, scheme), folder / "split.tsv")
    assert find_metric(primary, kind)
    record = _record(kind, classes, primary, best, models, rows, scheme, folds, external or {})
    if change:
        change(record)
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")


def _score(rng: Any, truth: Any, classes: int, skill: float, *, perfect: bool) -> Any:
    n = len(truth)
    if not classes:
        return np.full(n, 30.0) if not skill else truth + rng.normal(0, 8 / skill, n)
    if not skill:
        return np.full((n, classes), 1 / classes)
    signal = np.eye(classes)[truth] * (50 if perfect else skill)
    power = np.exp(signal + (0 if perfect else rng.normal(0, 1, (n, classes))))
    return power / power.sum(axis=1, keepdims=True)


def _rows(label: str, part: str, one: JudgedFold, classes: list[str]) -> pd.DataFrame:
    j = one.judged
    table = pd.DataFrame({"row": [f"SECRET-{k:04d}" for k in one.rows], "model": label, "part": part})
    table["repeat"] = pd.array([one.repeat if part == "cv" else None] * len(table), dtype="Int64")
    table["fold"] = pd.array([one.fold if part == "cv" else None] * len(table), dtype="Int64")
    if classes:
        names = np.array(classes, dtype=object)
        table["truth"], table["decision"] = names[j.truth], names[j.decision]
        return table.assign(**{f"p_{name}": j.score[:, k] for k, name in enumerate(classes)})
    return table.assign(truth=j.truth, prediction=j.score, low=np.nan, high=np.nan)


def _timing(models: list[str], part: str) -> pd.DataFrame:
    times = dict.fromkeys(
        ("search_seconds", "search_cpu_seconds", "fit_seconds", "fit_cpu_seconds", "predict_seconds"), 0.25
    )
    return pd.DataFrame(
        [
            {
                "model": m,
                "part": part,
                "repeat": 1,
                "fold": 1,
                **times,
                "train_rows": 9,
                "judged_rows": 3,
                "trials": 1,
                "warnings": "",
            }
            for m in models
        ]
    )


def _split(rows: int, folds: int, scheme: str) -> pd.DataFrame:
    ids = [f"SECRET-{k:04d}" for k in range(rows)]
    if scheme == "fractions":
        names = np.array(["train", "validation", "test"])[np.arange(rows) % 3]
        return pd.DataFrame({"row": ids, "part": names, "repeat": np.nan, "fold": np.nan, "group": ""})
    fold = np.arange(rows) % folds + 1.0
    return pd.DataFrame({"row": ids, "part": "cv", "repeat": 1.0, "fold": fold, "group": ""})


def _record(
    kind: str,
    classes: list[str],
    primary: str,
    best: str,
    models: tuple[str, ...],
    rows: int,
    scheme: str,
    folds: int,
    external: dict[str, int],
) -> dict[str, Any]:
    fractions = scheme == "fractions"
    return {
        "format": 1,
        "study": {
            "name": "a study",
            "question": "Who is ill?",
            "target": {"column": "state", "kind": kind},
            "blocks": {"genes": {"read": "table", "path": ["genes.tsv"]}},
            "prepare": {},
            "seed": 7,
            "split": {"outer": {"folds": folds, "repeats": 1, "stratify": True}, "inner": {"folds": 3}},
            "judge": {"bootstrap": 100, "level": 0.95},
            "tune": {"search": "none", "trials": 10},
            "models": [{"name": m, "label": m, "params": {}} for m in models],
            "refit": "not_test",
        },
        "study_sha256": "ab" * 32,
        "started": "2026-01-02T03:04:05+00:00",
        "seconds": 1.5,
        "replay": "prognome run --replay run.json -o AGAIN",
        "versions": {"prognome": "0.1.0", "python": "3.11"},
        "machine": {"system": "Linux", "processor": "x86_64", "cores": 2},
        "inputs": [{"path": "/data/genes.tsv", "bytes": 1234, "sha256": "cd" * 32}],
        "cohort": {
            "rows": rows,
            "losses": [
                {"reason": "in the target's file", "rows": rows + 3},
                {"reason": "without a target", "rows": 3},
            ],
            "blocks": {"genes": {"columns": 5, "numbers": 5, "categories": 0, "missing": 0.01}},
            "classes": [{"label": c, "rows": rows // len(classes)} for c in classes],
            "groups": None,
            "mismatches": 0,
            "clinical_blocks": [],
        },
        "split": {
            "scheme": scheme,
            "folds": folds,
            "learn_rows": rows,
            "test_rows": rows // 3 if fractions else 0,
            "test_looked_at_by_studies": 1 if fractions else None,
        },
        "external": {
            name: {
                "rows": n,
                "refused_by_contract": 0,
                "out_of_range": 0,
                "outside": 0.0,
                "unseen_category": 0,
                "coverage": 1.0,
            }
            for name, n in external.items()
        },
        "models": [
            {"label": m, "baseline": m == "dummy", "params": {}, "warnings": []} for m in ("dummy", *models)
        ],
        "primary": primary,
        "best": best,
        "picks": [] if fractions else [{"repeat": 1, "fold": 1, "model": best}],
        "failures": {},
        "summary": [],
        "notes": [],
        "bundle": {"manifest_sha256": "ef" * 32, "model": best, "holds_training_rows": False},
    }
