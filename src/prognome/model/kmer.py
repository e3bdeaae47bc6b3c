"""Linear models of the k-mers in sequences: the baseline that any network has to beat."""

from __future__ import annotations

import numbers
from collections.abc import Collection, Iterator
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from prognome.core.cohort import Cohort
from prognome.core.learner import Family, Learner
from prognome.core.space import Real, Whole
from prognome.errors import DataError
from prognome.model.kmer_shares import describe, feature_names, lengths_of_kmers
from prognome.model.sequence_input import SequenceInput, read_sequences

Array = NDArray[np.float64]
_ROWS_AT_ONCE = 4096
_POSITIVE = Interval(numbers.Real, 0, None, closed="neither")
_WHOLE = Interval(numbers.Integral, 1, None, closed="left")


class _KmerModel(BaseEstimator):
    """From sequences to a sparse matrix: what the two have in common.

    A row that lacks a sequence is taken for an average one of the training rows; where training rows lacked
    it too, these have a column of their own.

    **Learns** ``read_`` (block → its alphabet, whether it is stranded and a pair), ``optional_`` (blocks that
    may be absent), ``gaps_`` (blocks that training rows lacked), ``means_`` (block → (p,) mean of its columns
    over the rows that have it), ``names_`` ((total,) names of the columns).
    """

    reads_cohort: ClassVar[bool] = True

    shortest: int
    longest: int
    alphabet: str | None
    stranded: bool | None
    blocks: list[str] | None

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "shortest": [_WHOLE],
        "longest": [_WHOLE],
        "alphabet": [StrOptions({"dna", "rna", "protein"}), None],
        "stranded": ["boolean", None],
        "blocks": [list, None],
    }

    def _learn_columns(self, X: Any) -> csr_matrix:
        self._validate_params()
        given = self._read(X, optional=())
        self.optional_ = [one.name for one in given if isinstance(X, Cohort) and one.name in X.present]
        self.read_ = {one.name: _facts(one) for one in given}
        self.gaps_ = [one.name for one in given if not one.present.all()]
        names = [self._names(one) for one in given]
        self.names_ = np.concatenate(names)
        for one in given:
            if not one.present.any():
                raise DataError(
                    f"block {one.name}" if one.name else "kmer",
                    f"none of the {len(one):,} training rows has a sequence",
                )
        pieces = [self._matrix([one.rows(rows) for one in given]) for rows in _pieces(len(given[0]))]
        whole = vstack(pieces, format="csr")
        at = np.cumsum([len(one) for one in names])
        self.means_ = {
            one.name: np.asarray(whole[:, end - len(mine) : end].sum(axis=0, dtype=np.float64)).ravel()
            / one.present.sum()
            for one, mine, end in zip(given, names, at, strict=True)
        }
        return whole

    def _names(self, one: SequenceInput) -> NDArray[np.str_]:
        told = feature_names(one, lengths_of_kmers(self.shortest, self.longest, one.alphabet))
        return np.append(told, f"{one.name or 'sequence'}=missing") if one.name in self.gaps_ else told

    def _matrix(self, given: list[SequenceInput]) -> csr_matrix:
        """(n, total) of these rows; one that lacks a sequence has zeros, and 1 in the column for that."""
        parts = []
        for one in given:
            parts.append(describe(one, lengths_of_kmers(self.shortest, self.longest, one.alphabet)))
            if one.name in self.gaps_:
                parts.append(csr_matrix(~one.present[:, None], dtype=np.float32))
        return hstack(parts, format="csr")

    def _read(self, X: Any, *, optional: Collection[str]) -> list[SequenceInput]:
        return read_sequences(
            X,
            blocks=self.blocks,
            optional=optional,
            alphabet=self.alphabet,
            stranded=self.stranded,
            where="kmer",
        )

    def _linear(self, X: Any, coef: Array, intercept: Array) -> Array:
        """(n, K) sums of the columns by (K, total) coefficients, a few rows at a time."""
        check_is_fitted(self)
        given = self._known(X)
        filled = self._filled(coef)
        said = np.empty((len(given[0]), len(coef)))
        for rows in _pieces(len(said)):
            here = [one.rows(rows) for one in given]
            said[rows] = self._matrix(here) @ coef.T + intercept
            for one in here:
                if one.name not in self.gaps_:
                    said[rows][~one.present] += filled[one.name]
        return said

    def _filled(self, coef: Array) -> dict[str, Array]:
        """What an average sequence of each block adds."""
        added, at = {}, 0
        for name, mean in self.means_.items():
            added[name] = coef[:, at : at + len(mean)] @ mean
            at += len(mean)
        return added

    def _known(self, X: Any) -> list[SequenceInput]:
        """The sequences in the form of the training rows."""
        given = []
        for one in self._read(X, optional=self.optional_):
            facts = self.read_.get(one.name)
            if facts is None:
                raise DataError("kmer", "got sequences of another block than it learned from", seen=one.name)
            if not one.present.any():
                missing = np.full(len(one), None, dtype=object)
                one = SequenceInput(one.name, dict.fromkeys(facts["columns"], missing), "dna", True)
            elif one.alphabet != facts["alphabet"] or one.is_pair != facts["is_pair"]:
                raise DataError(
                    f"block {one.name}" if one.name else "kmer",
                    "holds other sequences than those learned from",
                    seen=_in_words(_facts(one)),
                    expected=_in_words(facts),
                )
            given.append(SequenceInput(one.name, one.columns, facts["alphabet"], facts["stranded"]))
        return given

    def _top(self, coef: Array, n: int, classes: list[Any]) -> pd.DataFrame:
        found = []
        for row, label in zip(coef, classes, strict=True):
            order = np.argsort(-np.abs(row), kind="stable")[:n]
            piece = pd.DataFrame({"feature": self.names_[order], "coefficient": row[order]})
            if len(coef) > 1:
                piece.insert(0, "class", label)
            found.append(piece)
        return pd.concat(found, ignore_index=True)


class KmerClassifier(ClassifierMixin, _KmerModel):
    """Logistic regression, L2, of how often each k-mer stands in a sequence.

    The counts of each k are brought to one Euclidean length in every row, so that neither the length of a
    sequence nor the short k-mers, of which there are most, outweigh the rest. Of a pair it reads the
    reference and the difference of counts, alternative less reference. Where a block is not stranded, a k-mer
    and its reverse complement are one.

    Parameters
    ----------
    C
        Inverse strength of the penalty: the prior variance of a coefficient. The default was chosen by
        cross-validation inside the training rows of three tasks of the Genome Understanding Evaluation.
    shortest, longest
        Letters of the k-mers, from and to; of proteins half as many.
    class_weight
        None or ``balanced``.
    max_iter
        Steps of the solver.
    alphabet, stranded
        Of texts that come without a block, DNA and true by default; a block knows its own.
    blocks
        Which blocks of a cohort; by default all that are sequences.

    Notes
    -----
    **Learns** ``coef_`` (1 or K, total) and ``intercept_``, and what :class:`_KmerModel` says, from the rows
    of ``fit``. It keeps no sequence.

    References
    ----------
    Counts of k-mers in linear models: Leslie et al. (2002), Pacific Symposium on Biocomputing 7:564–575
    (spectrum kernel, whose feature vectors are brought to one length too); with gaps: Ghandi et al. (2014),
    PLoS Computational Biology 10:e1003711.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_KmerModel._parameter_constraints,
        "C": [_POSITIVE],
        "class_weight": [StrOptions({"balanced"}), None],
        "max_iter": [_WHOLE],
    }

    def __init__(
        self,
        *,
        C: float = 3.0,
        shortest: int = 3,
        longest: int = 6,
        class_weight: str | None = None,
        max_iter: int = 1000,
        alphabet: str | None = None,
        stranded: bool | None = None,
        blocks: list[str] | None = None,
    ) -> None:
        self.C = C
        self.shortest = shortest
        self.longest = longest
        self.class_weight = class_weight
        self.max_iter = max_iter
        self.alphabet = alphabet
        self.stranded = stranded
        self.blocks = blocks

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on n sequences and (n,) classes.

        Parameters
        ----------
        X
            A cohort with a block of sequences; a frame of one text column or of ``ref`` and ``alt``; or (n,)
            texts. None for missing.
        y
            (n,) classes.

        Raises
        ------
        DataError
            If there are no sequences, or letters of another alphabet.
        """
        columns = self._learn_columns(X)
        solved = LogisticRegression(C=self.C, class_weight=self.class_weight, max_iter=self.max_iter).fit(
            columns, np.asarray(y)
        )
        self.classes_ = solved.classes_
        self.coef_ = np.asarray(solved.coef_, dtype=np.float64)
        self.intercept_ = np.asarray(solved.intercept_, dtype=np.float64)
        return self

    def decision_function(self, X: Any) -> Array:
        """(n,) or (n, K) log odds."""
        check_is_fitted(self)
        said = self._linear(X, self.coef_, self.intercept_)
        return said[:, 0] if said.shape[1] == 1 else said

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        odds = self.decision_function(X)
        odds = np.column_stack([np.zeros(len(odds)), odds]) if odds.ndim == 1 else odds
        share = np.exp(odds - odds.max(axis=1, keepdims=True))
        return np.asarray(share / share.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def top_kmers(self, n: int = 20) -> pd.DataFrame:
        """The n columns of largest coefficient, ``feature`` and ``coefficient``; of several classes by class.

        A positive coefficient speaks for the event, or for the class.
        """
        check_is_fitted(self)
        return self._top(self.coef_, n, list(self.classes_) if len(self.coef_) > 1 else [None])


class KmerRegressor(RegressorMixin, _KmerModel):
    """Ridge regression of how often each k-mer stands in a sequence.

    Columns as in :class:`KmerClassifier`. The target is brought to mean 0 and variance 1, so that ``alpha``
    means something.

    Parameters
    ----------
    alpha
        Strength of the penalty.
    shortest, longest, alphabet, stranded, blocks
        As in :class:`KmerClassifier`.

    Notes
    -----
    **Learns** ``coef_`` (total,) and ``intercept_``, in the target's unit, and what :class:`_KmerModel` says,
    from the rows of ``fit``. It keeps no sequence.

    References
    ----------
    Hoerl and Kennard (1970), Technometrics 12:55–67; Leslie et al. (2002), Pacific Symposium on Biocomputing
    7:564–575.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_KmerModel._parameter_constraints,
        "alpha": [_POSITIVE],
    }

    def __init__(
        self,
        *,
        alpha: float = 1.0,
        shortest: int = 3,
        longest: int = 6,
        alphabet: str | None = None,
        stranded: bool | None = None,
        blocks: list[str] | None = None,
    ) -> None:
        self.alpha = alpha
        self.shortest = shortest
        self.longest = longest
        self.alphabet = alphabet
        self.stranded = stranded
        self.blocks = blocks

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on n sequences, as for :meth:`KmerClassifier.fit`, and (n,) numbers."""
        columns = self._learn_columns(X)
        y = np.asarray(y, dtype=np.float64)
        mean, spread = float(y.mean()), float(y.std()) or 1.0
        solved = Ridge(alpha=self.alpha, solver="sparse_cg", tol=1e-6).fit(
            columns.astype(np.float64), (y - mean) / spread
        )
        self.coef_ = np.asarray(solved.coef_ * spread)
        self.intercept_ = float(solved.intercept_ * spread + mean)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        check_is_fitted(self)
        return self._linear(X, self.coef_[None], np.array([self.intercept_]))[:, 0]

    def top_kmers(self, n: int = 20) -> pd.DataFrame:
        """The n columns of largest coefficient, ``feature`` and ``coefficient``."""
        check_is_fitted(self)
        return self._top(self.coef_[None], n, [None])


def _facts(one: SequenceInput) -> dict[str, Any]:
    return {
        "alphabet": one.alphabet,
        "stranded": bool(one.stranded),
        "is_pair": one.is_pair,
        "columns": list(one.columns),
    }


def _in_words(facts: dict[str, Any]) -> str:
    return f"{facts['alphabet']}{', ref and alt' if facts['is_pair'] else ''}"


def _pieces(n: int) -> Iterator[slice]:
    for start in range(0, max(n, 1), _ROWS_AT_ONCE):
        yield slice(start, min(start + _ROWS_AT_ONCE, n))


KMER = Family(
    classes=Learner(KmerClassifier, {}, {"C": Real(1e-1, 1e2, log=True), "longest": Whole(5, 7)}),
    number=Learner(KmerRegressor, {}, {"alpha": Real(1e-2, 1e2, log=True), "longest": Whole(5, 7)}),
)
