"""What all folds say together: the table of markers and those beside it, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.scale import scale_of
from prognome.core.split import Fold
from prognome.core.table import is_number
from prognome.explain.agreement import agreement_table, stability_index, top_of
from prognome.explain.association import overlooked
from prognome.explain.correlated import Clusters
from prognome.explain.marker_sentences import marker_sentences, panel_sentence
from prognome.explain.markers import FoldEvidence, beyond_doubt, marker_table
from prognome.explain.panel import Panel, panel_curve
from prognome.explain.shapes import SHAPE_COLUMNS, SPREAD_COLUMNS, shape_of, spread_of
from prognome.jobs.beside_markers import Beside
from prognome.jobs.explained_fold import ExplainedFold, columns_of, strongest, values_of
from prognome.report.words import metric_name
from prognome.validate.evaluate import Rules

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Explanation:
    """What was found of the best model.

    Parameters
    ----------
    tables
        File of the run folder, without ending → its table.
    said
        Plain data for ``run.json``: sentences, unit, own error, stability, panel.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Answers:
    """Who was asked, and what was said.

    Parameters
    ----------
    label
        Of the model.
    cohort
        All rows.
    folds
        Who taught and who judged.
    by_fold
        What each of these said.
    by_seed
        What the first fold said with other seeds. They tell who stands among the first; figures and their
        intervals are of ``by_fold``.
    association
        Every column by itself against the target, on rows that are not test.
    clusters
        Columns that say nearly the same on these rows.
    """

    label: str
    cohort: Cohort
    folds: Sequence[Fold]
    by_fold: Sequence[ExplainedFold]
    by_seed: Sequence[ExplainedFold]
    association: pd.DataFrame
    clusters: Clusters

    @property
    def by_parts(self) -> bool:
        """Whether the model has SHAP values."""
        return all(one.parts is not None for one in (*self.by_fold, *self.by_seed))

    @property
    def ratio(self) -> float:
        """Judged rows for each training row."""
        return float(np.mean([len(fold.judge) / len(fold.train) for fold in self.folds]))

    def judged(self) -> list[tuple[ExplainedFold, Cohort, NDArray[np.intp]]]:
        """Each fold with the rows that it judged, and their positions."""
        return [
            (one, self.cohort.rows(fold.judge), fold.judge)
            for one, fold in zip(self.by_fold, self.folds, strict=True)
        ]


def put_together(answers: Answers, top: int, rules: Rules, beside: Beside) -> Explanation:
    """One table a question, and the sentences.

    Parameters
    ----------
    answers
        Of all folds.
    top
        How many markers are shown and compared.
    rules
        Metric and level.
    beside
        What the user's files say of columns.
    """
    metric, level, association = rules.metric, rules.interval.level, answers.association
    every = [*answers.by_fold, *answers.by_seed]
    names = list(dict.fromkeys(name for one in every for name in one.columns))
    evidence = _evidence(answers, names)
    table = marker_table(
        names, evidence[: len(answers.by_fold)], k=top, clusters=answers.clusters,
        test_per_train=answers.ratio, level=level,
    )  # fmt: skip
    chosen = np.array([top_of(one.strength, top) for one in evidence])
    counted = pd.Series(chosen.sum(axis=0), index=names)
    number = answers.clusters.number
    sizes = number.map(number.value_counts())  # also of columns that no fold used
    table["neighbours"] = (sizes - 1).reindex(table["feature"]).astype("Int64").array
    table["top"], table["folds"] = counted.loc[table["feature"]].to_numpy(), len(every)
    table = table.merge(
        association[["feature", "test", "effect", "measure", "p", "q"]], on="feature", how="left"
    )
    table["ways_top"], table["ways"] = _named_by(table, association, top)
    leading = table.head(top)
    first = leading.loc[leading["shap" if answers.by_parts else "drop"] > 0, "feature"].tolist()
    # where shuffling shows no loss, the model may lean on noise that a plain test rightly passes over
    sure = table.loc[beyond_doubt(table, level) & table["feature"].isin(first), "feature"].tolist()
    missed = set(overlooked(sure, association))
    table["overlooked"] = ["yes" if name in missed else "" for name in table["feature"]]
    annotated = beside.annotate(table)
    tables: dict[str, pd.DataFrame] = {"markers": annotated}
    if answers.by_parts:
        tables |= _shapes(answers, first)
    tables["marker_agreement"] = _agreement(annotated, top)
    pairs = [one.pairs for one in answers.by_fold if one.pairs is not None]
    if pairs:
        tables["marker_pairs"] = _mean_pairs(pairs)
    panel = _panel(answers.by_fold, rules, answers.ratio)
    if panel is not None:
        tables["panel"], tables["panel_markers"] = panel.curve, panel.chosen
    if beside.gene_sets:
        columns = [str(name) for name in association["feature"]]
        tables["pathways"] = beside.pathways([name for name in first if name in set(columns)], columns)
    # columns that no fold used belong to those it could have chosen
    unused = max(0, len(association) - len(names))
    stability = stability_index(np.pad(chosen, ((0, 0), (0, unused))), level)
    parts = [one.parts for one in every if one.parts is not None]
    said = {
        "model": answers.label,
        "part": answers.folds[0].part,
        "unit": parts[0].unit if parts else "",
        "error": max(float(one.error.max()) for one in parts) if answers.by_parts else None,
        "stability": vars(stability),
        "top": top,
        "folds": len(answers.by_fold),
        "seeds": len(answers.by_seed),
        "panel": None if panel is None else {"best": panel.best, "smallest": panel.smallest},
        "sentences": marker_sentences(
            annotated, stability, answers.clusters, top=top, metric=metric_name(metric.name),
            by_parts=answers.by_parts, level=level,
        ),
        "panel_sentence": "" if panel is None else panel_sentence(
            panel, metric_name(metric.name), answers.clusters, error=not metric.higher
        ),
    }  # fmt: skip
    return Explanation(tables, said)


def _evidence(answers: Answers, names: Sequence[str]) -> list[_Evidence]:
    """Of the folds, then of the other seeds of the first one."""
    every = [*answers.by_fold, *answers.by_seed]
    asked = {str(unit) for one in every for unit in one.shuffled.units}
    rows = [here for _, here, _ in answers.judged()]
    rows += [rows[0]] * len(answers.by_seed)
    return [
        _aligned(one, here, names, answers.clusters, asked) for one, here in zip(every, rows, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class _Evidence(FoldEvidence):
    """A fold's evidence in the order of all columns, and by what its columns are ranked."""

    strength: Array = field(default_factory=lambda: np.empty(0))


def _aligned(
    one: ExplainedFold, rows: Cohort, names: Sequence[str], clusters: Clusters, asked: Collection[str]
) -> _Evidence:
    """A column that a fold gives no weight had no part in its answers, and shuffling it costs nothing there.

    One that has weight and was not shuffled, since others had more, is not known there: NaN.
    """
    place = {name: at for at, name in enumerate(names)}
    into = np.array([place[name] for name in one.columns], dtype=np.intp)
    drop = np.full(len(names), np.nan)
    for unit, drops in zip(one.shuffled.units, one.shuffled.drops, strict=True):
        drop[place[str(unit)]] = drops.mean()
    importance = None
    if one.importance is not None:
        importance = np.zeros(len(names))
        importance[into] = one.importance
    values = np.full((len(rows), len(names)), np.nan)
    values[:, into] = values_of(one, rows)
    together = _of_clusters(one, names, clusters)
    if one.parts is None:
        strength = np.nan_to_num(drop)
        return _Evidence(shap=None, drop=drop, cluster_drop=together, strength=strength)
    parts = np.zeros((len(rows), len(names), *one.parts.values.shape[2:]))
    parts[:, into] = one.parts.values
    strength = np.zeros(len(names))
    strength[into] = one.parts.strength
    if np.isfinite(one.shuffled.whole):
        drop[(strength == 0) & [name in asked for name in names]] = 0.0
    return _Evidence(
        shap=parts,
        rows=values,
        drop=drop,
        cluster_drop=together,
        importance=importance,
        strength=strength,
    )


def _of_clusters(one: ExplainedFold, names: Sequence[str], clusters: Clusters) -> Array:
    """What shuffling its whole cluster cost, for each column; NaN where it was not asked."""
    drops: dict[int, float] = {}
    if one.together is not None:
        for unit, here in zip(one.together.units, one.together.drops, strict=True):
            drops[int(str(unit))] = float(here.mean())
    number = clusters.number.reindex(list(names))
    return number.map(lambda cluster: drops.get(cluster, np.nan)).to_numpy(dtype=np.float64)


def _shapes(answers: Answers, first: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Spread and shape of the parts of the first columns; of several classes there is none."""
    found = [
        (one.columns, one.parts.values, values_of(one, rows), positions)
        for one, rows, positions in answers.judged()
        if one.parts is not None
    ]
    if found[0][1].ndim != 2:
        return {}
    frame = columns_of(answers.cohort)
    spreads, shapes = [], []
    for name in first:
        here = [(one[0].index(name), *one[1:]) for one in found if name in one[0]]
        parts = np.concatenate([given[:, at] for at, given, _, _ in here])
        values = np.concatenate([known[:, at] for at, _, known, _ in here])
        rows = np.concatenate([positions for _, _, _, positions in here])
        number = name not in frame or bool(is_number(frame[[name]])[0])
        spreads.append(spread_of(name, parts, values if number else None))
        seen = values if number else frame[name].to_numpy(dtype=object)[rows]
        shapes.append(shape_of(name, parts, seen.tolist(), number=number))
    return {
        "marker_spread": _stacked(spreads, SPREAD_COLUMNS),
        "marker_shapes": _stacked(shapes, SHAPE_COLUMNS),
    }


def _stacked(tables: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    kept = [one for one in tables if len(one)]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(columns))


WAYS = {
    "mean |SHAP|": "shap",
    "shuffling": "drop",
    "the model's own": "importance",
    "plain association": "p",
}
"""Ways of ranking columns, by the column of the table that ranks."""


def _named_by(table: pd.DataFrame, association: pd.DataFrame, k: int) -> tuple[Array, Array]:
    """(columns,) how many ways have it among their first k, and how many looked at it.

    The plain test ranks all columns that were measured, also those that no fold used.
    """
    plain = association[association["p"] < 1]
    tops = {
        way: top_of(table[column], k) if column != "p" else table["feature"].isin(strongest(plain)[:k])
        for way, column in WAYS.items()
    }
    looked = np.sum([table[column].notna() for column in WAYS.values()], axis=0)
    return np.sum([np.asarray(one) for one in tops.values()], axis=0), looked


def _agreement(table: pd.DataFrame, k: int) -> pd.DataFrame:
    """All pairs of ways, over the columns that every way looked at."""
    # effects of numbers and of categories have no unit in common, p-values have
    methods = {way: -table["p"] if column == "p" else table[column] for way, column in WAYS.items()}
    frame = pd.DataFrame(methods).set_axis(table["feature"], axis=0)
    frame = frame.loc[:, frame.notna().any()].dropna()
    if len(frame) < 2:
        return pd.DataFrame(columns=["a", "b", "spearman", "rank_biased_overlap", "top_jaccard"])
    return agreement_table(frame, k=min(k, max(1, len(frame) // 2)))


def _mean_pairs(pairs: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Mean over the folds that looked at a pair, strongest first."""
    named = pd.concat(pairs, ignore_index=True)
    both = np.sort(named[["a", "b"]].to_numpy(dtype=str), axis=1)
    named = named.assign(a=both[:, 0], b=both[:, 1])
    mean = named.groupby(["a", "b"], as_index=False).agg(
        strength=("strength", "mean"), folds=("strength", "size")
    )
    return mean.sort_values("strength", ascending=False, kind="stable", ignore_index=True)


def _panel(found: Sequence[ExplainedFold], rules: Rules, ratio: float) -> Panel | None:
    if len(found) < 2 or not all(one.panel for one in found):
        return None
    if not any(np.isfinite(value) for one in found for value in one.panel.values()):
        return None  # folds of one class each, say, where the metric is defined in none
    score: Callable[[list[Any], int], float] = lambda columns, fold: found[fold].panel[len(columns)]  # noqa: E731
    sizes = sorted(set.intersection(*(set(one.panel) for one in found)))
    panel = panel_curve(
        [one.ranking[: max(sizes)] for one in found], score, sizes,
        higher_is_better=bool(rules.metric.higher), test_per_train=ratio, level=rules.interval.level,
    )  # fmt: skip
    scale = scale_of(rules.metric.name)
    ends = [scale.bounded(pair) for pair in panel.curve[["low", "high"]].itertuples(index=False, name=None)]
    return replace(
        panel, curve=panel.curve.assign(low=[low for low, _ in ends], high=[high for _, high in ends])
    )
