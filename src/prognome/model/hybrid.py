"""A forest that decides on what a network has made of the rows, in pairs that keep the forest sober."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.utils._param_validation import HasMethods, Options, StrOptions
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
from prognome.errors import StudyError, WorkError
from prognome.model.as_cohort import as_cohort, plain_numbers
from prognome.model.boosting import XGBOOST
from prognome.model.catalog import MODELS
from prognome.model.forest import RANDOM_FOREST
from prognome.model.network import TABLES_ONLY, NetworkClassifier, NetworkRegressor
from prognome.nets.catalog import ENCODERS

Array = NDArray[np.float64]
Division = tuple[Index, Index]
AUTO = "auto"
TRANSFER = "transfer"
FORESTS = {"random_forest": RANDOM_FOREST, "xgboost": XGBOOST}


class InSampleFeatures(UserWarning):
    """A forest learned on deep features of rows whose labels the network had seen (``parts: 0``)."""


class _Hybrid(BaseEstimator):
    """Networks make features, forests decide on them.

    The rows are divided into parts. Network k learns from all rows but part k; its own forest then learns
    from part k, on the features that network k makes of it, and on the columns of the tables beside them. So
    every forest learns from rows whose labels its network has not seen, and gives the features the weight
    that they deserve on new rows. The answer is the mean over the pairs. Features of different networks never
    share a table: their axes mean different things.

    Parameters
    ----------
    encoder
        ``cnn``, ``lstm``, ``gru``, ``transformer``, ``mlp``, ``transfer``; ``auto`` is ``cnn`` where there is
        a sequence or an ordered table, else ``mlp``. Or an unfitted estimator with ``fit(X, y)`` and
        ``deep_features(X)``; one whose ``learns_labels`` is False learned elsewhere, and needs one forest
        alone, on all rows.
    forest
        ``random_forest`` or ``xgboost``.
    parts
        2 to 5. With 0 one network and one forest learn from the same rows, as is common in the literature. It
        is there to be compared with: the forest believes what the network has learned by heart.
    beside
        Whether the forest sees the columns of the tables too.
    network_params, forest_params
        Parameters of the network and of the forest where they differ from the defaults of those models.
    random_state
        Names every random choice.
    prepare, blocks, signals, length
        As for :class:`prognome.model.network.NetworkClassifier`.

    Notes
    -----
    **Learns** ``encoders_`` and ``forests_`` (one a pair) and the steps of the columns beside, all from the
    rows of ``fit``. Groups stay whole, and every part holds every class.

    References
    ----------
    Cross-fitting: Chernozhukov et al. (2018), Econometrics Journal 21:C1–C68. Forests on features of
    networks: Kontschieder et al. (2015), ICCV, 1467–1475.
    """

    reads_cohort: ClassVar[bool] = True
    _network: ClassVar[type]
    _kind: ClassVar[str]
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "encoder": [
            StrOptions({AUTO, TABLES_ONLY, TRANSFER, *ENCODERS}),
            HasMethods(["fit", "deep_features"]),
        ],
        "forest": [StrOptions(set(FORESTS))],
        "parts": [Options(numbers.Integral, {0, 2, 3, 4, 5})],
        "beside": ["boolean"],
        "network_params": [dict, None],
        "forest_params": [dict, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        encoder: Any = AUTO,
        *,
        forest: str = "random_forest",
        parts: int = 2,
        beside: bool = True,
        network_params: Mapping[str, Any] | None = None,
        forest_params: Mapping[str, Any] | None = None,
        random_state: int | None = None,
        prepare: Any = None,
        blocks: Sequence[str] | None = None,
        signals: Sequence[str] = (),
        length: int | None = None,
    ) -> None:
        self.encoder = encoder
        self.forest = forest
        self.parts = parts
        self.beside = beside
        self.network_params = network_params
        self.forest_params = forest_params
        self.random_state = random_state
        self.prepare = prepare
        self.blocks = blocks
        self.signals = signals
        self.length = length

    @property
    def needs_order(self) -> bool:
        """Whether it is of no use without a sequence or a table whose columns have an order."""
        if isinstance(self.encoder, str):
            return self.encoder not in (AUTO, TABLES_ONLY)
        return bool(getattr(self.encoder, "needs_order", False))

    @property
    def holds_training_rows(self) -> bool:
        """Whether a step keeps rows that it was fitted on."""
        return bool(getattr(self.prepare, "holds_training_rows", False))

    @property
    def made_of(self) -> tuple[Any, ...]:
        """Network and forest as they would be built, unfitted, with every default."""
        forest = self._unfitted_forest(classes=isinstance(self, ClassifierMixin))
        if not isinstance(self.encoder, str):
            return (self.encoder, forest)
        learner = self._learner_of_encoder(self.encoder)
        return (learner.build(dict(self.network_params or {}), where="hybrid: network_params"), forest)

    @property
    def feature_names_(self) -> list[str]:
        """``deep PAIR.PLACE`` of every pair, then the columns beside them."""
        check_is_fitted(self, "forests_")
        deep = [
            f"deep {pair}.{place:02d}"
            for pair, width in enumerate(self.widths_, start=1)
            for place in range(1, width + 1)
        ]
        return [*deep, *self.beside_names_]

    @property
    def feature_importances_(self) -> Array:
        """Importance of every feature in its forest, mean over pairs, in the order of ``feature_names_``.

        They add up to 1; a deep feature stands in one forest of several, a column in all.
        """
        found = [np.asarray(forest.feature_importances_) / len(self.forests_) for forest in self.forests_]
        deep = [one[:width] for one, width in zip(found, self.widths_, strict=True)]
        beside = sum(one[width:] for one, width in zip(found, self.widths_, strict=True))
        return np.concatenate([*deep, np.asarray(beside)])

    def _validate_params(self) -> None:
        super()._validate_params()
        self._unfitted_forest(classes=True)
        if isinstance(self.encoder, str):
            params = dict(self.network_params or {})
            self._learner_of_encoder(self.encoder).build(params, where="hybrid: network_params")
            if params.get("members", 1) != 1:
                mend = "Leave it out; use more parts for more networks."
                raise StudyError("hybrid: network_params: members", "must be 1", mend=mend)

    def _learn(self, X: Any, y: NDArray[Any], groups: NDArray[Any] | None, *, classes: int) -> None:
        """Fit pairs on rows X and codes or numbers y."""
        cohort = as_cohort(X)
        groups = cohort.groups if groups is None else groups
        encoder = self._unfitted_encoder(cohort)
        pairs = self._divide(encoder, y, groups, classes=classes)
        beside = self._learn_beside(cohort, y)
        seed = self.random_state or 0
        self.encoders_, self.forests_, self.widths_ = [], [], []
        for number, (network_rows, forest_rows) in enumerate(pairs):
            network = fit(
                seeded(clone(encoder), seed_of(seed, "network", number)),
                cohort.rows(network_rows),
                y[network_rows],
                None if groups is None else groups[network_rows],
            )
            deep = np.asarray(network.deep_features(cohort.rows(forest_rows)))
            forest = seeded(self._unfitted_forest(classes=classes > 0), seed_of(seed, "forest", number))
            self.forests_.append(forest.fit(np.hstack([deep, beside[forest_rows]]), y[forest_rows]))
            self.encoders_.append(network)
            self.widths_.append(int(deep.shape[1]))

    def _divide(self, encoder: Any, y: NDArray[Any], groups: Any, *, classes: int) -> list[Division]:
        """Rows of the network and of its forest, pair by pair."""
        everyone = np.arange(len(y))
        if not getattr(encoder, "learns_labels", True):
            return [(everyone, everyone)]
        if self.parts == 0:
            said = "deep features in sample: the forest learned on rows the network had seen"
            warnings.warn(said, InSampleFeatures, stacklevel=4)
            return [(everyone, everyone)]
        pairs = inner_folds(y, groups, self.parts, self.random_state or 0, classes=classes > 0)
        pairs = [pair for pair in pairs if not classes or len(np.unique(y[pair[1]])) == classes]
        if not pairs:
            raise WorkError(
                "hybrid",
                "no part of the rows holds every class, so that no forest can learn",
                mend="Use other groups, or merge or drop the rare class.",
            )
        return pairs

    def _unfitted_encoder(self, cohort: Cohort) -> Any:
        reads = {
            "prepare": self.prepare,
            "blocks": self.blocks,
            "signals": self.signals,
            "length": self.length,
        }
        if not isinstance(self.encoder, str):
            known = self.encoder.get_params(deep=False)
            return clone(self.encoder).set_params(
                **{name: value for name, value in reads.items() if value and not known.get(name, True)}
            )
        name = self.encoder
        if name == AUTO:
            names = cohort.blocks if self.blocks is None else self.blocks
            along = self.signals or any(isinstance(cohort.blocks.get(one), Sequences) for one in names)
            name = "cnn" if along else TABLES_ONLY
        encoder = self._learner_of_encoder(name).build(dict(self.network_params or {}), where="hybrid")
        known = set(encoder.get_params(deep=False)) - set(self.network_params or {})
        return encoder.set_params(**{key: value for key, value in reads.items() if key in known})

    def _learner_of_encoder(self, name: str) -> Learner:
        if name != TRANSFER:
            return Learner(self._network, {"encoder": TABLES_ONLY if name == AUTO else name})
        family: Family = MODELS.find(TRANSFER, where="hybrid: encoder").load()
        return family.learner(self._kind, where="hybrid: encoder")

    def _unfitted_forest(self, *, classes: bool) -> Any:
        family = FORESTS[self.forest]
        learner = family.classes if classes else family.number
        assert learner is not None
        return learner.build(dict(self.forest_params or {}), where=f"hybrid: {self.forest}")

    def _learn_beside(self, cohort: Cohort, y: NDArray[Any]) -> Array:
        """Fit the steps of the columns beside the deep features; return those of all rows."""
        names = list(cohort.blocks) if self.blocks is None else list(self.blocks)
        self.tables_ = [one for one in names if not isinstance(cohort.blocks.get(one), Sequences)]
        self.beside_, self.beside_names_ = None, []
        if not self.beside or not self.tables_:
            self.tables_ = []
            return np.empty((len(cohort), 0))
        if self.prepare is None:
            self.beside_names_ = [name for one in self.tables_ for name in cohort.blocks[one].names]
            return self._besides(cohort)
        self.beside_ = clone(self.prepare)
        values = np.asarray(self.beside_.fit_transform(cohort, y), dtype=np.float64)
        self.beside_names_ = [str(name) for name in self.beside_.get_feature_names_out()]
        return values

    def _besides(self, cohort: Cohort) -> Array:
        if self.beside_ is not None:
            return np.asarray(self.beside_.transform(cohort), dtype=np.float64)
        if not self.tables_:
            return np.empty((len(cohort), 0))
        return np.hstack([plain_numbers(cohort.blocks[one].frame, one) for one in self.tables_])

    def _answers(self, X: Any, classes: int) -> Array:
        """(n, K) probabilities or (n,) numbers, mean over pairs."""
        check_is_fitted(self, "forests_")
        cohort = as_cohort(X)
        beside = self._besides(cohort)
        said = [
            say(forest, np.hstack([network.deep_features(cohort), beside]), classes)
            for network, forest in zip(self.encoders_, self.forests_, strict=True)
        ]
        return np.asarray(np.mean(said, axis=0))


class HybridClassifier(ClassifierMixin, _Hybrid):
    """Networks and forests for two or more classes; parameters and what is learned as in ``_Hybrid``."""

    _network = NetworkClassifier
    _kind = "binary"

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit on a cohort, texts, a frame or an array, and (n,) classes; groups stay whole."""
        self._validate_params()
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("a hybrid needs at least two classes")
        self._learn(X, codes, groups, classes=len(self.classes_))
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        check_is_fitted(self, "forests_")
        return self._answers(X, len(self.classes_))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class HybridRegressor(RegressorMixin, _Hybrid):
    """Networks and forests for numbers; parameters and what is learned as in ``_Hybrid``."""

    _network = NetworkRegressor
    _kind = "number"

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit on a cohort, texts, a frame or an array, and (n,) numbers; groups stay whole."""
        self._validate_params()
        self._learn(X, np.asarray(y, dtype=np.float64), groups, classes=0)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        return self._answers(X, 0)


_SPACE: Space = {
    "parts": Choice((2, 3, 5)),
    "forest": Choice(("random_forest", "xgboost")),
    "beside": Choice((True, False)),
}
HYBRID = Family(classes=Learner(HybridClassifier, {}, _SPACE), number=Learner(HybridRegressor, {}, _SPACE))
