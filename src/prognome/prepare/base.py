"""What every preparation step is: a scikit-learn transformer of frames and arrays, strict about columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from prognome.core.space import Space
from prognome.errors import DataError
from prognome.prepare.allowed import Rule, refuse_values
from prognome.prepare.columns import (
    Columns,
    Mask,
    Names,
    Numbers,
    default_names,
    list_names,
    refuse_twice,
    take_apart,
)


class Step(TransformerMixin, BaseEstimator, ABC):
    """A transformer that takes a frame or a plain array, and learns from the rows of ``fit`` alone.

    A step is its mathematics: it says what it learns (:meth:`_learn`), what it does to a table taken
    apart (:meth:`_apply`) and what the columns are then called (:meth:`_rename`).

    **Learns** ``n_features_in_``, ``names_in_`` (``feature_names_in_`` as fixed-width text, of a frame
    only), ``number_columns_`` ((p,) which were numbers), and what the step itself says.
    """

    NAME: ClassVar[str] = ""
    SPACE: ClassVar[Space] = {}
    ALLOWED: ClassVar[dict[str, Rule]] = {}
    holds_training_rows: ClassVar[bool] = False
    needs_target: ClassVar[bool] = False

    def fit(self, X: Any, y: ArrayLike | None = None) -> Self:
        """Learn from these rows.

        Parameters
        ----------
        X
            (n, p) frame of numbers (NaN for missing) and categories, or array of numbers.
        y
            (n,) target, for the steps that need it.

        Raises
        ------
        StudyError
            If a parameter cannot be what it is.
        DataError
            If the table cannot be used.
        """
        return self._fit(X, y)

    def _fit(self, X: Any, y: ArrayLike | None, **known: Any) -> Self:
        """Learn from these rows and from what is ``known`` of them beside the table."""
        refuse_values(self.NAME, self.get_params(deep=False), self.ALLOWED)
        columns = take_apart(X, where=self.NAME)
        if len(columns) == 0:
            raise DataError(self.NAME, "there are no rows to learn from")
        self.n_features_in_ = len(columns.names)
        self.number_columns_ = columns.number
        self.names_in_ = None if columns.index is None else columns.names.astype(np.str_)
        self._learn(columns, None if y is None else np.asarray(y), **known)
        refuse_twice(self._rename(columns.names), where=f"{self.NAME}: after it")
        return self

    def transform(self, X: Any) -> pd.DataFrame | Numbers:
        """Apply what was learned to these rows, each by itself.

        Parameters
        ----------
        X
            (n, p) with the columns of ``fit``.

        Returns
        -------
        A frame with the same index if a frame came, an array if an array came; never what came itself.

        Raises
        ------
        DataError
            If the columns are not those of ``fit``.
        """
        check_is_fitted(self)
        columns = take_apart(X, where=self.NAME)
        self._refuse_other_columns(columns)
        made = self._apply(columns)
        if np.may_share_memory(made.numbers, columns.numbers):
            made = Columns(made.names, made.number, made.numbers.copy(), made.categories, made.index)
        return made.as_given()

    @property
    def feature_names_in_(self) -> Names:
        """(p,) column names of the frame that it was fitted on; an array has none."""
        names = getattr(self, "names_in_", None)
        if names is None:
            raise AttributeError(f"{type(self).__name__} was not fitted on a frame")
        return names.astype(object)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Names:
        """Names of the columns after the step.

        Parameters
        ----------
        input_features
            (p,) names before it; by default those of ``fit``, or ``x0``, ``x1`` … for an array.
        """
        check_is_fitted(self)
        own = getattr(self, "feature_names_in_", None)
        if input_features is None:
            return self._rename(default_names(self.n_features_in_) if own is None else own)
        given = np.asarray(input_features, dtype=object)
        if len(given) != self.n_features_in_ or (own is not None and not np.array_equal(given, own)):
            raise DataError(self.NAME, "input_features are not the columns of fit")
        return self._rename(given)

    @abstractmethod
    def _learn(self, columns: Columns, y: Any) -> None:
        """Learn from a table taken apart; a step that takes groups gets them as ``groups`` too."""

    @abstractmethod
    def _apply(self, columns: Columns) -> Columns:
        """What the step makes of a table taken apart."""

    def _rename(self, names: Names) -> Names:
        return names

    def _refuse_other_columns(self, columns: Columns) -> None:
        known = getattr(self, "feature_names_in_", None)
        if known is not None and columns.index is not None and not np.array_equal(known, columns.names):
            lacking = known[~np.isin(known.astype(str), columns.names.astype(str))]
            unknown = columns.names[~np.isin(columns.names.astype(str), known.astype(str))]
            parts = [
                f"{len(names):,} {what} ({list_names(names)})"
                for names, what in [(lacking, "missing"), (unknown, "unknown")]
                if len(names)
            ]
            if not parts:
                first = int(np.flatnonzero(known != columns.names)[0])
                parts = [f"column {first + 1} is {columns.names[first]}, was {known[first]}"]
            raise DataError(
                self.NAME,
                "the columns are not those it was fitted on",
                seen=", ".join(parts),
                expected=f"{len(known):,} columns in the same order",
                mend="Give the columns of the training table.",
            )
        if len(columns.names) != self.n_features_in_:
            raise DataError(
                self.NAME,
                "the columns are not those it was fitted on",
                seen=f"{len(columns.names):,} columns",
                expected=f"{self.n_features_in_:,}",
                mend="Give the columns of the training table.",
            )
        changed = columns.number != self.number_columns_
        if changed.any():
            first = int(np.flatnonzero(changed)[0])
            was, now = ("numbers", "categories") if self.number_columns_[first] else ("categories", "numbers")
            raise DataError(
                f"{self.NAME}: column {columns.names[first]}",
                f"holds {now}, and was fitted on {was} (so in {changed.sum():,} columns)",
                mend="Read the table with the column types of the training table.",
            )


class NumberStep(Step):
    """A step that changes the values of number columns, one for one."""

    def _apply(self, columns: Columns) -> Columns:
        changed = self._change(columns.numbers, columns)
        return Columns(columns.names, columns.number, changed, columns.categories, columns.index)

    @abstractmethod
    def _change(self, numbers: Numbers, columns: Columns) -> Numbers:
        """The (n, q) numbers after the step."""


class KeepingStep(Step):
    """A step that keeps some columns as they are and drops the others.

    **Learns** ``keep_`` ((p,) which columns stay).
    """

    keep_: Mask

    def _apply(self, columns: Columns) -> Columns:
        of_numbers = self.keep_[columns.number]
        of_categories = self.keep_[~columns.number]
        return Columns(
            columns.names[self.keep_],
            columns.number[self.keep_],
            columns.numbers if of_numbers.all() else columns.numbers[:, of_numbers],
            [column for column, keep in zip(columns.categories, of_categories, strict=True) if keep],
            columns.index,
        )

    def _rename(self, names: Names) -> Names:
        return names[self.keep_]

    def get_support(self, *, indices: bool = False) -> Any:
        """(p,) mask of the columns that stay, or their places."""
        check_is_fitted(self)
        return np.flatnonzero(self.keep_) if indices else self.keep_
