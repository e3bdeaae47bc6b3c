r"""Recursive feature elimination with linear support vector machines, solved on the products of rows.

The dual sees the columns only through those. Taking columns S away takes :math:`X_S X_S^T` from them, so each
of the many machines is solved on a matrix of rows by rows, from the solution before. The columns are read for
the weights :math:`w = X^T \alpha`, and whenever a fifth of them is gone, when the products are taken anew, so
that rounding cannot add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prognome.screen.blocks import one_each, refuse_unusable, table
from prognome.screen.svm_kernels import solve_dual

TOLERANCE = 1e-6
RENEWED_AT = 0.8


def svm_rfe_order(
    x: ArrayLike, y: ArrayLike, *, c: float = 1.0, step: float = 1, plan: Sequence[int] | None = None
) -> NDArray[np.intp]:
    r"""Columns by how long they stay when the least :math:`w^2` goes first.

    The machines are those of scikit-learn's ``SVC(kernel="linear", C=c)`` (hinge loss, a free intercept, one
    machine for each pair of classes, whose squared weights are summed), solved more exactly. So the order is
    that of ``RFE`` with it; within one step by weight.

    Parameters
    ----------
    x
        (n, p) numbers; scaled alike, or columns of large numbers win.
    y
        (n,) class of each row, of any kind that can be sorted.
    c
        Cost of a row within the margin, above 0.
    step
        How many columns go at a time; below 1 the share of all columns, as in ``RFE``.
    plan
        In its place: how many columns each round has, from all to the last round, of which the columns are
        left in their own order.

    Returns
    -------
    (p,) places of the columns, the one that stays longest first. Of equal weights the later goes first.

    Raises
    ------
    ValueError
        If shapes do not fit, a number is missing or infinite, there is a single class, or ``c`` or ``step``
        is not above 0.

    References
    ----------
    Guyon, Weston, Barnhill and Vapnik (2002), Gene selection for cancer classification using support vector
    machines, Machine Learning 46:389–422. Fan, Chen and Lin (2005), Working set selection using second order
    information, Journal of Machine Learning Research 6:1889–1918 (the solver).

    Examples
    --------
    >>> x = [[0.0, -1.0, 0.1], [1.0, -1.2, -0.1], [0.0, 1.0, 0.2], [1.0, 1.1, 0.1]]
    >>> svm_rfe_order(x, [0, 0, 1, 1], c=1.0, step=1)[0].item()
    1
    """
    values = table(x)
    refuse_unusable(values)
    codes = np.unique(one_each(y, len(values)), return_inverse=True)[1]
    if codes.max() == 0:
        raise ValueError("the target has a single class; expected two or more")
    if not (c > 0 and step > 0):
        raise ValueError(f"c={c}, step={step}; expected both above 0")
    at_a_time = max(1, int(step if step >= 1 else step * values.shape[1]))
    machines = [_Machine(codes, pair, float(c)) for pair in combinations(range(codes.max() + 1), 2)]
    rows = np.array(values.T, dtype=np.float64, order="C")  # a column of x in each
    rows -= rows.mean(axis=1, keepdims=True)  # the intercept takes it up
    left = np.arange(len(rows))
    gone: list[NDArray[np.intp]] = []
    here = np.arange(len(rows))  # places in ``rows`` of those left
    gram = rows.T @ rows
    drops = _drops(len(rows), at_a_time, plan)
    for drop in drops:
        if len(here) < RENEWED_AT * len(rows):
            rows = rows[here]
            here = np.arange(len(rows))
            gram = rows.T @ rows
        weights = rows @ np.column_stack([machine.solve(gram) for machine in machines])
        squares = np.square(weights).sum(axis=1)[here]
        going = _least(squares, drop)
        gone.append(left[going])
        taken = rows[here[going]]
        gram -= taken.T @ taken
        left, here = np.delete(left, going), np.delete(here, going)
    return np.concatenate([left, *reversed([part[::-1] for part in gone])])


def _drops(columns: int, at_a_time: int, plan: Sequence[int] | None) -> list[int]:
    """How many columns go in each round."""
    if plan is not None:
        return [now - then for now, then in pairwise(plan)]
    whole, rest = divmod(columns - 1, at_a_time)
    return [at_a_time] * whole + [rest] * (rest > 0)


class _Machine:
    """One pair of classes; keeps its solution for the next time."""

    def __init__(self, codes: NDArray[np.intp], pair: tuple[int, int], c: float) -> None:
        self.rows = np.flatnonzero((codes == pair[0]) | (codes == pair[1]))
        self.every = len(self.rows) == len(codes)
        self.sign = np.where(codes[self.rows] == pair[1], 1.0, -1.0)
        self.alpha = np.zeros(len(self.rows))
        self.c, self.many = c, len(codes)

    def solve(self, gram: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) alpha with its sign; 0 for the rows of other classes."""
        own = gram if self.every else gram[np.ix_(self.rows, self.rows)]
        solve_dual(own, self.sign, self.c, TOLERANCE, self.alpha)
        out = np.zeros(self.many)
        out[self.rows] = self.alpha * self.sign
        return out


def _least(squares: NDArray[np.float64], many: int) -> NDArray[np.intp]:
    """The places of the least, the very least first; of equal ones the later first."""
    if many == 1:
        return np.array([len(squares) - 1 - int(np.argmin(squares[::-1]))])
    return (len(squares) - 1 - np.argsort(squares[::-1], kind="stable"))[:many]
