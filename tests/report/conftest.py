"""Run folders made without a run: predictions drawn here, scored and compared by the judge's own code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prognome.core.files import write_tsv
from prognome.core.judged import Judged
from prognome.core.metrics import find_metric, metrics_for
from prognome.core.study_judge import Subgroup
from prognome.validate.candidate import Candidate
from prognome.validate.compare import compare, find_family
from prognome.validate.compare_sentence import decision_sentence, sentence
from prognome.validate.decisions import decision_curve
from prognome.validate.gaps import score_gaps
from prognome.validate.score import COLUMNS, Interval, JudgedFold, score_part
from prognome.validate.subgroup_levels import learn_levels
from prognome.validate.subgroup_part import SubgroupPart
from prognome.validate.subgroup_worst import find_worst, subgroup_sentence
from prognome.validate.subgroups import score_subgroups

CLASSES = {"binary": ["well", "ill"], "multiclass": ["A", "B", "C"], "number": []}
REPLICATES = 20  # enough for an interval to have a width
CUT = 0.4  # the threshold "chosen" in every fold
Maker = Callable[..., Path]
Change = Callable[[dict[str, Any]], None] | None


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Run folders by what is in them, each made once."""
    known: dict[str, Path] = {}

    def make(kind: str, **wanted: Any) -> Path:
        asked = repr((kind, sorted(wanted.items())))
        if asked not in known:
            known[asked] = tmp_path_factory.mktemp("made")
            _fill(known[asked], kind, **wanted)
        return known[asked]

    return make


@pytest.fixture
def make_run(tmp_path: Path, made: Callable[..., Path]) -> Maker:
    """A maker of run folders; keywords say what is in them, ``change`` changes run.json at the end."""

    def make(
        kind: str = "binary", change: Callable[[dict[str, Any]], None] | None = None, **wanted: Any
    ) -> Path:
        folder = tmp_path / f"run_{len(list(tmp_path.iterdir()))}"
        shutil.copytree(made(kind, **wanted), folder)
        if change:
            path = folder / "run.json"
            record = json.loads(path.read_text(encoding="utf-8"))
            change(record)
            path.write_text(json.dumps(record), encoding="utf-8")
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
    subgroups: dict[str, int] | None = None,
    guards: list[dict[str, str]] | None = None,
    old: bool = False,
    primary: str = "",
) -> None:
    """Write the folder; ``subgroups`` is column → number of levels, ``old`` leaves out the later tables."""
    rng = np.random.default_rng(0)
    classes = CLASSES[kind] if classes is None else classes
    primary = primary or ("mae" if kind == "number" else "auc_roc")
    main = "validation" if scheme == "fractions" else "cv"
    parts = {main: rows, **({"test": rows} if scheme == "fractions" else {})}
    parts |= {f"external:{name}": n for name, n in (external or {}).items()}
    said, scores = [], []
    everything: dict[tuple[str, str], list[JudgedFold]] = {}
    for part, n in parts.items():
        truth = rng.permutation(np.arange(n) % len(classes)) if classes else rng.normal(30, 8, n)
        cuts = np.array_split(np.arange(n), folds) if part == "cv" else [np.arange(n)]
        for label in ("dummy", *models, *(["chosen"] if part == "cv" else [])):
            score = _score(rng, truth, len(classes), 0.0 if label == "dummy" else skill, perfect=perfect)
            judged = [_fold(k + 1, at, truth[at], score[at], kind, old=old) for k, at in enumerate(cuts)]
            if label != "chosen":
                everything[(label, part)] = judged
            scores += score_part(
                label, part, judged, metrics_for(kind), groups=None, interval=Interval(REPLICATES, 0.95, 0)
            )
            for one in judged:
                said.append(_rows(label, part, one, classes))
    record = _record(kind, classes, primary, best, models, rows, scheme, folds, external or {})
    if not old:
        scores += _judge(folder, record, everything, parts, subgroups or {})
        _stability(folder, record)
        _write_guards(folder, record, guards or [])
    table = pd.DataFrame(scores, columns=list(COLUMNS))
    write_tsv(table.astype({"repeat": "Int64", "fold": "Int64"}), folder / "scores.tsv")
    write_tsv(pd.concat(said, ignore_index=True), folder / "predictions.tsv")
    write_tsv(_timing(["dummy", *models], main, old=old), folder / "timing.tsv")
    write_tsv(_split(rows, folds, scheme), folder / "split.tsv")
    assert find_metric(primary, kind)
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
        if one.chosen is not None:
            table["decision_chosen"] = names[j.at(one.chosen).decision]
        table = table.assign(**{f"p_{name}": j.score[:, k] for k, name in enumerate(classes)})
        if j.within is not None:
            table = table.assign(
                **{f"set_{name}": j.within[:, k].astype(int) for k, name in enumerate(classes)}
            )
        return table
    low, high = (np.nan, np.nan) if j.within is None else j.within.T
    return table.assign(truth=j.truth, prediction=j.score, low=low, high=high)


def _fold(fold: int, at: Any, truth: Any, score: Any, kind: str, *, old: bool) -> JudgedFold:
    """What was said of a fold, with sets of the classes above .3 or intervals of ± 8."""
    within = score > 0.3 if score.ndim == 2 else np.column_stack([score - 8, score + 8])
    judged = Judged(truth, score, within=None if old else within)
    return JudgedFold(1, fold, at, judged, CUT if kind == "binary" and not old else None)


def _judge(
    folder: Path,
    record: dict[str, Any],
    everything: dict[tuple[str, str], list[JudgedFold]],
    parts: dict[str, int],
    subgroups: dict[str, int],
) -> list[dict[str, Any]]:
    """Comparisons, decision curves and subgroups, as the job writes them."""
    kind, best = record["study"]["target"]["kind"], record["best"]
    metric = find_metric(record["primary"], kind)
    interval = Interval(REPLICATES, 0.95, 0)
    standing = [
        Candidate(one["label"], None, at, baseline=one["baseline"]) for at, one in enumerate(record["models"])
    ]
    family = find_family(standing, everything, metric, best=best, part=next(iter(parts)))
    compared = compare(everything, metric, family=family, groups_of=lambda _: None, interval=interval)
    write_tsv(compared, folder / "comparisons.tsv")
    record["verdicts"] = {part: sentence(compared, family, part, metric.name) for part in parts}
    said = {part: decision_sentence(compared, family, part) for part in parts}
    record["decisions"] = {part: words for part, words in said.items() if words}
    if kind == "binary":
        curves = [
            decision_curve(label, part, folds, groups=None, interval=interval)
            for (label, part), folds in everything.items()
        ]
        write_tsv(pd.concat(curves), folder / "decision_curve.tsv")
    scores, gaps, record["subgroups"] = [], [], {}
    for part, n in parts.items():
        facts = {
            name: np.array([f"level {k % number}" for k in range(n)], dtype=object)
            for name, number in subgroups.items()
        }
        levels = [learn_levels(Subgroup(column=name), facts[name]) for name in subgroups]
        sheet = SubgroupPart.of(
            best, part, everything[(best, part)], levels, facts,
            kind=kind, primary=metric, groups=None, interval=interval,
        )  # fmt: skip
        mine, apart = score_subgroups(sheet), score_gaps(sheet, tolerated=0.1)
        record["subgroups"][part] = [subgroup_sentence(one) for one in find_worst(mine, apart, metric)]
        scores += mine
        gaps += apart
    if gaps:
        write_tsv(pd.DataFrame(gaps).astype({"n": "Int64", "events": "Int64"}), folder / "gaps.tsv")
    return scores


def _stability(folder: Path, record: dict[str, Any]) -> None:
    """A learning curve of four folds, and three seeds."""
    if record["split"]["scheme"] == "fractions":
        record["stability"] = {"curve": "", "spread": ""}
        return
    common = {"model": record["best"], "metric": record["primary"], "repeat": 1}
    lines = [
        {**common, "kind": "curve", "share": share, "train_rows": int(80 * share), "fold": fold,
         "value": 0.6 + 0.2 * share + 0.01 * fold}
        for share in (0.25, 0.5, 1.0)
        for fold in (1, 2, 3, 4)
    ] + [
        {**common, "kind": "seed", "seed": seed, "share": 1.0, "train_rows": 80, "fold": fold,
         "value": 0.75 + 0.01 * fold + 0.02 * seed}
        for seed in (1, 2, 3)
        for fold in (1, 2, 3, 4)
    ]  # fmt: skip
    table = pd.DataFrame(lines).astype({"seed": "Int64"})
    write_tsv(table, folder / "stability.tsv")
    record["stability"] = {"curve": "The curve is flat at its end.", "spread": "The spread is small."}


def _write_guards(folder: Path, record: dict[str, Any], guards: list[dict[str, str]]) -> None:
    columns = ("guard", "stage", "where", "status", "what", "remedy", "reason")
    lines = [{**dict.fromkeys(columns, ""), "status": "silent", **one} for one in guards]
    write_tsv(pd.DataFrame(lines, columns=list(columns)), folder / "guards.tsv")
    record["guards"] = lines


def _timing(models: list[str], part: str, *, old: bool) -> pd.DataFrame:
    times = dict.fromkeys(
        ("search_seconds", "search_cpu_seconds", "fit_seconds", "fit_cpu_seconds", "predict_seconds"), 0.25
    )
    later = {} if old else {"predict_cpu_seconds": 0.5, "peak_mb": 1.5, "model_kb": 42.0}
    return pd.DataFrame(
        [
            {
                "model": m,
                "part": part,
                "repeat": 1,
                "fold": 1,
                **times,
                **later,
                "fit_cpu_seconds": 0.25 * (1 + at),
                "train_rows": 9,
                "judged_rows": 3,
                "trials": 1,
                "warnings": "",
            }
            for at, m in enumerate(models)
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
            "judge": {
                "bootstrap": 100,
                "level": 0.95,
                "calibrate": "auto",
                "threshold": {"rule": "sensitivity", "wanted": 0.9},
                "coverage": 0.9,
                "gap": 0.1,
            },
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
