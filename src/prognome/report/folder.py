"""A run folder as the report reads it; row ids are never read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from prognome.core.metrics import METRICS, Metric
from prognome.errors import OutputError

FIRST_PARTS = ("cv", "validation")
FORMAT = 1
CHOSEN = "chosen"
EXPLORATORY = "exploratory"
DECISIONS = "accuracy"
_NUMBERS = ("repeat", "fold", "value", "low", "high", "n", "events")
_TIMES = (
    "repeat",
    "fold",
    "search_seconds",
    "search_cpu_seconds",
    "fit_seconds",
    "fit_cpu_seconds",
    "predict_seconds",
    "predict_cpu_seconds",
    "train_rows",
    "judged_rows",
    "peak_mb",
    "model_kb",
    "trials",
)
# Tables that older run folders do not have, with their columns of numbers.
_LATER: dict[str, tuple[str, ...]] = {
    "comparisons": ("difference", "low", "high", "p", "p_holm"),
    "gaps": ("value", "rest", "gap", "low", "high", "p", "p_holm", "n", "events"),
    "decision_curve": ("threshold", "net_benefit", "low", "high", "treat_all", "treat_none", "n"),
    "stability": ("seed", "share", "train_rows", "repeat", "fold", "value"),
    "blocks": ("with", "without", "difference", "low", "high", "p", "p_holm"),
    "guards": (),
    "markers": (
        "rank",
        "shap",
        "drop",
        "drop_low",
        "drop_high",
        "drop_folds",
        "drop_p_holm",
        "importance",
        "top",
        "folds",
        "cluster",
        "neighbours",
        "effect",
        "p",
        "q",
        "cluster_drop",
        "ways_top",
        "ways",
    ),
    "marker_spread": ("low", "high", "rows", "place"),
    "marker_shapes": ("from", "to", "rows", "value", "shap", "shap_low", "shap_high"),
    "marker_agreement": ("spearman", "rank_biased_overlap", "top_jaccard"),
    "marker_pairs": ("strength", "folds"),
    "panel": ("size", "folds", "mean", "se", "low", "high"),
    "panel_markers": ("folds",),
    "pathways": ("size", "markers", "expected", "ratio", "p", "q"),
    "search": ("repeat", "fold", "trial", "share", "score", "seconds", "chosen"),
    "table1": ("n", "missing", "mean", "sd", "median", "q1", "q3", "count"),
    "training": ("repeat", "fold", "epoch", "train_loss", "validation_loss", "seconds", "best"),
}


@dataclass(frozen=True)
class Figure:
    """One number of ``scores.tsv`` with its interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    events: int | None
    method: str

    @property
    def width(self) -> float | None:
        """Of the interval."""
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True)
class Level:
    """One figure of the best model at one level of a column of subgroups."""

    column: str
    level: str
    figure: Figure


@dataclass(frozen=True)
class Difference:
    """One line of ``comparisons.tsv``: a minus b; None where it is not defined."""

    a: str
    b: str
    difference: float | None
    low: float | None
    high: float | None
    test: str
    p: float | None
    p_holm: float | None
    verdict: str


@dataclass(frozen=True, eq=False)
class Run:
    """What a run folder says.

    Parameters
    ----------
    record
        ``run.json``.
    scores, timing, split
        The tables of those names.
    predictions
        Of the best model alone, without row ids.
    comparisons, gaps, decision_curve, stability, blocks, guards, training, search, table1, markers,
    marker_spread, marker_shapes, marker_agreement, marker_pairs, panel, panel_markers, pathways
        The tables of those names; without lines where the run folder has none.
    rule
        ``bundle/rule.json``: recalibration, threshold and sets of the model refitted; empty without it.
    """

    record: Mapping[str, Any]
    scores: pd.DataFrame
    predictions: pd.DataFrame
    timing: pd.DataFrame
    split: pd.DataFrame
    comparisons: pd.DataFrame
    gaps: pd.DataFrame
    decision_curve: pd.DataFrame
    stability: pd.DataFrame
    blocks: pd.DataFrame
    guards: pd.DataFrame
    training: pd.DataFrame
    search: pd.DataFrame
    table1: pd.DataFrame
    markers: pd.DataFrame
    marker_spread: pd.DataFrame
    marker_shapes: pd.DataFrame
    marker_agreement: pd.DataFrame
    marker_pairs: pd.DataFrame
    panel: pd.DataFrame
    panel_markers: pd.DataFrame
    pathways: pd.DataFrame
    rule: Mapping[str, Any]

    @property
    def study(self) -> Mapping[str, Any]:
        """The resolved study."""
        found: Mapping[str, Any] = self.record["study"]
        return found

    @property
    def about(self) -> Mapping[str, Any]:
        """What only the authors know, as the study says it; older run folders have none."""
        found: Mapping[str, Any] = self.study.get("about", {})
        return found

    @property
    def kind(self) -> str:
        """binary, multiclass, number or survival."""
        return str(self.study["target"]["kind"])

    @property
    def classes(self) -> list[str]:
        """Labels by code; the event of a binary target is the second, as of survival (after ``censored``)."""
        return [str(one["label"]) for one in self.record["cohort"]["classes"]]

    @property
    def horizons(self) -> list[float]:
        """Times of survival at which figures are given; else none."""
        return [float(one) for one in (self.record.get("follow_up") or {}).get("horizons", ())]

    @property
    def best(self) -> str:
        """Label of the best model."""
        return str(self.record["best"])

    @property
    def primary(self) -> str:
        """The metric that decides."""
        return str(self.record["primary"])

    @property
    def metric(self) -> Metric:
        """The metric that decides, as core knows it."""
        return METRICS[self.primary]

    @property
    def level(self) -> float:
        """Of the intervals."""
        return float(self.study.get("judge", {}).get("level", 0.95))

    @property
    def baselines(self) -> list[str]:
        """Labels of the baselines, in the order of the menu."""
        return [str(one["label"]) for one in self.record["models"] if one["baseline"]]

    @cached_property
    def parts(self) -> list[str]:
        """Parts that were scored, the one that chose the best model first."""
        found = list(dict.fromkeys(self.scores["part"]))
        first = [part for part in (*FIRST_PARTS, "test") if part in found]
        return first + [part for part in found if part not in first]

    @property
    def main(self) -> str:
        """The part that chose the best model."""
        return self.parts[0]

    @cached_property
    def labels(self) -> list[str]:
        """Models that were scored, in the order of the menu, without ``chosen``."""
        scored = set(self.scores["model"])
        return [str(one["label"]) for one in self.record["models"] if one["label"] in scored]

    @property
    def judge(self) -> Mapping[str, Any]:
        """What the study says of judging."""
        found: Mapping[str, Any] = self.study.get("judge", {})
        return found

    @cached_property
    def _overall(self) -> dict[tuple[str, str, str, bool], Figure]:
        rows = self.scores[self.scores["fold"].isna() & (self.scores["subgroup"] == "")]
        return {
            (r.model, r.part, r.metric, r.threshold == CHOSEN): _figure(r)  # type: ignore[misc]
            for r in rows.itertuples()
        }

    def figure(self, model: str, part: str, metric: str = "") -> Figure | None:
        """A model's metric (by default the primary) on a part, over all folds; None if it was not scored.

        Metrics of decisions are at the fixed threshold.
        """
        return self._overall.get((model, part, metric or self.primary, False))

    def at_chosen(self, model: str, part: str, metric: str) -> Figure | None:
        """A metric of decisions at the threshold chosen inside training; None where there is none."""
        return self._overall.get((model, part, metric, True))

    def by_level(self, part: str, metric: str = "") -> list[Level]:
        """A metric (by default the primary) of the best model at every level of the subgroup columns."""
        rows = self.scores[
            (self.scores["subgroup"] != "")
            & (self.scores["model"] == self.best)
            & (self.scores["part"] == part)
            & (self.scores["metric"] == (metric or self.primary))
            & (self.scores["threshold"] != CHOSEN)
        ]
        return [Level(str(r.subgroup), str(r.level), _figure(r)) for r in rows.itertuples()]

    def by_fold(self, model: str) -> list[tuple[int, int, Figure]]:
        """The primary metric of a model in every fold of the main part: repeat, fold, figure."""
        rows = self.scores[
            (self.scores["model"] == model)
            & (self.scores["part"] == self.main)
            & (self.scores["metric"] == self.primary)
            & self.scores["fold"].notna()
            & (self.scores["subgroup"] == "")
            & (self.scores["threshold"] != CHOSEN)
        ]
        return [(int(r.repeat), int(r.fold), _figure(r)) for r in rows.itertuples()]  # type: ignore[arg-type]

    @cached_property
    def _differences(self) -> dict[tuple[str, str, bool], list[Difference]]:
        found: dict[tuple[str, str, bool], list[Difference]] = {}
        for r in self.comparisons.itertuples():
            verdict = str(r.verdict)
            one = Difference(
                str(r.a), str(r.b), _known(r.difference), _known(r.low), _known(r.high), str(r.test),
                _known(r.p), _known(r.p_holm), verdict,
            )  # fmt: skip
            found.setdefault((str(r.part), str(r.metric), verdict.startswith(EXPLORATORY)), []).append(one)
        return found

    def differences(self, part: str, metric: str = "", *, exploratory: bool = False) -> list[Difference]:
        """The family of a part in a metric (by default the primary), or the exploratory pairs."""
        return self._differences.get((part, metric or self.primary, exploratory), [])

    def decisions(self, part: str) -> list[Difference]:
        """The family of right decisions of a part; empty where the primary metric is the same."""
        return [] if self.primary == DECISIONS else self.differences(part, DECISIONS)

    def against(self, rival: str, part: str) -> Difference | None:
        """The best model minus a rival in the primary metric; None where they were not compared."""
        found = (one for one in self.differences(part) if (one.a, one.b) == (self.best, rival))
        return next(found, None)

    def metrics(self) -> list[str]:
        """Metrics that were scored, in their order."""
        return list(dict.fromkeys(self.scores["metric"]))

    def said(self, part: str) -> pd.DataFrame:
        """Predictions of the best model on a part, each row once (the first repeat)."""
        rows = self.predictions[self.predictions["part"] == part]
        if rows["repeat"].notna().any():
            rows = rows[rows["repeat"] == rows["repeat"].min()]
        return rows


def read_run(folder: Path) -> Run:
    """Read a run folder.

    Raises
    ------
    OutputError
        If a file of it is not there.
    """
    folder = Path(folder)
    for name in ("run.json", "scores.tsv", "predictions.tsv", "timing.tsv", "split.tsv"):
        if not (folder / name).is_file():
            raise OutputError(
                str(folder),
                f"holds no {name}",
                expected="a run folder",
                mend="Run the study again."
                if (folder / "run.json").is_file()
                else "Give the folder that prognome run wrote with -o.",
            )
    record = _read_record(folder / "run.json")
    numbers = record["study"]["target"]["kind"] == "number"
    said = _read(folder / "predictions.tsv", ("repeat", "fold"), truth_is_number=numbers)
    said = said[said["model"] == str(record["best"])]
    return Run(
        record,
        _read(folder / "scores.tsv", _NUMBERS),
        said.reset_index(drop=True),
        _read(folder / "timing.tsv", _TIMES),
        _read(folder / "split.tsv", ("repeat", "fold")),
        **{name: _read_later(folder / f"{name}.tsv", columns) for name, columns in _LATER.items()},
        rule=_read_rule(folder / "bundle" / "rule.json"),
    )


def _read_record(path: Path) -> dict[str, Any]:
    """``run.json``, if it is one of ours that this version knows."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or not {"format", "study", "best", "versions"} <= found.keys():
        raise OutputError(str(path), "is no record of a run", expected="a run folder of prognome")
    if found["format"] != FORMAT:
        raise OutputError(
            str(path),
            "has another layout than this prognome knows",
            seen=f"format {found['format']}",
            expected=f"format {FORMAT}",
            mend=f"It was written by prognome {found['versions'].get('prognome', '?')}; use that version.",
        )
    return found


def _read_later(path: Path, numbers: tuple[str, ...]) -> pd.DataFrame:
    return _read(path, numbers) if path.is_file() else pd.DataFrame()


def _read_rule(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _read(path: Path, numbers: tuple[str, ...], *, truth_is_number: bool = False) -> pd.DataFrame:
    """A table of the run folder; text stays text, whatever it looks like."""
    header = pd.read_csv(path, sep="\t", nrows=0, encoding="utf-8").columns
    numeric = {c for c in header if c in numbers}
    if path.name == "predictions.tsv":
        numeric |= {c for c in header if c in ("prediction", "low", "high", "time", "event", "risk")}
        numeric |= {c for c in header if c.startswith(("p_", "s_", "set_", "survival_"))}
    if truth_is_number:
        numeric.add("truth")
    wanted = [name for name in header if name != "row"]
    kinds: dict[str, Any] = {c: "float64" if c in numeric else "category" for c in wanted}
    frame = pd.read_csv(
        path,
        sep="\t",
        usecols=wanted,
        dtype=kinds,
        keep_default_na=False,
        encoding="utf-8",
        na_values={name: [""] for name in numeric},
        float_precision="round_trip",
    )
    for name in wanted:
        if name not in numeric:
            frame[name] = frame[name].astype(object)
    return frame


def _figure(row: Any) -> Figure:
    return Figure(
        _known(row.value),
        _known(row.low),
        _known(row.high),
        int(row.n),
        None if pd.isna(row.events) else int(row.events),
        str(row.method),
    )


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
