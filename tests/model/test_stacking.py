"""Stacking: the meta-model learns on answers about rows that the members did not learn from."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_predict

from prognome.core.split import inner_folds
from prognome.model.stacking import StackedClassifier, StackedRegressor

rng = np.random.default_rng(2)
X = rng.normal(size=(120, 5))
Y = (X[:, 0] + rng.normal(size=120) > 0).astype(int)


class Memoriser(ClassifierMixin, BaseEstimator):
    """Knows every row it has seen by heart, and nothing else."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.known_ = {row.tobytes(): label for row, label in zip(X, y, strict=True)}
        return self

    def predict_proba(self, X):
        p = np.array([{0: 0.001, 1: 0.999}.get(self.known_.get(row.tobytes()), 0.5) for row in X])
        return np.c_[1 - p, p]


def test_a_memoriser_gets_no_weight():
    stack = StackedClassifier([("honest", LogisticRegression()), ("liar", Memoriser())], random_state=0).fit(
        X, Y
    )
    honest, liar = stack.meta_.coef_[0]
    assert honest > 0.5
    assert abs(liar) < 1e-6  # out of fold it says .5 for everybody


def test_the_meta_model_sees_the_out_of_fold_logits():
    pairs = inner_folds(Y, None, 3, 5, classes=True)
    member = LogisticRegression()
    said = cross_val_predict(member, X, Y, cv=pairs, method="predict_proba")[:, 1]
    stack = StackedClassifier([("a", member), ("b", Memoriser())], folds=3, random_state=5).fit(X, Y)
    peer = LogisticRegression(max_iter=1000).fit(np.c_[np.log(said / (1 - said)), np.zeros(120)], Y)
    np.testing.assert_allclose(stack.meta_.coef_, peer.coef_, rtol=1e-9, atol=1e-12)


def test_numbers_are_stacked_by_ridge_on_out_of_fold_predictions():
    y = X[:, 0] * 3 + rng.normal(size=120)
    pairs = inner_folds(y, None, 3, 0, classes=False)
    members = [("a", Ridge(1.0)), ("b", Ridge(100.0))]
    table = np.c_[tuple(cross_val_predict(m, X, y, cv=pairs) for _, m in members)]
    peer = Ridge(1.0).fit(table, y)
    stack = StackedRegressor(members, random_state=0).fit(X, y)
    np.testing.assert_allclose(stack.meta_.coef_, peer.coef_, rtol=1e-9)


def test_groups_stay_whole_between_members_and_meta():
    twins = np.repeat(np.arange(60), 2)
    doubled, labels = np.repeat(X[:60], 2, axis=0), Y[:60].repeat(2)
    members = [("honest", LogisticRegression()), ("liar", Memoriser())]
    apart = StackedClassifier(members, random_state=0).fit(doubled, labels)
    together = StackedClassifier(members, random_state=0).fit(doubled, labels, groups=twins)
    assert apart.meta_.coef_[0][1] > 0.5
    assert abs(together.meta_.coef_[0][1]) < 1e-6


def test_it_takes_a_cohort_and_its_groups(cohort):
    from sklearn.pipeline import make_pipeline

    from prognome.prepare.fuse import fuse

    seen = []

    class Watch(LogisticRegression):
        def fit(self, X, y):
            seen.append(len(y))
            return super().fit(X, y)

    def member():
        return make_pipeline(fuse({}, ["clinical", "genes"]), Watch())

    stack = StackedClassifier([("a", member()), ("b", member())], random_state=0).fit(cohort, cohort.target)
    assert stack.predict_proba(cohort).shape == (120, 2)
    assert sorted(seen)[-2:] == [120, 120]
    assert len(seen) == 8


def test_a_stack_of_nothing_is_refused():
    with pytest.raises(ValueError, match="needs members"):
        StackedClassifier([]).fit(X, Y)


@pytest.mark.parametrize("stack", [StackedRegressor, StackedClassifier])
def test_the_meta_model_learns_only_from_rows_that_a_fold_judged(monkeypatch, stack):
    """Folds forward in time: the first third judges nothing."""
    early, middle, late = np.split(np.arange(120), 3)
    pairs = [(early, middle), (np.r_[early, middle], late)]
    monkeypatch.setattr("prognome.model.stacking.inner_folds", lambda *args, **more: pairs)
    numbers = stack is StackedRegressor
    y = X[:, 0] * 3 + rng.normal(size=120) if numbers else Y
    member = Ridge(1.0) if numbers else LogisticRegression()
    stacked = stack([("a", member)], random_state=0).fit(X, y)
    if numbers:
        said = np.concatenate(
            [Ridge(1.0).fit(X[train], y[train]).predict(X[judge]) for train, judge in pairs]
        )
        peer = Ridge(1.0).fit(said[:, None], y[40:])
    else:
        parts = [LogisticRegression().fit(X[t], y[t]).predict_log_proba(X[j]) for t, j in pairs]
        said = np.concatenate([part[:, 1] - part[:, 0] for part in parts])
        peer = LogisticRegression(max_iter=1000).fit(said[:, None], y[40:])
    np.testing.assert_allclose(stacked.meta_.coef_, peer.coef_, rtol=1e-6)
