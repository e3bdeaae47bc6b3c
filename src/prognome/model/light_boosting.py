"""Gradient-boosted trees by LightGBM, kept in LightGBM's own text format."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Real, Space, Whole
from prognome.core.table import Index
from prognome.model.boosted import (
    AT_LEAST_0,
    AT_LEAST_1,
    AT_LEAST_2,
    BALANCED,
    SHARE,
    SHARED_RULES,
    Boosted,
    BoostedClasses,
    BoostedNumbers,
)

Array = NDArray[np.float64]


class _LightGBM(Boosted):
    """Trees grown one after another by LightGBM: best leaf first, not level by level.

    Parameters
    ----------
    n_estimators
        Trees (rounds); with ``early_stopping`` at most so many.
    learning_rate
        Share of each tree that counts.
    num_leaves
        Leaves of a tree.
    min_child_samples
        Fewest rows in a leaf. LightGBM's own 20 leaves no split to a few dozen rows.
    subsample, colsample_bytree
        Share of rows and of columns each tree sees.
    reg_lambda
        L2 penalty on leaves.
    class_weight, early_stopping, validation, random_state
        As in :class:`prognome.model.boosting.BoostedClassifier`.

    Notes
    -----
    **Learns** as in :class:`prognome.model.boosted.Boosted`. One thread and LightGBM's ``deterministic``,
    so that results do not depend on the machine. The text that is kept is LightGBM's, less the least and
    greatest value of every feature, which are those of single training rows and count in no answer.

    References
    ----------
    Ke et al. (2017), NeurIPS, 3146–3154.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_estimators": AT_LEAST_1,
        "learning_rate": SHARE,
        "num_leaves": AT_LEAST_2,
        "min_child_samples": AT_LEAST_1,
        "subsample": SHARE,
        "colsample_bytree": SHARE,
        "reg_lambda": AT_LEAST_0,
        **SHARED_RULES,
    }

    def __init__(
        self,
        *,
        n_estimators: int = 300,
        learning_rate: float = 0.05,
        num_leaves: int = 15,
        min_child_samples: int = 5,
        subsample: float = 0.8,
        colsample_bytree: float = 0.5,
        reg_lambda: float = 1.0,
        class_weight: str | None = None,
        early_stopping: int | None = None,
        validation: float = 0.15,
        random_state: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_child_samples = min_child_samples
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.reg_lambda = reg_lambda
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation = validation
        self.random_state = random_state

    def _params(self, classes: int) -> dict[str, Any]:
        params = {
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_child_samples": self.min_child_samples,
            "subsample": self.subsample,
            "subsample_freq": 1,
            "colsample_bytree": self.colsample_bytree,
            "reg_lambda": self.reg_lambda,
            "seed": self.random_state or 0,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
        }
        if classes > 2:
            return params | {"objective": "multiclass", "num_class": classes}
        return params | {"objective": "binary" if classes else "regression"}

    def _grow(self, X: Array, y: NDArray[Any], weights: Array | None, rounds: int, classes: int) -> None:
        data = lightgbm.Dataset(X, y, weight=weights)
        text = lightgbm.train(self._params(classes), data, num_boost_round=rounds).model_to_string()
        self.trees_ = _without_ranges(text)
        self._loaded: Any = None

    def _best_round(
        self,
        X: Array,
        y: NDArray[Any],
        weights: Array | None,
        learn: Index,
        aside: Index,
        most: int,
        classes: int,
    ) -> int:
        assert self.early_stopping is not None
        weigh = np.ones(len(y)) if weights is None else weights
        teach = lightgbm.Dataset(X[learn], y[learn], weight=weigh[learn])
        judge = lightgbm.Dataset(X[aside], y[aside], weight=weigh[aside], reference=teach)
        tried = lightgbm.train(
            self._params(classes),
            teach,
            num_boost_round=most,
            valid_sets=[judge],
            callbacks=[lightgbm.early_stopping(self.early_stopping, verbose=False)],
        )
        return max(1, int(tried.best_iteration))

    @property
    def feature_importances_(self) -> Array:
        """(p,) share of each feature in what all splits together gained; 0 throughout where no tree split."""
        check_is_fitted(self, "trees_")
        gains = np.asarray(self._booster().feature_importance("gain"), dtype=np.float64)
        return gains / (gains.sum() or 1.0)

    def _said(self, X: Array) -> Array:
        return np.asarray(self._booster().predict(X, num_threads=1), dtype=np.float64)

    def _booster(self) -> Any:
        if getattr(self, "_loaded", None) is None:
            self._loaded = lightgbm.Booster(model_str=self.trees_)
        return self._loaded

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key != "_loaded"}


def _without_ranges(text: str) -> str:
    """The text of a model without what it says of the features' values."""
    return re.sub(
        r"^feature_infos=.*$",
        lambda found: "feature_infos=" + " ".join(["none"] * len(found[0].split(" "))),
        text,
        count=1,
        flags=re.MULTILINE,
    )


class LightBoostedClassifier(BoostedClasses, _LightGBM):
    """LightGBM for two or more classes; parameters and what is learned as in ``_LightGBM``."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_LightGBM._parameter_constraints,
        "class_weight": BALANCED,
    }


class LightBoostedRegressor(BoostedNumbers, _LightGBM):
    """LightGBM for numbers (squared error); parameters and what is learned as in ``_LightGBM``."""


_SPACE: Space = {
    "n_estimators": Choice((100, 200, 300, 500)),
    "learning_rate": Real(0.02, 0.2, log=True),
    "num_leaves": Whole(3, 63, log=True),
    "min_child_samples": Whole(2, 30, log=True),
    "subsample": Real(0.5, 1.0),
    "colsample_bytree": Choice((0.1, 0.3, 0.5, 0.8, 1.0)),
    "reg_lambda": Real(0.1, 30, log=True),
}
LIGHTGBM = Family(
    classes=Learner(LightBoostedClassifier, {}, _SPACE), number=Learner(LightBoostedRegressor, {}, _SPACE)
)
