"""Exact SHAP values of linear models."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from prognome.explain.attribution import Attribution


def linear_shap(estimator: Any, X: ArrayLike, background: ArrayLike) -> Attribution:
    """Coefficient times distance from the mean: exact where features are taken as independent.

    Parameters
    ----------
    estimator
        Fitted, with ``coef_`` and ``intercept_``. Its answer is ``decision_function`` where it has one, else
        ``predict``.
    X
        (n, features) rows as the estimator gets them (after preparation), without missing values.
    background
        (m, features) rows whose mean stands for "not known": the training rows.

    Returns
    -------
    Values in log-odds for models that say probabilities, in the estimator's own score for other classifiers.

    Raises
    ------
    TypeError
        If the estimator is not linear.
    ValueError
        If columns do not fit the coefficients.

    References
    ----------
    Lundberg and Lee (2017), NeurIPS, 4765–4774, corollary 1 (Linear SHAP).

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> model = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> found = linear_shap(model, [[2.0]], background=[[0.0], [1.0], [2.0]])
    >>> found.values.round(9).tolist(), round(float(found.base), 9)
    ([[2.0]], 3.0)
    """
    if not (hasattr(estimator, "coef_") and hasattr(estimator, "intercept_")):
        name = type(estimator).__name__
        raise TypeError(f"{name} has no coef_ and intercept_; a fitted linear model is needed")
    rows, known = np.asarray(X, dtype=np.float64), np.asarray(background, dtype=np.float64)
    coef = np.asarray(estimator.coef_, dtype=np.float64)
    if coef.ndim == 2 and len(coef) == 1:
        coef = coef[0]
    intercept = np.asarray(estimator.intercept_, dtype=np.float64)
    intercept = intercept.reshape(coef.shape[:-1]) if intercept.size == coef[..., 0].size else intercept
    if rows.ndim != 2 or known.ndim != 2 or {rows.shape[1], known.shape[1]} != {coef.shape[-1]}:
        raise ValueError(
            f"X has shape {rows.shape} and background {known.shape}; (n, {coef.shape[-1]}) is needed for both"
        )
    mean = known.mean(axis=0)
    values = (rows - mean)[:, :, None] * coef.T[None] if coef.ndim == 2 else (rows - mean) * coef
    classifier = hasattr(estimator, "decision_function")
    said = estimator.decision_function(X) if classifier else estimator.predict(X)
    said = np.asarray(said, dtype=np.float64).reshape(len(rows), *coef.shape[:-1])
    unit = "log-odds" if hasattr(estimator, "predict_proba") else "score" if classifier else "number"
    unit = "log hazard" if hasattr(estimator, "predict_survival") else unit
    return Attribution(values, coef @ mean + intercept, said, unit)
