"""Why the best model says what it says: markers, their shapes, how sure they are, and the smallest panel."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.scale import scale_of
from prognome.core.seeds import seed_of
from prognome.core.split import Fold, Split
from prognome.core.study import Study
from prognome.core.table import is_number
from prognome.errors import CallError
from prognome.explain.agreement import agreement_table, stability_index, top_of
from prognome.explain.association import overlooked
from prognome.explain.correlated import Clusters, correlated_clusters
from prognome.explain.marker_sentences import marker_sentences, panel_sentence
from prognome.explain.markers import FoldEvidence, marker_table
from prognome.explain.panel import Panel, panel_curve
from prognome.explain.shapes import SHAPE_COLUMNS, SPREAD_COLUMNS, shape_of, spread_of
from prognome.jobs.beside_markers import NOTHING_BESIDE, Beside
from prognome.jobs.explained_fold import (
    ExplainedFold,
    Wanted,
    associate,
    columns_of,
    explain_fold,
    strongest,
)
from prognome.jobs.stability import is_costly
from prognome.report.words import metric_name
from prognome.validate.candidate import Candidate
from prognome.validate.evaluate import Evaluation, Rules
from prognome.validate.processes import in_order

Array = NDArray[np.float64]
MOST_CLUSTERED = 1000  # columns among which neighbours are sought
MOST_PANELS = ("logistic", "ridge", "random_forest", "xgboost")
FEWEST_FOR_PANEL = 4  # columns below which a smaller panel is no question


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


def explain(
    study: Study,
    best: Candidate,
    cohort: Cohort,
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
    *,
    beside: Beside = NOTHING_BESIDE,
    workers: int = 1,
) -> Explanation:
    """Ask the best model, as every fold had it, for its reasons on the rows that the fold judged.

    Every number is of rows that the model had not learned from. The first repeat is looked at; the first fold
    is fitted with other seeds as well. Associations of single columns, and which columns say nearly the same,
    are learned from the rows that are not test.

    Parameters
    ----------
    study, best, cohort, split, rules, evaluation
        As judged.
    beside
        What the user's files say of columns.
    workers
        Processes.
    """
    asked = study.explain
    if asked.markers is False or best.label == "dummy":
        return Explanation()
    if asked.markers == "auto" and is_costly(study, best):
        left_out = (
            f"To save time {best.label} was not asked for its markers; explain: {{markers: true}} asks."
        )
        return Explanation(said={"left_out": left_out})
    learn = cohort.rows(split.learn)
    table, association = columns_of(learn), associate(learn)
    clusters = correlated_clusters(table, strongest(association)[:MOST_CLUSTERED])
    panel = asked.panel is True or (asked.panel == "auto" and _names_of(study).get(best.label) in MOST_PANELS)
    wanted = Wanted(2 * asked.top, asked.repeats, panel and table.shape[1] >= FEWEST_FOR_PANEL, clusters)
    folds = [fold for fold in split.folds() if fold.repeat == 1]
    found = _ask_folds(study, best, cohort, folds, rules, evaluation, wanted, workers)
    return _put_together(study, best, cohort, folds, found, rules, association, clusters, beside)


def explain_or_say_why_not(*given: Any, **named: Any) -> Explanation:
    """As :func:`explain`, but a fault costs the explanation alone: what was judged by then stands."""
    try:
        return explain(*given, **named)
    except CallError:
        raise
    except Exception as error:  # whatever a model of the user's raises
        why = f"The best model could not be explained: {type(error).__name__}: {error}"[:300]
        logging.getLogger(__name__).warning(why)
        return Explanation(said={"left_out": f"{why}. All other figures stand."})


def _names_of(study: Study) -> dict[str, str]:
    return {model.label: model.name for model in study.models} | {"linear": "logistic"}


def _ask_folds(
    study: Study,
    best: Candidate,
    cohort: Cohort,
    folds: Sequence[Fold],
    rules: Rules,
    evaluation: Evaluation,
    wanted: Wanted,
    workers: int,
) -> list[ExplainedFold]:
    """Every fold with the seed by which it was judged, then the first with others."""

    def task(fold: Fold, seed: int, panel: bool) -> tuple[Any, ...]:
        params = evaluation.params.get((best.label, fold.repeat, fold.fold), {})
        here = wanted if panel else Wanted(wanted.top, 1, False, wanted.clusters)
        return (best, params, cohort, fold.train, fold.judge, rules.metric, seed, here)

    tasks = [
        task(fold, seed_of(rules.seed, "model", best.label, fold.part, fold.repeat, fold.fold), wanted.panel)
        for fold in folds
    ]
    tasks += [
        task(folds[0], seed_of(rules.seed, "explain", best.label, number), False)
        for number in range(study.explain.seeds if _draws(best) else 0)
    ]
    return in_order(explain_fold, tasks, min(workers, len(tasks)))


def _draws(best: Candidate) -> bool:
    """Whether the model draws anything, so that another seed gives another model."""
    params = best.estimator.get_params(deep=True)
    return any(name.rsplit("__", 1)[-1] == "random_state" for name in params)


def _put_together(
    study: Study,
    best: Candidate,
    cohort: Cohort,
    folds: Sequence[Fold],
    found: Sequence[ExplainedFold],
    rules: Rules,
    association: pd.DataFrame,
    clusters: Clusters,
    beside: Beside,
) -> Explanation:
    names = list(dict.fromkeys(name for one in found for name in one.columns))
    asked = {str(unit) for one in found for unit in one.shuffled.units}
    evidence = [_aligned(one, names, clusters, asked) for one in found]
    by_parts = all(one.parts is not None for one in found)
    ratio = float(np.mean([len(fold.judge) / len(fold.train) for fold in folds]))
    # seeds say who stands among the first; the figures and their intervals are of the folds
    table = marker_table(
        names, evidence[: len(folds)], k=study.explain.top, clusters=clusters, test_per_train=ratio,
        level=rules.interval.level,
    )  # fmt: skip
    strength = np.array([one.strength for one in evidence])
    chosen = np.array([top_of(one, study.explain.top) for one in strength])
    counted = pd.Series(chosen.sum(axis=0), index=names)
    sizes = clusters.number.map(clusters.number.value_counts())  # also of columns that no fold used
    table["neighbours"] = (sizes - 1).reindex(table["feature"]).astype("Int64").array
    table["top"], table["folds"] = counted.loc[table["feature"]].to_numpy(), len(found)
    table = table.merge(
        association[["feature", "test", "effect", "measure", "p", "q"]], on="feature", how="left"
    )
    leading = table.head(study.explain.top)
    first = leading.loc[leading["shap" if by_parts else "drop"] > 0, "feature"].tolist()
    # where shuffling shows no loss, the model may lean on noise that a plain test rightly passes over
    sure = table.loc[(table["drop_low"] > 0) & table["feature"].isin(first), "feature"].tolist()
    missed = set(overlooked(sure, association))
    table["overlooked"] = ["yes" if name in missed else "" for name in table["feature"]]
    annotated = beside.annotate(table)
    tables: dict[str, pd.DataFrame] = {"markers": annotated}
    if by_parts:
        tables |= _shapes(cohort, found[: len(folds)], first)
    tables["marker_agreement"] = _agreement(annotated, study.explain.top)
    pairs = [one.pairs for one in found[: len(folds)] if one.pairs is not None]
    if pairs:
        tables["marker_pairs"] = _mean_pairs(pairs)
    panel = _panel(found[: len(folds)], rules, ratio)
    if panel is not None:
        tables["panel"], tables["panel_markers"] = panel.curve, panel.chosen
    if beside.gene_sets:
        columns = [str(name) for name in association["feature"]]
        tables["pathways"] = beside.pathways([name for name in first if name in set(columns)], columns)
    # columns that no fold used belong to those it could have chosen
    unused = max(0, len(association) - len(names))
    stability = stability_index(np.pad(chosen, ((0, 0), (0, unused))), rules.interval.level)
    said = {
        "model": best.label,
        "part": folds[0].part,
        "unit": found[0].parts.unit if found[0].parts is not None else "",
        "error": max(float(one.parts.error.max()) for one in found if one.parts) if by_parts else None,
        "stability": vars(stability),
        "top": study.explain.top,
        "folds": len(folds),
        "seeds": len(found) - len(folds),
        "panel": None if panel is None else {"best": panel.best, "smallest": panel.smallest},
        "sentences": marker_sentences(
            annotated, stability, clusters, top=study.explain.top, metric=metric_name(rules.metric.name),
            by_parts=by_parts,
        ),
        "panel_sentence": "" if panel is None else panel_sentence(
            panel, metric_name(rules.metric.name), clusters, error=not rules.metric.higher
        ),
    }  # fmt: skip
    return Explanation(tables, said)


@dataclass(frozen=True, eq=False)
class _Evidence(FoldEvidence):
    """A fold's evidence in the order of all columns, and by what its columns are ranked."""

    strength: Array = field(default_factory=lambda: np.empty(0))


def _aligned(
    one: ExplainedFold, names: Sequence[str], clusters: Clusters, asked: Collection[str]
) -> _Evidence:
    """A column that a fold dropped had no part in its answers, and shuffling it costs nothing there.

    The mean over the folds that use a column would be that of its best folds.
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
    values = np.full((len(one.rows), len(names)), np.nan)
    values[:, into] = one.values
    together = _of_clusters(one, names, clusters)
    if one.parts is None:
        strength = np.nan_to_num(drop)
        return _Evidence(shap=None, drop=drop, cluster_drop=together, strength=strength)
    parts = np.zeros((len(one.rows), len(names), *one.parts.values.shape[2:]))
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


def _shapes(cohort: Cohort, found: Sequence[ExplainedFold], first: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Spread and shape of the parts of the first columns; of several classes there is none."""
    if found[0].parts is None or found[0].parts.values.ndim != 2:
        return {}
    frame = columns_of(cohort)
    spreads, shapes = [], []
    for name in first:
        here = [(one, one.columns.index(name)) for one in found if name in one.columns]
        parts = np.concatenate([one.parts.values[:, at] for one, at in here])  # type: ignore[union-attr]
        values = np.concatenate([one.values[:, at] for one, at in here])
        rows = np.concatenate([one.rows for one, _ in here])
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


def _agreement(table: pd.DataFrame, k: int) -> pd.DataFrame:
    """All pairs of methods, over the columns that every method was asked about."""
    methods = {
        "mean |SHAP|": table["shap"],
        "shuffling": table["drop"],
        "the model's own": table["importance"],
        "plain association": -table["p"],  # effects of numbers and of categories have no unit in common
    }
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
