"""SHAP values of forests and of boosted trees: which engine serves which estimator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from prognome.explain.attribution import Attribution

if TYPE_CHECKING:
    from prognome.trees.ensemble import Ensemble

_LIGHT_UNITS = {"binary": "log-odds", "multiclass": "log-odds", "regression": "number"}


def tree_shap(estimator: Any, X: ArrayLike) -> Attribution:
    """Path-dependent SHAP values: what is not known is averaged over the training rows of each node.

    Parameters
    ----------
    estimator
        A fitted tree or forest of scikit-learn (reckoned by :mod:`prognome.trees`), or XGBoost or LightGBM: a
        ``Booster``, an estimator with ``get_booster`` or ``booster_``, or one that keeps its booster in the
        library's own format as ``trees_`` (bytes of XGBoost, text of LightGBM).
    X
        (n, features) rows as the estimator gets them; NaN for missing where it takes that.

    Returns
    -------
    In probabilities (forests of classes), log-odds (boosted trees of classes) or numbers. Boosted trees are
    reckoned by their own library, XGBoost in float32, which ``error`` shows.

    Raises
    ------
    TypeError
        If the estimator is none of them.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> found = tree_shap(DecisionTreeRegressor().fit([[0.0], [1.0], [2.0]], [0, 0, 3]), [[2.0]])
    >>> found.values.tolist(), float(found.base), found.error.tolist()
    ([[2.0]], 1.0, [0.0])
    """
    booster = _booster(estimator)
    if booster is not None:
        return _of_booster(estimator, booster, X)
    light = _light_booster(estimator)
    if light is not None:
        return _of_light_booster(light, X)
    from prognome.trees.ensemble import flatten
    from prognome.trees.path_shap import path_shap  # compiles when it is first needed

    trees = flatten(estimator)
    values = path_shap(trees, X)
    if trees.classes is None:
        return Attribution(
            values[:, :, 0], trees.base[0], np.asarray(estimator.predict(X), np.float64), "number"
        )
    said = np.asarray(estimator.predict_proba(X), dtype=np.float64)
    if len(trees.classes) == 2:
        return Attribution(values[:, :, 1], trees.base[1], said[:, 1], "probability")
    return Attribution(values, trees.base, said, "probability")


def is_served(estimator: Any) -> bool:
    """Whether :func:`tree_shap` knows this fitted estimator."""
    if _booster(estimator) is not None or _light_booster(estimator) is not None:
        return True
    from prognome.trees.ensemble import flatten

    try:
        flatten(estimator)
    except TypeError:
        return False
    return True


def trees_of(estimator: Any) -> Ensemble | None:
    """Trees of a fitted forest of scikit-learn, or of XGBoost, as arrays; None of another model."""
    from prognome.trees.boosted import flatten_boosted
    from prognome.trees.ensemble import flatten

    booster = _booster(estimator)
    try:
        if booster is None:
            return flatten(estimator)
        return flatten_boosted(booster.save_raw("json"), _rounds(estimator, booster))
    except (TypeError, ValueError):  # other models; nodes without weight, where nothing is expected
        return None


def _rounds(estimator: Any, booster: Any) -> int:
    """How many rounds count, 0 for all: XGBoost's estimators stop at their best one, its boosters do not."""
    best = booster.attr("best_iteration") if hasattr(estimator, "get_booster") else None
    return int(best) + 1 if best is not None else 0


def _booster(estimator: Any) -> Any:
    if getattr(estimator, "form", "") == "aft":  # of the log time: the risk turned round
        return None
    if hasattr(estimator, "get_booster"):
        return estimator.get_booster()
    if isinstance(getattr(estimator, "trees_", None), bytes | bytearray):
        import xgboost

        booster = xgboost.Booster({"nthread": 1})
        booster.load_model(bytearray(estimator.trees_))
        return booster
    return estimator if _is_booster_of("xgboost", estimator) else None


def _light_booster(estimator: Any) -> Any:
    if _is_booster_of("lightgbm", booster := getattr(estimator, "booster_", estimator)):
        return booster
    if isinstance(getattr(estimator, "trees_", None), str):
        import lightgbm

        return lightgbm.Booster(model_str=estimator.trees_)
    return None


def _is_booster_of(library: str, found: Any) -> bool:
    kind = type(found)
    return (kind.__module__.split(".")[0], kind.__name__) == (library, "Booster")


def _of_booster(estimator: Any, booster: Any, X: ArrayLike) -> Attribution:
    import xgboost

    data = xgboost.DMatrix(np.asarray(X, np.float32), nthread=1, feature_names=booster.feature_names)
    asked = {"iteration_range": (0, _rounds(estimator, booster)), "strict_shape": True}
    parts = np.asarray(booster.predict(data, pred_contribs=True, **asked), dtype=np.float64)
    said = np.asarray(booster.predict(data, output_margin=True, **asked), dtype=np.float64)
    values, base = parts[:, :, :-1].transpose(0, 2, 1), parts[:, :, -1]
    base = base[0] if len(base) else np.full(said.shape[1], np.nan)
    unit = _unit(booster)
    if said.shape[1] == 1:
        return Attribution(values[:, :, 0], base[0], said[:, 0], unit)
    return Attribution(values, base, said, unit)


def _of_light_booster(booster: Any, X: ArrayLike) -> Attribution:
    rows = np.asarray(X, dtype=np.float64)
    parts = np.asarray(booster.predict(rows, pred_contrib=True, num_threads=1), dtype=np.float64)
    said = np.asarray(booster.predict(rows, raw_score=True, num_threads=1), dtype=np.float64)
    objective = str(booster.dump_model(num_iteration=1)["objective"]).split(" ")[0]
    unit = _LIGHT_UNITS.get(objective, "score")
    parts = parts.reshape(len(rows), -1, rows.shape[1] + 1)
    values, base = parts[:, :, :-1].transpose(0, 2, 1), parts[:, :, -1]
    base = base[0] if len(base) else np.full(parts.shape[1], np.nan)
    if parts.shape[1] == 1:
        return Attribution(values[:, :, 0], base[0], said, unit)
    return Attribution(values, base, said, unit)


def _unit(booster: Any) -> str:
    objective = json.loads(booster.save_config())["learner"]["objective"]["name"]
    if objective.startswith(("binary:logi", "reg:logistic", "multi:")):
        return "log-odds"
    if objective == "survival:cox":
        return "log hazard"
    plain = ("reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror", "reg:quantileerror")
    return "number" if objective in plain else "score"
