"""The reasons of a fitted pipeline of steps and model, told by the columns that a user knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prognome.explain.attribution import Attribution
from prognome.explain.linear_shap import linear_shap
from prognome.explain.source_columns import sources_of, summed
from prognome.explain.tree_shap import is_served, tree_shap

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Opened:
    """A fitted pipeline, taken apart.

    Parameters
    ----------
    prepare, model
        Its steps: from a cohort to a matrix, from the matrix to an answer.
    features
        (p,) names of the matrix's columns.
    sources
        (p,) the column that each was made of.
    """

    prepare: Any
    model: Any
    features: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Sources, each once, in their order."""
        return tuple(dict.fromkeys(self.sources))

    def places(self, columns: Collection[str]) -> NDArray[np.intp]:
        """Columns of the matrix that were made of these."""
        wanted = set(columns)
        return np.flatnonzero([source in wanted for source in self.sources])


def open_pipeline(fitted: Any, columns: Mapping[str, Collection[str]]) -> Opened | None:
    """Its parts; None where the model has no matrix of features, as a network or a stack.

    Parameters
    ----------
    fitted
        A fitted scikit-learn pipeline with the steps ``prepare`` and ``model``, or anything else.
    columns
        Block → its columns as the user names them.
    """
    steps = getattr(fitted, "named_steps", {})
    if set(steps) != {"prepare", "model"}:
        return None
    features = [str(name) for name in steps["prepare"].get_feature_names_out()]
    return Opened(steps["prepare"], steps["model"], tuple(features), tuple(sources_of(features, columns)))


def has_parts(model: Any) -> bool:
    """Whether exact additive parts are known for this fitted model: linear models and trees."""
    return _is_linear(model) or is_served(model)


def parts_of(opened: Opened, matrix: ArrayLike, background: ArrayLike) -> Attribution:
    """SHAP values of every feature of the matrix.

    Parameters
    ----------
    opened
        The pipeline; its model must have parts (:func:`has_parts`).
    matrix
        (n, p) prepared rows.
    background
        (m, p) prepared training rows, or their mean as (1, p); linear models measure distance from it.
        Trees do not need it.
    """
    if _is_linear(opened.model):
        return linear_shap(opened.model, matrix, background)
    return tree_shap(opened.model, matrix)


def by_column(found: Attribution, opened: Opened, order: Sequence[str] | None = None) -> Attribution:
    """Parts of features added up to parts of columns, in the order given (by default that of the matrix)."""
    values = summed(found.values, opened.sources, opened.columns if order is None else order)
    return Attribution(values, found.base, found.said, found.unit)


def own_importance(opened: Opened, spread: ArrayLike) -> Array | None:
    """(columns,) what the model itself says of its columns; None where it says nothing.

    |coefficient| times the spread of the feature for linear models (mean over classes), impurity or gain for
    trees; levels of one category are added up.

    Parameters
    ----------
    opened
        The pipeline.
    spread
        (p,) standard deviation of every feature over the training rows.
    """
    if _is_linear(opened.model):
        coef = np.abs(np.atleast_2d(np.asarray(opened.model.coef_, dtype=np.float64))).mean(axis=0)
        found = coef * np.asarray(spread, dtype=np.float64)
    elif hasattr(opened.model, "feature_importances_"):
        found = np.asarray(opened.model.feature_importances_, dtype=np.float64)
    else:
        return None
    return summed(found[None], opened.sources, opened.columns)[0]


def _is_linear(model: Any) -> bool:
    return hasattr(model, "coef_") and hasattr(model, "intercept_")
