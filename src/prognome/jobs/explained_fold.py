"""What one fold's model says of its columns, on rows that it did not learn from."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from prognome.core.cohort import Cohort
from prognome.core.fit import fit, seeded
from prognome.core.foreign_error import step
from prognome.core.judged import Judged
from prognome.core.metrics import Metric
from prognome.core.say import say
from prognome.core.seeds import seed_of
from prognome.core.sequences import Sequences
from prognome.core.table import Index, is_number
from prognome.explain.association import associate_columns
from prognome.explain.attribution import Attribution
from prognome.explain.interactions import interactions_of
from prognome.explain.permutation import Permuted, permutation_importance
from prognome.explain.pipeline import Opened, by_column, has_parts, open_pipeline, own_importance, parts_of
from prognome.validate.candidate import Candidate
from prognome.validate.cost import measured
from prognome.validate.learn import place_of

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
    neighbours
        Number of a cluster → its columns, two or more, which are shuffled together as well.
    """

    top: int
    repeats: int
    panel: bool
    neighbours: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class ExplainTask:
    """A model of one fold that is asked for its reasons.

    Parameters
    ----------
    candidate, params, seed
        The model as the judge had it in this fold.
    part, repeat, fold
        What the piece of work is called.
    train
        Positions that teach it.
    wanted
        What is asked.
    """

    candidate: Candidate
    params: Mapping[str, Any]
    part: str
    repeat: int
    fold: int
    train: Index
    seed: int
    wanted: Wanted

    keep: ClassVar[bool] = False


@dataclass(frozen=True, eq=False)
class ExplainedFold:
    """What one fold says. Arrays follow ``columns``; nothing in it is a value that the user's tables hold.

    Parameters
    ----------
    label, part, repeat, fold
        As in the task.
    columns
        ``BLOCK:COLUMN``, or a feature of the preparation that is made of several.
    shuffled, together
        What shuffling columns cost, and whole clusters (their units are numbers).
    parts
        SHAP values of the judged rows by column; None where the model has none.
    made
        Feature that the preparation made of several columns → (n,) its values at the judged rows.
    importance
        (columns,) the model's own; None where it says nothing.
    ranking
        Columns, strongest first by the training rows alone; empty where no panel is wanted, and of a model
        without parts.
    panel
        Size → score of the judged rows.
    pairs
        ``a b strength`` of the strongest columns; None where the model has no pairs.
    timing
        Seconds of the whole, as ``fit_seconds``.
    """

    label: str
    part: str
    repeat: int
    fold: int
    columns: tuple[str, ...]
    shuffled: Permuted
    together: Permuted | None = None
    parts: Attribution | None = None
    made: Mapping[str, Array] = field(default_factory=dict)
    importance: Array | None = None
    ranking: tuple[str, ...] = ()
    panel: Mapping[int, float] = field(default_factory=dict)
    pairs: pd.DataFrame | None = None
    timing: Mapping[str, float] = field(default_factory=dict)

    failure: ClassVar[str] = ""  # a fold that fails raises: one alone would be no explanation


JUDGE = "judge"


def explain_fold(
    task: ExplainTask, cohort: Cohort, judges: Mapping[str, Cohort], metric: Metric
) -> ExplainedFold:
    """Fit the candidate as it was judged, and ask it for its reasons.

    **Learns** the model, the ranking of panels and, where the model has no parts, which columns go with the
    target and so are shuffled, from the training rows alone. Parts, shuffles and scores are of the judged
    rows.

    Parameters
    ----------
    task
        The model, its training rows, and what is asked.
    cohort
        All rows.
    judges
        The judged rows, as ``judge``.
    metric
        The primary one; shuffles and panels are scored before recalibration.

    Raises
    ------
    WorkError
        If the model fails: which model, fold and step, and the kind of exception.
    """
    with measured() as meter, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # their kinds were told when the model was judged; words may quote
        found = _explain(task, cohort.rows(task.train), judges[JUDGE], metric)
    return replace(found, timing={"fit_seconds": meter.total.wall_seconds})


def _explain(task: ExplainTask, learn: Cohort, rows: Cohort, metric: Metric) -> ExplainedFold:
    here = f"{task.candidate.label}, {place_of(task)}"
    wanted, seed = task.wanted, task.seed
    assert learn.target is not None
    with step(f"{here}, fit"):
        fresh = seeded(task.candidate.with_params(task.params), seed)
        fitted = fit(fresh, learn, learn.target, learn.groups)
        opened = open_pipeline(fitted, {name: block.names for name, block in learn.blocks.items()})
    if opened is None:
        with step(f"{here}, shuffling"):
            return _of_cohort(task, fitted, learn, rows, metric)
    with step(f"{here}, preparation of its rows"):
        taught, asked = (np.asarray(opened.prepare.transform(one)) for one in (learn, rows))
    parts, strength = None, np.zeros(len(opened.columns))
    with step(f"{here}, parts of its answers"):
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
        number: [int(at) for at in opened.places(names)]
        for number, names in wanted.neighbours.items()
        if set(names) & set(top)
    }

    def answer(frame: pd.DataFrame) -> Array:
        return say(opened.model, frame.to_numpy(), len(rows.classes), rows.follow_up)

    def shuffle(units: Mapping[Hashable, Sequence[Hashable]]) -> Permuted:
        return _shuffled(answer, pd.DataFrame(asked), rows, metric, units, task)

    with step(f"{here}, shuffling"):
        alone = shuffle(groups)
        jointly = shuffle({number: at for number, at in together.items() if at}) if together else None
    with step(f"{here}, panel"):
        ranking = _ranking(opened, taught, seed) if wanted.panel and parts is not None else ()
        panel = _panel(opened, ranking, taught, asked, learn, rows, metric)
    with step(f"{here}, pairs"):
        pairs = interactions_of(opened, asked[:ROWS_FOR_PAIRS], [opened.columns[at] for at in order[:PAIRED]])
    return ExplainedFold(
        task.candidate.label, task.part, task.repeat, task.fold, opened.columns, alone, jointly, parts,
        _made(rows, opened, asked), importance, ranking, panel, pairs,
    )  # fmt: skip


def values_of(one: ExplainedFold, rows: Cohort) -> Array:
    """(n, columns) numbers of the judged rows, NaN for categories and gaps.

    As the user gave them if that is a number, else, of what the preparation made, as the model gets them.

    Parameters
    ----------
    one
        What a fold says.
    rows
        The rows that it judged.
    """
    numbers = {
        f"{block}:{name}": (block, name)
        for block, table in rows.blocks.items()
        if not isinstance(table, Sequences)
        for name, known in zip(table.names, is_number(table.frame), strict=True)
        if known
    }
    found = np.full((len(rows), len(one.columns)), np.nan)
    for at, column in enumerate(one.columns):
        if column in numbers:
            block, name = numbers[column]
            found[:, at] = rows.blocks[block].frame[name].to_numpy(dtype=float)
        elif column in one.made:
            found[:, at] = one.made[column]
    return found


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
    task: ExplainTask,
) -> Permuted:
    repeats = task.wanted.repeats
    if len(rows) < 2:  # as where a site of one row is left out: nothing can be shuffled
        return Permuted((), np.empty(0, dtype=np.intp), np.empty((0, repeats)), np.nan)
    return permutation_importance(
        answer,
        given,
        rows.target,
        lambda truth, said: metric.value(Judged(truth, said, follow_up=rows.follow_up)),
        groups=units,
        higher_is_better=bool(metric.higher),
        repeats=repeats,
        seed=seed_of(task.seed, "shuffle"),
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


def _made(rows: Cohort, opened: Opened, asked: Array) -> dict[str, Array]:
    """Values of the features that are no columns of the user's tables."""
    given = {f"{block}:{name}" for block, table in rows.blocks.items() for name in table.names}
    features = {feature: at for at, feature in enumerate(opened.features)}
    return {
        column: np.asarray(asked[:, features[column]], dtype=np.float64)
        for column in opened.columns
        if column not in given and column in features
    }


def _of_cohort(task: ExplainTask, fitted: Any, learn: Cohort, rows: Cohort, metric: Metric) -> ExplainedFold:
    """Of a model that reads blocks as they are: shuffles alone, of columns and of whole blocks of letters."""
    frames = {name: table.frame for name, table in rows.blocks.items()}
    units: dict[Hashable, list[Hashable]] = {
        column: [_pair(column)] for column in strongest(associate(learn))[: task.wanted.top]
    }
    for name, table in rows.blocks.items():
        if isinstance(table, Sequences):
            units[f"{name} (whole block)"] = [(name, column) for column in table.names]
    together: dict[Hashable, list[Hashable]] = {
        number: [_pair(name) for name in names]
        for number, names in task.wanted.neighbours.items()
        if set(names) & set(units)
    }

    def ask(moved: Mapping[str, pd.DataFrame]) -> Array:
        blocks = {name: replace(table, frame=moved[name]) for name, table in rows.blocks.items()}
        return say(fitted, replace(rows, blocks=blocks), len(rows.classes), rows.follow_up)

    def shuffle(these: Mapping[Hashable, Sequence[Hashable]]) -> Permuted:
        return _shuffled(ask, frames, rows, metric, these, task)

    return ExplainedFold(
        task.candidate.label, task.part, task.repeat, task.fold, tuple(map(str, units)), shuffle(units),
        shuffle(together) if together else None,
    )  # fmt: skip


def _pair(column: str) -> tuple[str, str]:
    block, _, name = column.partition(":")
    return block, name
