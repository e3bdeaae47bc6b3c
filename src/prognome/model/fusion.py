"""Late fusion: one model a block, then a meta-model that has learned to do without optional blocks."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from prognome.core.cohort import Cohort
from prognome.core.fit import fit, seeded
from prognome.core.learner import Family, Learner
from prognome.core.say import say
from prognome.core.seeds import seed_of
from prognome.core.sequences import Sequences
from prognome.core.space import Choice, Space
from prognome.core.split import inner_folds
from prognome.core.table import Index
from prognome.errors import DataError, WorkError, nearest
from prognome.model.as_cohort import as_cohort, plain_numbers
from prognome.model.catalog import MODELS
from prognome.model.logits import logits

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
OF_TABLES = ("logistic", "random_forest", "xgboost", "mlp")
OF_SEQUENCES = ("kmer", "cnn", "lstm", "gru", "transformer")
COPIES = 8


class BlockLeftOut(UserWarning):
    """An optional block of which these training rows can teach nothing, so that it does not count."""


class _Fusion(BaseEstimator):
    """What the models of single blocks say about rows they did not learn from, into one linear meta-model.

    A row that lacks an optional block is not asked about it. The meta-model sees that the block is absent,
    and what the other blocks say counts with other weights then. It learns those on copies of the training
    rows in which present optional blocks are hidden at random, so that it can do without a block that every
    training row had.

    Parameters
    ----------
    base
        Model of each table: ``logistic`` (``ridge`` for numbers), ``random_forest``, ``xgboost``, ``mlp``.
    sequence_base
        Model of each block of sequences: ``kmer``, ``cnn``, ``lstm``, ``gru``, ``transformer``.
    base_params, sequence_params
        Their parameters, where they differ from the defaults of those models.
    folds
        Folds inside the training rows.
    strength
        Of the meta-model's L2 penalty (ridge ``alpha``, logistic 1 / ``C``).
    block_dropout
        Probability that a present optional block is hidden in a copy of a row.
    random_state
        Names every random choice.
    prepare, blocks, signals
        As for :class:`prognome.model.network.NetworkClassifier`.

    Notes
    -----
    **Learns** the models of the blocks from all rows of ``fit`` that have the block, the meta-model from
    their out-of-fold answers on the same rows. Groups stay whole.

    Where the rows that have an optional block teach nothing of it, it is left out, with the warning
    :class:`BlockLeftOut` and the reason in ``left_out_``: there are none, or a class is missing among them,
    or no inner fold can judge it, as where they stand in one group. A fold whose training rows teach nothing
    of a block does not judge it; rows that have it and are not judged teach the meta-model only as rows
    without it.

    References
    ----------
    Wolpert (1992), Neural Networks 5:241–259; Neverova et al. (2016), IEEE Transactions on Pattern Analysis
    and Machine Intelligence 38:1692–1706 (blocks hidden in training).
    """

    reads_cohort: ClassVar[bool] = True
    least_blocks: ClassVar[int] = 2
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "base": [StrOptions(set(OF_TABLES))],
        "sequence_base": [StrOptions(set(OF_SEQUENCES))],
        "base_params": [dict, None],
        "sequence_params": [dict, None],
        "folds": [Interval(numbers.Integral, 2, None, closed="left")],
        "strength": [Interval(numbers.Real, 0, None, closed="neither")],
        "block_dropout": [Interval(numbers.Real, 0, 1, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        base: str = "logistic",
        *,
        sequence_base: str = "kmer",
        base_params: Mapping[str, Any] | None = None,
        sequence_params: Mapping[str, Any] | None = None,
        folds: int = 3,
        strength: float = 1.0,
        block_dropout: float = 0.25,
        random_state: int | None = None,
        prepare: Any = None,
        blocks: Sequence[str] | None = None,
        signals: Sequence[str] = (),
    ) -> None:
        self.base = base
        self.sequence_base = sequence_base
        self.base_params = base_params
        self.sequence_params = sequence_params
        self.folds = folds
        self.strength = strength
        self.block_dropout = block_dropout
        self.random_state = random_state
        self.prepare = prepare
        self.blocks = blocks
        self.signals = signals

    @property
    def holds_training_rows(self) -> bool:
        """Whether a step keeps rows that it was fitted on."""
        return bool(getattr(self.prepare, "holds_training_rows", False))

    @property
    def made_of(self) -> tuple[Any, ...]:
        """Models of tables and of sequences as they would be built, unfitted, with every default."""
        wanted = ((self.base, self.base_params), (self.sequence_base, self.sequence_params))
        classes = isinstance(self, ClassifierMixin)
        return tuple(
            _learner(name, classes=classes).build(dict(params or {}), where=f"fusion: {name}")
            for name, params in wanted
        )

    def _validate_params(self) -> None:
        super()._validate_params()
        for name, params in ((self.base, self.base_params), (self.sequence_base, self.sequence_params)):
            if params:
                _learner(name, classes=True).build(dict(params), where=f"fusion: {name}")

    def _learn(self, X: Any, y: NDArray[Any], groups: Any, *, classes: int) -> tuple[Array, Mask, Array]:
        """Fit the models of the blocks; return the meta-model's table, which rows to use, their weights."""
        cohort = as_cohort(X)
        groups = cohort.groups if groups is None else groups
        names = list(cohort.blocks) if self.blocks is None else list(self.blocks)
        self.optional_ = [name for name in names if name in cohort.present]
        seed = self.random_state or 0
        pairs = inner_folds(y, groups, self.folds, seed, classes=classes > 0)
        told, here, self.models_, self.centre_ = {}, {}, {}, {}
        self.left_out_: dict[str, str] = {}

        def learned(name: str, rows: Index) -> BlockModel:
            model = BlockModel(name, *self._parts(name, cohort, classes=classes > 0))
            model = seeded(model, seed_of(seed, "block", name))
            return model.fit(cohort.rows(rows), y[rows], None if groups is None else groups[rows])

        for name in names:
            has = self._presence(cohort, name)
            said = np.full((len(y), classes if classes > 2 else 1), np.nan)
            if _teaches(y[has], classes):
                for train, judge in pairs:
                    train, judge = train[has[train]], judge[has[judge]]
                    if len(judge) and _teaches(y[train], classes):
                        said[judge] = self._say(learned(name, train), cohort.rows(judge), classes)
            if np.isnan(said).all():
                self._leave_out(name, y[has], classes)
                continue
            self.centre_[name] = np.nanmean(said, axis=0)
            told[name], here[name] = said - self.centre_[name], has
            self.models_[name] = learned(name, np.flatnonzero(has))
        self.blocks_ = [name for name in names if name in self.models_]
        self.optional_ = [name for name in self.optional_ if name in self.models_]
        if not self.blocks_:
            raise DataError(
                "fusion",
                "no block is left to learn from",
                seen="; ".join(f"{name}: {why}" for name, why in self.left_out_.items()),
                mend="Give it a block that all rows have.",
            )
        copies = COPIES if self.optional_ and self.block_dropout else 1
        rng = np.random.default_rng(seed_of(seed, "hidden"))
        tables, uses = [], []
        for _ in range(copies):
            seen = dict(here)
            for name in self.optional_ if copies > 1 else []:
                seen[name] = here[name] & (rng.random(len(y)) >= self.block_dropout)
            tables.append(self._table(told, seen))
            judged = [~np.isnan(told[one]).any(axis=1) | ~seen[one] for one in self.blocks_]
            uses.append(np.logical_and.reduce(judged))
        use = np.concatenate(uses)
        if not _teaches(np.tile(y, copies)[use], classes):
            raise WorkError(
                "fusion",
                "the rows whose blocks inner folds can judge do not hold every class",
                mend="Leave out the block that few rows have, or use other groups.",
            )
        weights = np.full(len(y) * copies, 1 / copies)
        return np.concatenate(tables), use, weights

    def _leave_out(self, name: str, y: NDArray[Any], classes: int) -> None:
        """Say that nothing can be learned of a block; ``y`` are the targets of the rows that have it."""
        if not len(y):
            why = "no training row has it"
        elif not _teaches(y, classes):
            why = f"the {len(y):,} training rows that have it do not hold every class"
        else:
            why = f"no inner fold can judge it: the {len(y):,} training rows that have it stand together"
        self.left_out_[name] = why
        warnings.warn(f"fusion leaves out block {name}: {why}", BlockLeftOut, stacklevel=4)

    def _parts(self, name: str, cohort: Cohort, *, classes: bool) -> tuple[Any, Any]:
        """Unfitted steps and model of one block; a model that reads the cohort itself has no steps."""
        if name not in cohort.blocks:
            raise DataError(
                "fusion", f"the cohort holds no block '{name}'", mend=nearest(name, cohort.blocks)
            )
        sequences = isinstance(cohort.blocks[name], Sequences)
        which, params = (
            (self.sequence_base, self.sequence_params) if sequences else (self.base, self.base_params)
        )
        learner = _learner(which, classes=classes)
        model = learner.build(dict(params or {}), where=f"fusion: {which}")
        steps = None
        if self.prepare is not None and not sequences:
            steps = clone(self.prepare).set_params(blocks=[name])
        if not getattr(learner.estimator, "reads_cohort", False):
            return steps, model
        given = {"blocks": [name], "signals": [one for one in self.signals if one == name], "prepare": steps}
        known = model.get_params(deep=False)
        return None, model.set_params(**{key: value for key, value in given.items() if key in known})

    def _presence(self, cohort: Cohort, name: str) -> Mask:
        """(n,) which rows have the block."""
        if name not in cohort.blocks:
            if name in self.optional_:
                return np.zeros(len(cohort), dtype=bool)
            raise DataError(
                "fusion", f"the cohort holds no block '{name}'", mend=nearest(name, cohort.blocks)
            )
        here = np.asarray(cohort.present.get(name, np.ones(len(cohort), dtype=bool)), dtype=bool)
        if name not in self.optional_ and not here.all():
            raise DataError(
                f"block {name}",
                f"is absent in {int((~here).sum()):,} rows, and was not optional in training",
                mend="Leave these rows out, or train with the block set to optional: true.",
            )
        return here

    def _table(self, told: Mapping[str, Array], here: Mapping[str, Mask]) -> Array:
        """What the blocks say, which are absent, and what the others say where one is absent."""
        said = {name: np.where(here[name][:, None], told[name], 0.0) for name in self.blocks_}
        parts = list(said.values())
        for gone in self.optional_:
            absent = (~here[gone]).astype(np.float64)[:, None]
            parts += [absent, *(absent * said[name] for name in self.blocks_ if name != gone)]
        return np.hstack(parts)

    def _answers(self, X: Any, classes: int) -> Array:
        """The meta-model's table of rows X."""
        check_is_fitted(self, "meta_")
        cohort = as_cohort(X)
        told, here = {}, {}
        for name in self.blocks_:
            here[name] = self._presence(cohort, name)
            told[name] = np.full((len(cohort), len(self.centre_[name])), np.nan)
            rows = np.flatnonzero(here[name])
            if len(rows):
                said = self._say(self.models_[name], cohort.rows(rows), classes)
                told[name][rows] = said - self.centre_[name]
        return self._table(told, here)

    def _say(self, model: BlockModel, cohort: Cohort, classes: int) -> Array:
        """(n, 1) or (n, K) logits, or (n, 1) numbers on the scale of the target."""
        said = say(model, cohort, classes)
        if not classes:
            return said[:, None]
        return logits(said)


class BlockModel(BaseEstimator):
    """The model of one block: its steps and an estimator.

    Parameters
    ----------
    block
        Its name.
    prepare
        Steps of that block, or None for a plain table of numbers.
    model
        Estimator of numbers; or one that reads the cohort itself.

    Notes
    -----
    **Learns** both from the rows of ``fit``.
    """

    def __init__(self, block: str, prepare: Any = None, model: Any = None) -> None:
        self.block = block
        self.prepare = prepare
        self.model = model

    def fit(self, X: Cohort, y: NDArray[Any], groups: NDArray[Any] | None = None) -> Self:
        """Fit on a cohort whose rows all have the block."""
        self.steps_ = None if self.prepare is None else clone(self.prepare).fit(X, y)
        self.model_ = fit(clone(self.model), self._given(X), y, groups)
        if hasattr(self.model_, "classes_"):
            self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: Cohort) -> Array:
        """(n, K) probabilities."""
        return np.asarray(self.model_.predict_proba(self._given(X)))

    def predict(self, X: Cohort) -> NDArray[Any]:
        """(n,) classes or numbers."""
        return np.asarray(self.model_.predict(self._given(X)))

    def _given(self, X: Cohort) -> Any:
        if getattr(self.model, "reads_cohort", False):
            return X
        if self.steps_ is not None:
            return self.steps_.transform(X)
        return plain_numbers(X.blocks[self.block].frame, self.block)


def _teaches(y: NDArray[Any], classes: int) -> bool:
    """Whether rows of these targets can teach a model: every class, or two numbers, are there."""
    return len(np.unique(y)) == classes if classes else len(y) > 1


def _learner(name: str, *, classes: bool) -> Learner:
    name = "ridge" if name == "logistic" and not classes else name
    family: Family = MODELS.find(name, where="fusion").load()
    return family.learner("binary" if classes else "number", where=f"fusion: {name}")


class FusionClassifier(ClassifierMixin, _Fusion):
    """Late fusion for classes: logits into a logistic meta-model; the rest as in ``_Fusion``."""

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit on a cohort, a frame or an array, and (n,) classes; groups stay whole."""
        self._validate_params()
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        table, use, weights = self._learn(X, codes, groups, classes=len(self.classes_))
        copies = np.tile(codes, len(table) // len(codes))
        meta = LogisticRegression(C=1 / self.strength, max_iter=1000)
        self.meta_ = meta.fit(table[use], copies[use], sample_weight=weights[use])
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        check_is_fitted(self, "meta_")
        return np.asarray(self.meta_.predict_proba(self._answers(X, len(self.classes_))))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class FusionRegressor(RegressorMixin, _Fusion):
    """Late fusion for numbers: predictions into a ridge meta-model; the rest as in ``_Fusion``.

    Besides, **learns** mean and standard deviation of the target.
    """

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit on a cohort, a frame or an array, and (n,) numbers; groups stay whole."""
        self._validate_params()
        y = np.asarray(y, dtype=np.float64)
        self.target_mean_, self.target_spread_ = float(y.mean()), float(y.std()) or 1.0
        scaled = (y - self.target_mean_) / self.target_spread_
        table, use, weights = self._learn(X, scaled, groups, classes=0)
        copies = np.tile(scaled, len(table) // len(scaled))
        self.meta_ = Ridge(alpha=self.strength).fit(table[use], copies[use], sample_weight=weights[use])
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        check_is_fitted(self, "meta_")
        said = self.meta_.predict(self._answers(X, 0))
        return np.asarray(said * self.target_spread_ + self.target_mean_)


_SPACE: Space = {
    "base": Choice(("logistic", "random_forest", "xgboost")),
    "strength": Choice((0.3, 1.0, 3.0)),
}
FUSION = Family(classes=Learner(FusionClassifier, {}, _SPACE), number=Learner(FusionRegressor, {}, _SPACE))
