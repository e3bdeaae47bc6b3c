"""Gradient-boosted trees of survival by XGBoost: proportional hazards, or accelerated failure time."""

from __future__ import annotations

import numbers
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

import numpy as np
import xgboost
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Learner
from prognome.core.space import Choice, Real, Space, Whole
from prognome.model.boosting import XGBOOST as _OF_CLASSES_AND_NUMBERS
from prognome.model.boosting import XGBoosted
from prognome.model.cox import HazardMixin
from prognome.model.survival_target import read_target

Array = NDArray[np.float64]
Distribution = Literal["normal", "logistic", "extreme"]


class BoostedSurvival(HazardMixin, XGBoosted):
    """Boosted trees for survival; parameters and what is learned as in :class:`XGBoosted`.

    Parameters
    ----------
    form
        ``cox``: proportional hazards, on Cox's partial likelihood (Breslow's form for ties). ``aft``: the
        logarithm of the time is what the trees say plus noise.
    distribution, scale
        Of that noise; of no account for ``cox``.

    Notes
    -----
    The common hazard of ``cox`` is Breslow's estimate from what the trees say of the rows they learned from,
    which they know too well: the curves are too far apart until they are recalibrated, as the judge does.

    References
    ----------
    Accelerated failure time: Barnwal, Cho and Hocking (2022), Journal of Computational and Graphical
    Statistics 31:1292–1302.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **XGBoosted._parameter_constraints,
        "form": [StrOptions({"cox", "aft"})],
        "distribution": [StrOptions({"normal", "logistic", "extreme"})],
        "scale": [Interval(numbers.Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        *,
        form: Literal["cox", "aft"] = "cox",
        distribution: Distribution = "normal",
        scale: float = 1.0,
        n_estimators: int = 200,
        learning_rate: float = 0.03,
        max_depth: int = 3,
        min_child_weight: float = 1.0,
        subsample: float = 0.8,
        colsample_bytree: float = 0.5,
        reg_lambda: float = 1.0,
        random_state: int | None = None,
    ) -> None:
        super().__init__(
            n_estimators=n_estimators,
            learning_rate=learning_rate,
            max_depth=max_depth,
            min_child_weight=min_child_weight,
            subsample=subsample,
            colsample_bytree=colsample_bytree,
            reg_lambda=reg_lambda,
            random_state=random_state,
        )
        self.form = form
        self.distribution = distribution
        self.scale = scale

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers, NaN allowed, and (n, 2) times and events."""
        self._validate_params()
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        y = read_target(y, len(X))
        time, event = y[:, 0], y[:, 1]
        if self.form == "cox":
            self._boost(
                xgboost.DMatrix(X, label=np.where(event == 1, time, -time), nthread=1),
                {"objective": "survival:cox", "base_score": 1.0},
            )
            self._learn_hazard(y, self.predict(X))
        else:
            self.unit_ = float(np.median(time))  # times of about 1, where trees begin
            data = xgboost.DMatrix(X, nthread=1)
            data.set_float_info("label_lower_bound", time / self.unit_)
            data.set_float_info("label_upper_bound", np.where(event == 1, time / self.unit_, np.inf))
            self._boost(
                data,
                {
                    "objective": "survival:aft",
                    "aft_loss_distribution": self.distribution,
                    "aft_loss_distribution_scale": self.scale,
                },
            )
        return self

    def _boost(self, data: Any, objective: dict[str, Any]) -> None:
        booster = xgboost.train(self._params(0) | objective, data, num_boost_round=self.n_estimators)
        self.trees_ = bytes(booster.save_raw("ubj"))
        self._loaded: Any = booster

    def predict(self, X: Any) -> Array:
        """(n,) log hazard, or minus the expected log time (in medians): the higher, the earlier the event."""
        check_is_fitted(self, "trees_")
        X = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        said = self._booster().predict(xgboost.DMatrix(X, nthread=1), output_margin=True)
        return np.asarray(said, dtype=np.float64) * (1 if self.form == "cox" else -1)

    def predict_survival(self, X: Any, times: Array) -> Array:
        """(n, T) share free of the event at these times."""
        if self.form == "cox":
            return super().predict_survival(X, times)
        z = (np.log(np.asarray(times) / self.unit_)[None, :] + self.predict(X)[:, None]) / self.scale
        if self.distribution == "normal":
            return np.asarray(norm.sf(z))
        if self.distribution == "logistic":
            return np.asarray(expit(-z))
        return np.asarray(np.exp(-np.exp(np.clip(z, -50, 50))))


_SPACE: Space = {
    "n_estimators": Choice((50, 100, 200, 400)),
    "learning_rate": Real(0.01, 0.1, log=True),
    "max_depth": Whole(1, 5),
    "min_child_weight": Real(1, 20, log=True),
    "subsample": Real(0.5, 1.0),
    "colsample_bytree": Choice((0.1, 0.3, 0.5, 0.8, 1.0)),
    "reg_lambda": Real(0.1, 30, log=True),
}
XGBOOST = replace(_OF_CLASSES_AND_NUMBERS, survival=Learner(BoostedSurvival, {}, _SPACE))
