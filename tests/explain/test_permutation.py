"""Permutation by hand: what shuffling costs on average, alone and in groups."""

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance as of_scikit_learn
from sklearn.linear_model import LinearRegression

from prognome.explain.permutation import permutation_importance


def squared(truth, said):
    return float(((np.asarray(truth) - np.asarray(said)) ** 2).mean())


def rows(n=200, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.standard_normal((n, 3)), columns=["a", "b", "c"], index=np.arange(n) + 5)


def test_the_mean_square_a_shuffle_costs():
    # said = 3 a = truth: a shuffled costs the mean of (3 a - 3 a')², which is 2 · 9 · variance
    X = rows()
    truth = 3 * X["a"]
    found = permutation_importance(
        lambda X: 3 * X["a"], X, truth, squared, higher_is_better=False, repeats=400
    )
    assert found.whole == 0
    assert found.drops[0].mean() == pytest.approx(18 * X["a"].var(ddof=0), rel=0.02)
    assert not found.drops[1:].any()
    table = found.table()
    assert table["unit"].tolist() == ["a", "b", "c"]
    assert table["sd"][0] == pytest.approx(found.drops[0].std(ddof=1))


def test_agrees_with_scikit_learn():
    X = rows()
    y = X["a"] - 0.5 * X["b"] + 0.1 * np.random.default_rng(1).standard_normal(len(X))
    model = LinearRegression().fit(X, y)
    theirs = of_scikit_learn(model, X, y, n_repeats=200, random_state=0).importances_mean
    ours = permutation_importance(
        model.predict, X, y, lambda t, p: 1 - squared(t, p) / np.var(t), repeats=200
    )
    np.testing.assert_allclose(ours.drops.mean(axis=1), theirs, rtol=0.03, atol=1e-3)


def test_a_group_moves_together():
    # said = a - copy = 0 always: shuffled together nothing changes; alone it costs 2 · variance
    X = rows().assign(copy=lambda X: X["a"])
    truth = np.zeros(len(X))

    def predict(X):
        return X["a"] - X["copy"]

    kwargs = {"higher_is_better": False, "repeats": 50}
    together = permutation_importance(predict, X, truth, squared, groups={"pair": ["a", "copy"]}, **kwargs)
    alone = permutation_importance(predict, X, truth, squared, columns=["a", "copy"], **kwargs)
    assert not together.drops.any()
    assert together.sizes.tolist() == [2]
    np.testing.assert_allclose(alone.drops.mean(axis=1), 2 * X["a"].var(ddof=0), rtol=0.05)


def test_higher_is_better_turns_the_sign():
    X = rows()
    shared = {"columns": ["a"], "repeats": 3}
    loss = permutation_importance(lambda X: X["a"], X, X["a"], squared, higher_is_better=False, **shared)
    score = permutation_importance(lambda X: X["a"], X, X["a"], lambda t, p: -squared(t, p), **shared)
    np.testing.assert_array_equal(loss.drops, score.drops)


def test_blocks_are_named_by_pairs_and_groups_may_span_them():
    X = rows()
    blocks = {"one": X[["a"]], "two": X[["a", "b"]]}
    found = permutation_importance(
        lambda b: b["one"]["a"] - b["two"]["a"],
        blocks,
        np.zeros(len(X)),
        squared,
        higher_is_better=False,
        repeats=2,
    )
    assert found.units == (("one", "a"), ("two", "a"), ("two", "b"))
    assert (found.drops[:2] > 0).all()
    assert not found.drops[2].any()
    spanning = permutation_importance(
        lambda b: b["one"]["a"] - b["two"]["a"],
        blocks,
        np.zeros(len(X)),
        squared,
        groups={1: [("one", "a"), ("two", "a")]},
        higher_is_better=False,
    )
    assert not spanning.drops.any()


def test_rows_are_not_changed_and_shuffles_do_not_hang_on_what_else_is_asked():
    X = rows()
    before = X.copy()
    shared = {"higher_is_better": False, "seed": 3}
    every = permutation_importance(lambda X: X["c"], X, X["a"], squared, **shared)
    one = permutation_importance(lambda X: X["c"], X, X["a"], squared, columns=["c"], **shared)
    pd.testing.assert_frame_equal(X, before)
    np.testing.assert_array_equal(every.drops[2], one.drops[0])
    other = permutation_importance(lambda X: X["c"], X, X["a"], squared, higher_is_better=False, seed=4)
    assert (other.drops[2] != every.drops[2]).any()


def test_types_of_columns_stay():
    X = rows().assign(kind=pd.Categorical(["x", "y"] * 100), whole=np.arange(200))

    def predict(asked):
        assert asked.dtypes.equals(X.dtypes)
        assert asked.columns.equals(X.columns)
        assert asked.index.equals(X.index)
        return asked["whole"]

    permutation_importance(predict, X, X["whole"], squared, repeats=1)


def test_wrong_calls_are_refused():
    X = rows()
    with pytest.raises(KeyError, match="no column 'z'"):
        permutation_importance(lambda X: X["a"], X, X["a"], squared, columns=["z"])
    with pytest.raises(ValueError, match="both given"):
        permutation_importance(lambda X: X["a"], X, X["a"], squared, columns=["a"], groups={})
    with pytest.raises(ValueError, match=r"\[200, 9\] rows"):
        permutation_importance(lambda b: 0, {"x": X, "y": X[:9]}, X["a"], squared)
