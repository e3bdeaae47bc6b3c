"""What one fold's model says of its columns, on rows that it did not learn from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from prognome.core.cohort import Cohort
from prognome.core.fit import fit, seeded
from prognome.core.judged import Judged
from prognome.core.metrics import Metric
from prognome.core.say import say
from prognome.core.seeds import seed_of
from prognome.core.sequences import Sequences
from prognome.core.table import Index, is_number
from prognome.explain.association import associate_columns
from prognome.explain.attribution import Attribution
from prognome.explain.correlated import Clusters
from prognome.explain.interactions import interactions_of
from prognome.explain.permutation import Permuted, permutation_importance
from prognome.explain.pipeline import Opened, by_column, has_parts, open_pipeline, own_importance, parts_of
from prognome.validate.candidate import Candidate

Array = NDArray[np.float64]
ROWS_FOR_RANKING = 500  # training rows whose parts rank the columns for panels
ROWS_FOR_PAIRS = 100  # judged rows whose parts are parted into pairs
PAIRED = 8  # columns whose pairs are looked at
PANEL_SIZES = (1, 2, 3, 5, 10, 20, 50, 100)


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is asked of a fold.

    Parameters
    ----------
    top
        Columns that are shuffled.
    repeats
        Shuffles of each.
    panel
        Whether panels of few columns are fitted.
    clusters
        Columns that say nearly the same; their columns are shuffled together as well.
    """

    top: int
    repeats: int
    panel: bool
    clusters: Clusters


@dataclass(frozen=True, eq=False)
class ExplainedFold:
    """What one fold says. Arrays follow ``columns``.

    Parameters
    ----------
    columns
        ``BLOCK:COLUMN``, or a feature of the preparation that is made of several.
    parts
        SHAP values of the judged rows by column; None where the model has none.
    values
        (n, columns) numbers of the judged rows, NaN for categories and gaps.
    importance
        (columns,) the model's own; None where it says nothing.
    shuffled
        What shuffling columns cost, and whole clusters (their units are numbers).
    ranking
        Columns, strongest first by the training rows alone; empty where no panel is wanted, and of a model
        without parts.
    panel
        Size → score of the judged rows.
    pairs
        ``a b strength`` of the strongest columns; None where the model has no pairs.
    rows
        (n,) positions of the judged rows.
    """

    columns: tuple[str, ...]
    parts: Attribution | None
    values: Array
    importance: Array | None
    shuffled: Permuted
    together: Permuted | None
    ranking: tuple[str, ...]
    panel: Mapping[int, float]
    pairs: pd.DataFrame | None
    rows: Index


def explain_fold(
    candidate: Candidate,
    params: Mapping[str, Any],
    cohort: Cohort,
    train: Index,
    judge: Index,
    metric: Metric,
    seed: int,
    wanted: Wanted,
) -> ExplainedFold:
    """Fit the candidate as it was judged, and ask it for its reasons.

    **Learns** the model, the ranking of panels and, where the model has no parts, which columns go with the
    target and so are shuffled, from the training rows alone. Parts, shuffles and scores are of the judged
    rows.

    Parameters
    ----------
    candidate, params, seed
        The model as the judge had it in this fold.
    cohort, train, judge
        All rows, and who teaches and judges.
    metric
        The primary one; shuffles and panels are scored before recalibration.
    wanted
        What is asked.
    """
    learn, rows = cohort.rows(train), cohort.rows(judge)
    assert learn.target is not None
    fresh = seeded(candidate.with_params(params), seed)
    fitted = fit(fresh, learn, learn.target, learn.groups)
    opened = open_pipeline(fitted, {name: block.names for name, block in cohort.blocks.items()})
    if opened is None:
        return _of_cohort(fitted, learn, rows, judge, metric, seed, wanted)
    taught, asked = (np.asarray(opened.prepare.transform(one)) for one in (learn, rows))
    parts, strength = None, np.zeros(len(opened.columns))
    if has_parts(opened.model):
        parts = by_column(parts_of(opened, asked, taught.mean(axis=0, keepdims=True)), opened)
        strength = parts.strength
    importance = own_importance(opened, taught.std(axis=0))
    if parts is None:
        plain = strongest(associate(learn))
        place = {name: len(plain) - at for at, name in enumerate(plain)}
        strength = np.array([place.get(name, 0) for name in opened.columns], dtype=float)
    order = np.argsort(-strength, kind="stable")
    top = [opened.columns[at] for at in order[: wanted.top] if strength[at] > 0]
    groups: dict[Hashable, list[Hashable]] = {
        column: [int(at) for at in opened.places([column])] for column in top
    }
    together = {
        number: [int(at) for at in opened.places([str(name) for name in names])]
        for number, names in wanted.clusters.members.items()
        if len(names) > 1 and set(names) & set(top)
    }

    def answer(frame: pd.DataFrame) -> Array:
        return say(opened.model, frame.to_numpy(), len(cohort.classes), cohort.follow_up)

    def shuffle(units: Mapping[Hashable, Sequence[Hashable]]) -> Permuted:
        return _shuffled(answer, pd.DataFrame(asked), rows, metric, units, wanted, seed)

    ranking = _ranking(opened, taught, seed) if wanted.panel and parts is not None else ()
    return ExplainedFold(
        opened.columns,
        parts,
        _numbers(rows, opened, asked),
        importance,
        shuffle(groups),
        shuffle({number: places for number, places in together.items() if places}) if together else None,
        ranking,
        _panel(opened, ranking, taught, asked, learn, rows, metric),
        interactions_of(opened, asked[:ROWS_FOR_PAIRS], [opened.columns[at] for at in order[:PAIRED]]),
        judge,
    )


def columns_of(cohort: Cohort) -> pd.DataFrame:
    """Columns of all tables side by side, as ``BLOCK:COLUMN``."""
    frames = [
        table.frame.set_axis([f"{name}:{column}" for column in table.names], axis=1)
        for name, table in cohort.blocks.items()
        if not isinstance(table, Sequences)
    ]
    return pd.concat(frames, axis=1) if frames else pd.DataFrame(index=range(len(cohort)))


def associate(cohort: Cohort) -> pd.DataFrame:
    """Every column of the tables by itself against the target of these rows."""
    assert cohort.target is not None
    return associate_columns(columns_of(cohort), cohort.target, len(cohort.classes))


def strongest(association: pd.DataFrame) -> list[str]:
    """Columns by p, the least first; those that could not be tested at the end."""
    order = association.sort_values("p", kind="stable", na_position="last")
    return [str(name) for name in order["feature"]]


def _shuffled(
    answer: Callable[[Any], Array],
    given: Any,
    rows: Cohort,
    metric: Metric,
    units: Mapping[Hashable, Sequence[Hashable]],
    wanted: Wanted,
    seed: int,
) -> Permuted:
    if len(rows) < 2:  # as where a site of one row is left out: nothing can be shuffled
        return Permuted((), np.empty(0, dtype=np.intp), np.empty((0, wanted.repeats)), np.nan)
    return permutation_importance(
        answer,
        given,
        rows.target,
        lambda truth, said: metric.value(Judged(truth, said, follow_up=rows.follow_up)),
        groups=units,
        higher_is_better=bool(metric.higher),
        repeats=wanted.repeats,
        seed=seed_of(seed, "shuffle"),
    )


def _ranking(opened: Opened, taught: Array, seed: int) -> tuple[str, ...]:
    """Columns by the parts of training rows."""
    rng = np.random.default_rng(seed_of(seed, "ranking"))
    drawn = taught
    if len(taught) > ROWS_FOR_RANKING:
        drawn = taught[rng.choice(len(taught), ROWS_FOR_RANKING, replace=False)]
    strength = by_column(parts_of(opened, drawn, taught.mean(axis=0, keepdims=True)), opened).strength
    return tuple(opened.columns[at] for at in np.argsort(-strength, kind="stable"))


def _panel(
    opened: Opened,
    ranking: Sequence[str],
    taught: Array,
    asked: Array,
    learn: Cohort,
    rows: Cohort,
    metric: Metric,
) -> dict[int, float]:
    """The score of a fresh model with the first few columns of the ranking."""
    scores: dict[int, float] = {}
    assert learn.target is not None
    for size in sorted({min(size, len(ranking)) for size in PANEL_SIZES} if ranking else ()):
        places = opened.places(ranking[:size])
        model = fit(clone(opened.model), taught[:, places], learn.target, learn.groups)
        said = say(model, asked[:, places], len(rows.classes), rows.follow_up)
        assert rows.target is not None
        scores[size] = metric.value(Judged(rows.target, said, follow_up=rows.follow_up))
    return scores


def _numbers(rows: Cohort, opened: Opened, asked: Array) -> Array:
    """The judged rows by column: as the user gave them if that is a number, else as the model gets them."""
    found = np.full((len(rows), len(opened.columns)), np.nan)
    features = {feature: at for at, feature in enumerate(opened.features)}
    given = {f"{block}:{name}" for block, table in rows.blocks.items() for name in table.names}
    for block, table in rows.blocks.items():
        if isinstance(table, Sequences):
            continue
        known = dict(zip(table.names, is_number(table.frame), strict=True))
        for at, column in enumerate(opened.columns):
            name = column.removeprefix(f"{block}:")
            if name != column and known.get(name):
                found[:, at] = table.frame[name].to_numpy(dtype=float)
    for at, column in enumerate(opened.columns):
        if column not in given and column in features:
            found[:, at] = asked[:, features[column]]
    return found


def _of_cohort(
    fitted: Any, learn: Cohort, rows: Cohort, judge: Index, metric: Metric, seed: int, wanted: Wanted
) -> ExplainedFold:
    """Of a model that reads blocks as they are: shuffles alone, of columns and of whole blocks of letters."""
    frames = {name: table.frame for name, table in rows.blocks.items()}
    units: dict[Hashable, list[Hashable]] = {
        column: [_pair(column)] for column in strongest(associate(learn))[: wanted.top]
    }
    for name, table in rows.blocks.items():
        if isinstance(table, Sequences):
            units[f"{name} (whole block)"] = [(name, column) for column in table.names]
    together: dict[Hashable, list[Hashable]] = {
        number: [_pair(str(name)) for name in names]
        for number, names in wanted.clusters.members.items()
        if len(names) > 1 and set(names) & set(units)
    }

    def ask(moved: Mapping[str, pd.DataFrame]) -> Array:
        blocks = {name: replace(table, frame=moved[name]) for name, table in rows.blocks.items()}
        return say(fitted, replace(rows, blocks=blocks), len(rows.classes), rows.follow_up)

    def shuffle(these: Mapping[Hashable, Sequence[Hashable]]) -> Permuted:
        return _shuffled(ask, frames, rows, metric, these, wanted, seed)

    columns = tuple(str(unit) for unit in units)
    return ExplainedFold(
        columns=columns,
        parts=None,
        values=np.full((len(rows), len(columns)), np.nan),
        importance=None,
        shuffled=shuffle(units),
        together=shuffle(together) if together else None,
        ranking=(),
        panel={},
        pairs=None,
        rows=judge,
    )


def _pair(column: str) -> tuple[str, str]:
    block, _, name = column.partition(":")
    return block, name
