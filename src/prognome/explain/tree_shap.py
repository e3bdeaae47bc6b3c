"""SHAP values of forests and of boosted trees: which engine serves which estimator."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from prognome.explain.attribution import Attribution


def tree_shap(estimator: Any, X: ArrayLike) -> Attribution:
    """Path-dependent SHAP values: what is not known is averaged over the training rows of each node.

    Parameters
    ----------
    estimator
        A fitted tree or forest of scikit-learn (reckoned by :mod:`prognome.trees`), or XGBoost: a
        ``Booster``, an estimator with ``get_booster``, or one that keeps its booster in XGBoost's own format
        as ``trees_``.
    X
        (n, features) rows as the estimator gets them; NaN for missing where it takes that.

    Returns
    -------
    In probabilities (forests of classes), log-odds (boosted trees of classes) or numbers. XGBoost reckons in
    float32, which ``error`` shows.

    Raises
    ------
    TypeError
        If the estimator is neither.

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
    if _booster(estimator) is not None:
        return True
    from prognome.trees.ensemble import flatten

    try:
        flatten(estimator)
    except TypeError:
        return False
    return True


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
    kind = type(estimator)
    return estimator if (kind.__module__.split(".")[0], kind.__name__) == ("xgboost", "Booster") else None


def _of_booster(estimator: Any, booster: Any, X: ArrayLike) -> Attribution:
    import xgboost

    data = xgboost.DMatrix(np.asarray(X, np.float32), nthread=1, feature_names=booster.feature_names)
    # XGBoost's estimators stop at their best round by themselves, its boosters do not
    best = booster.attr("best_iteration") if hasattr(estimator, "get_booster") else None
    asked = {"iteration_range": (0, int(best) + 1 if best is not None else 0), "strict_shape": True}
    parts = np.asarray(booster.predict(data, pred_contribs=True, **asked), dtype=np.float64)
    said = np.asarray(booster.predict(data, output_margin=True, **asked), dtype=np.float64)
    values, base = parts[:, :, :-1].transpose(0, 2, 1), parts[:, :, -1]
    base = base[0] if len(base) else np.full(said.shape[1], np.nan)
    unit = _unit(booster)
    if said.shape[1] == 1:
        return Attribution(values[:, :, 0], base[0], said[:, 0], unit)
    return Attribution(values, base, said, unit)


def _unit(booster: Any) -> str:
    objective = json.loads(booster.save_config())["learner"]["objective"]["name"]
    if objective.startswith(("binary:logi", "reg:logistic", "multi:")):
        return "log-odds"
    if objective == "survival:cox":
        return "log hazard"
    plain = ("reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror", "reg:quantileerror")
    return "number" if objective in plain else "score"
