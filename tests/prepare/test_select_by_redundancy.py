"""mRMR is its formula, takes one of two copies, and ends with what has no relevance."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.feature_selection import f_classif, f_regression

from prognome.prepare.select_by_redundancy import MinimumRedundancySelector as Mrmr


@pytest.fixture
def data():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(80, 12))
    X[:, 5] = X[:, 2] + 0.1 * rng.normal(size=80)  # all but a copy
    y = (X[:, 2] + 0.7 * X[:, 8] + 0.5 * rng.normal(size=80) > 0).astype(int)
    return X, y


def by_the_paper(F, X, k, form):
    """Table 3 of Ding and Peng: FCD and FCQ, in full at every step."""
    R = np.abs(np.corrcoef(X.T))
    taken = [int(np.argmax(F))]
    while len(taken) < k:
        value = {}
        for j in set(range(len(F))) - set(taken):
            mean = R[j, taken].mean()
            value[j] = F[j] / max(mean, 0.001) if form == "quotient" else F[j] - mean
        taken.append(max(value, key=value.get))
    return taken


@pytest.mark.parametrize("form", ["quotient", "difference"])
def test_columns_are_taken_in_the_order_of_the_formula(data, form):
    X, y = data
    step = Mrmr(k=6, form=form).fit(X, y)
    assert step.order_.tolist() == by_the_paper(f_classif(X, y)[0], X, 6, form)
    assert set(step.get_support(indices=True)) == set(step.order_)
    z = X[:, 1] - X[:, 7]
    assert Mrmr(k=6, form=form).fit(X, z).order_.tolist() == by_the_paper(f_regression(X, z)[0], X, 6, form)


def test_one_of_two_copies_is_taken_where_relevance_alone_takes_both(data):
    X, y = data
    assert set(np.argsort(f_classif(X, y)[0])[-2:]) == {2, 5}
    assert set(Mrmr(k=2).fit(X, y).order_) in ({2, 8}, {5, 8})
    twice = np.column_stack([X[:, 2], X[:, 2], X[:, 8], X[:, 0]])
    assert Mrmr(k=2).fit(twice, y).order_.tolist() == [0, 2]


def test_only_the_most_relevant_candidates_are_looked_at(data):
    X, y = data
    assert set(Mrmr(k=2, candidates=2).fit(X, y).order_) == {2, 5}  # the copies, and no other to take
    assert 8 in Mrmr(k=2, candidates=3).fit(X, y).order_


def test_perfect_and_constant_columns_do_not_disturb(data):
    X, y = data
    odd = np.column_stack([np.ones(80), y, y, X[:, 8]])
    assert Mrmr(k=2).fit(odd, y).order_.tolist() == [1, 2]  # nothing else is near a perfect column
    assert Mrmr(k=3).fit(odd, y).order_.tolist() == [1, 2, 3]
    assert_array_equal(Mrmr(k=9).fit(odd, y).keep_, True)
