"""Survival trees by hand arithmetic, and the forest on simulated patients whose best order is known."""

import numpy as np
import pytest

from prognome.core.follow_up import FollowUp
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.core.survival import nelson_aalen
from prognome.model.boosted_survival import BoostedSurvival
from prognome.model.survival_forest import RandomSurvivalForest
from prognome.trees.survival_kernels import log_rank
from prognome.trees.survival_trees import on_a_grid
from tests.remissions import EVENT, ON_PLACEBO, TIME


def at_each_time(which):
    """(G,) events and rows at risk at each time of an event."""
    grid = np.unique(TIME[EVENT == 1])
    dead = np.array([((one == TIME) & (EVENT == 1) & which).sum() for one in grid], dtype=float)
    risk = np.array([((one <= TIME) & which).sum() for one in grid], dtype=float)
    return dead, risk


def test_the_log_rank_statistic_is_the_published_one():
    """Freireich et al.: 16.79 (Kleinbaum and Klein, Survival Analysis, chapter 2)."""
    found = log_rank(*at_each_time(ON_PLACEBO == 1), *at_each_time(np.ones(42, dtype=bool)))
    assert found == pytest.approx(16.79, abs=0.005)


def tree(**params):
    return RandomSurvivalForest(n_estimators=1, bootstrap=False, n_split=0, max_features=1.0, **params)


def test_one_split_parts_placebo_from_the_treated_and_its_leaves_are_their_own_hazards():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=42), ON_PLACEBO])
    model = tree(min_leaf=21, max_depth=1).fit(X, np.column_stack([TIME, EVENT]))
    assert model.trees_["feature"].tolist() == [1, -1, -1]
    assert model.trees_["threshold"][0] == 0.5
    for side in (0, 1):
        own = side == ON_PLACEBO
        expected = nelson_aalen(TIME[own], EVENT[own]).at(model.times_)
        np.testing.assert_allclose(model.cumulative_hazard(X[own])[0], expected, rtol=1e-6)
    survival = model.predict_survival(X[:1], np.array([0.5, 8.0]))
    np.testing.assert_allclose(
        survival[0], [1, np.exp(-nelson_aalen(TIME[:21], EVENT[:21]).at(8.0))], rtol=1e-6
    )


def test_a_leaf_holds_rows_enough_and_a_tree_is_no_deeper_than_asked():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(120, 3)), np.column_stack([rng.exponential(size=120) + 0.01, np.ones(120)])
    model = tree(min_leaf=10, max_depth=3).fit(X, y)
    at, seen = model.trees_, np.zeros(len(model.trees_["feature"]), dtype=int)
    for row in X:
        node, depth = 0, 0
        while at["feature"][node] >= 0:
            left = row[at["feature"][node]] <= at["threshold"][node]
            node, depth = int((at["left"] if left else at["right"])[node]), depth + 1
        assert depth <= 3
        seen[node] += 1
    assert seen[at["feature"] < 0].min() >= 10


def test_many_times_are_put_on_a_grid_of_a_hundred():
    time = np.arange(1.0, 1001)
    timed = on_a_grid(time, np.ones(1000))
    assert len(timed.grid) == 100
    assert timed.grid[-1] == 1000
    assert timed.until[0] == 1  # the earliest falls on the first


def concordance(model, X, y):
    follow_up = FollowUp((1.0,), (1.0,), 3.0)
    said = np.column_stack([model.predict(X), np.zeros(len(X))])
    return METRICS["c_harrell"].value(Judged(y, said, follow_up=follow_up))


def patients(n, seed):
    """Risk that rises away from the middle of one column: no straight line tells it."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, size=(n, 5))
    risk = 4 * np.abs(X[:, 0])
    time, censoring = rng.exponential(np.exp(-risk)), rng.exponential(0.5, n)
    return X, np.column_stack([np.minimum(time, censoring), time <= censoring]).astype(float), risk


@pytest.mark.parametrize(
    "model",
    [RandomSurvivalForest(n_estimators=60, max_features=0.6), BoostedSurvival(n_estimators=100),
     BoostedSurvival(n_estimators=100, form="aft")],
    ids=["forest", "cox", "aft"],
)  # fmt: skip
def test_it_comes_near_the_concordance_of_the_true_risk_where_a_line_is_at_chance(model):
    X, y, _ = patients(800, 2)
    new, truth, risk = patients(800, 3)
    follow_up = FollowUp((1.0,), (1.0,), 3.0)
    best = METRICS["c_harrell"].value(Judged(truth, np.column_stack([risk, 0 * risk]), follow_up=follow_up))
    assert best > 0.75
    assert concordance(model.fit(X, y), new, truth) > best - 0.04


@pytest.mark.parametrize("distribution", ["normal", "logistic", "extreme"])
def test_accelerated_failure_times_give_curves_that_meet_what_happened(distribution):
    """Log-logistic or other noise of scale .5: the mean curve of new rows is near their share still free."""
    rng = np.random.default_rng(4)
    X = rng.normal(size=(1000, 2))
    noise = {"normal": rng.normal, "logistic": rng.logistic, "extreme": lambda size: -rng.gumbel(size=size)}
    time = np.exp(2 - X[:, 0] + 0.5 * noise[distribution](size=1000))
    model = BoostedSurvival(form="aft", distribution=distribution, scale=0.5, learning_rate=0.1)
    model.fit(X[:600], np.column_stack([time[:600], np.ones(600)]))
    asked = np.array([2.0, 7.0, 20.0])
    happened = [(time[600:] > one).mean() for one in asked]
    np.testing.assert_allclose(model.predict_survival(X[600:], asked).mean(axis=0), happened, atol=0.06)
