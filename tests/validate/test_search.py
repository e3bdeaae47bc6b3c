"""Plans of a search: who is judged on what, what time allows, and that equal seeds try equal settings."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from prognome.core.cohort import Cohort
from prognome.core.metrics import find_metric
from prognome.core.space import Choice, Real, Whole
from prognome.core.split import inner_folds
from prognome.core.study_models import Tune
from prognome.core.table import Table
from prognome.errors import DataError
from prognome.prepare.fuse import fuse
from prognome.validate.candidate import Candidate
from prognome.validate.halving import first_rows, rungs
from prognome.validate.search import fits_of, search
from prognome.validate.trial import Trial, best_trial

AUC, MAE = find_metric("auc_roc", "binary"), find_metric("mae", "number")
STEPS = {"genes": [("impute.median", {}), ("scale.zscore", {})]}


class Hill(RegressorMixin, BaseEstimator):
    """Says how far ``at`` is from 3, so that its error is a hill of known shape; notes the rows it saw."""

    def __init__(self, at=0.0, kind="plain", seen=None):
        self.at = at
        self.kind = kind
        self.seen = seen

    def __sklearn_clone__(self):
        return Hill(self.at, self.kind, self.seen)

    def fit(self, X, y):
        if self.kind == "fails":
            raise ValueError("could not convert string to float: 'Smith, John'")
        if self.kind == "wrong":
            raise DataError("hill", "is called wrongly")
        self.seen.append((self.at, len(y)))
        return self

    def predict(self, X):
        return np.full(len(X), abs(self.at - 3.0))


def numbers(n=90, groups=None):
    ids = np.array([f"r{k}" for k in range(n)], dtype=object)
    return Cohort(ids, {}, np.zeros(n), groups=groups)


def hill(space, **params):
    seen = []
    return Candidate("hill", Hill(seen=seen, **params), 1, space), seen


def pairs(n=90, k=3):
    return [(np.flatnonzero(np.arange(n) % k != f), np.flatnonzero(np.arange(n) % k == f)) for f in range(k)]


def tried(candidate, tune, seed=1, cohort=None, **more):
    cohort = cohort or numbers()
    return search(candidate, cohort, pairs(len(cohort)), metric=MAE, tune=tune, seed=seed, **more)


def test_without_a_search_the_defaults_alone_are_judged():
    candidate, _ = hill({"at": Real(0, 9)})
    assert [trial.params for trial in tried(candidate, Tune())] == [{}]
    nothing, _ = hill({})
    assert len(tried(nothing, Tune(search="random", trials=9))) == 1


def test_a_grid_is_every_combination_and_nothing_else():
    candidate, _ = hill({"kind": Choice(("a", "b")), "at": Real(0, 6)})
    found = [trial.params for trial in tried(candidate, Tune(search="grid", trials=6))]
    assert found == [{"at": at, "kind": kind} for at in (0.0, 3.0, 6.0) for kind in ("a", "b")]
    assert best_trial(tried(candidate, Tune(search="grid", trials=6)), MAE).params["at"] == 3.0


def test_a_grid_equals_grid_search_cv_to_the_last_digit(cohort):
    inside = inner_folds(cohort.target, None, 3, 5, classes=True)
    model = Pipeline([("prepare", fuse(STEPS, ["genes"])), ("model", LogisticRegression())])
    space = {"model__C": Choice((0.01, 0.1, 1.0, 10.0))}
    tune = Tune(search="grid", trials=4)
    ours = search(Candidate("m", model, 1, space), cohort, inside, metric=AUC, tune=tune, seed=1)
    peer = GridSearchCV(clone(model), {"model__C": [0.01, 0.1, 1.0, 10.0]}, cv=inside, scoring="roc_auc")
    peer.fit(cohort, cohort.target)
    assert [trial.mean for trial in ours] == peer.cv_results_["mean_test_score"].tolist()
    assert best_trial(ours, AUC).params == peer.best_params_


def test_a_proposed_search_finds_the_top_with_fewer_settings_than_chance():
    """A hill of one parameter in 0 … 1000: 30 proposals come closer than 30 draws, for five seeds."""
    space = {"at": Real(0, 1000)}
    for seed in range(5):
        reach = {}
        for plan in ("random", "bayesian"):
            candidate, _ = hill(space)
            trials = tried(candidate, Tune(search=plan, trials=30), seed=seed)
            assert len(trials) == 30
            reach[plan] = min(abs(trial.params["at"] - 3) for trial in trials[1:])
        assert reach["bayesian"] < reach["random"]


@pytest.mark.parametrize("plan", ["random", "bayesian", "halving"])
def test_equal_seeds_try_equal_settings(plan):
    space = {"at": Real(0.1, 10, log=True), "kind": Choice(("a", "b"))}
    tune = Tune(search=plan, trials=12)
    one, again, other = (tried(hill(space)[0], tune, seed=seed) for seed in (1, 1, 2))
    assert [t.params for t in one] == [t.params for t in again]
    assert [t.params for t in one] != [t.params for t in other]


def test_halving_judges_thirds_on_three_times_as_many_rows():
    """Nine settings on a ninth, the best three on a third, the best on all; 60 training rows in each fold."""
    candidate, seen = hill({"at": Real(0, 9)})
    trials = tried(candidate, Tune(search="halving", trials=9))
    assert [(trial.share, len(trial.scores)) for trial in trials] == [(10 / 60, 3)] * 9 + [(1 / 3, 3)] * 3 + [
        (1, 3)
    ]
    assert [rows for _, rows in seen] == [10] * 27 + [20] * 9 + [60] * 3, "ten rows at the least"
    first = sorted(trials[:9], key=lambda trial: trial.mean)
    assert [trial.params for trial in trials[9:12]] == [trial.params for trial in first[:3]]
    assert best_trial(trials, MAE).params == first[0].params


def test_the_rungs_cost_what_they_say():
    assert rungs(27) == [(27, 1 / 27), (9, 1 / 9), (3, 1 / 3), (1, 1.0)]
    assert rungs(10) == [(10, 1 / 9), (4, 1 / 3), (2, 1.0)]
    space = {"at": Whole(1, 4), "kind": Choice(("a", "b"))}
    assert fits_of(Tune(search="halving", trials=27), space) == pytest.approx(4)
    assert fits_of(Tune(search="grid", trials=99, points=4), space) == 8
    assert fits_of(Tune(search="random", trials=7), space) == 7
    assert fits_of(Tune(search="random", trials=7), {}) == 1


def test_a_smaller_share_is_part_of_a_larger_one_and_keeps_classes_and_groups():
    rng = np.random.default_rng(0)
    ids = np.array([f"r{k}" for k in range(400)], dtype=object)
    target = (np.arange(400) % 10 == 0).astype(np.int64)
    alone = Cohort(ids, {}, target, ("no", "yes"))
    few, more = (first_rows(alone, share, 3) for share in (0.3, 0.5))
    assert set(few) < set(more)
    assert (len(few), target[few].sum()) == (120, 12)
    assert target[first_rows(alone, 0.05, 3)].sum() == 10, "ten of the rarer class"
    family = np.array([f"f{k // 4}" for k in range(400)], dtype=object)[rng.permutation(400)]
    together = Cohort(ids, {}, target, ("no", "yes"), family)
    taken = first_rows(together, 0.5, 3)
    assert len(taken) == 200
    assert not set(family[taken]) & set(np.delete(family, taken)), "families stay whole"


@pytest.mark.parametrize("plan", ["random", "grid", "bayesian"])
def test_time_ends_a_search_after_the_setting_that_is_being_judged(plan):
    ticks = iter(range(10_000))
    candidate, _ = hill({"at": Real(0, 9)})
    tune = Tune(search=plan, trials=50, points=50, minutes=0.2)  # twelve ticks of a second
    trials = tried(candidate, tune, clock=lambda: float(next(ticks)))
    assert 1 < len(trials) < 8


def test_time_ends_halving_with_one_setting_on_all_rows():
    ticks = iter(range(10_000))
    candidate, _ = hill({"at": Real(0, 9)})
    tune = Tune(search="halving", trials=27, minutes=0.2)
    trials = tried(candidate, tune, clock=lambda: float(next(ticks)))
    assert [trial.share for trial in trials].count(1.0) == 1
    assert trials[-1].params == min(trials[:-1], key=lambda trial: trial.mean).params


def test_a_setting_that_fails_is_out_and_says_no_more_than_its_kind():
    candidate, _ = hill({"kind": Choice(("fails", "a")), "at": Choice((1.0,))})
    trials = tried(candidate, Tune(search="grid", trials=9))
    assert [(trial.failure, len(trial.scores)) for trial in trials] == [("", 3), ("ValueError", 0)][::-1]
    assert best_trial(trials, MAE).params["kind"] == "a"
    assert "Smith" not in repr(trials)


def test_where_every_setting_fails_the_first_fault_is_raised():
    with pytest.raises(ValueError, match="convert"):
        tried(hill({"at": Real(0, 1)}, kind="fails")[0], Tune(search="random", trials=3))


def test_where_every_setting_is_a_wrong_call_that_is_raised():
    with pytest.raises(DataError, match="wrongly"):
        tried(hill({"at": Real(0, 1)}, kind="wrong")[0], Tune(search="random", trials=3))


class Needy(Hill):
    """Learns from no fewer than 50 rows."""

    def __sklearn_clone__(self):
        return Needy(self.at, self.kind, self.seen)

    def fit(self, X, y):
        if len(y) < 50:
            raise DataError("needy", "too few rows")
        return super().fit(X, y)


def test_where_all_settings_fail_on_few_rows_the_first_is_judged_on_all():
    candidate = Candidate("needy", Needy(seen=[]), 1, {"at": Real(0, 9)})
    trials = tried(candidate, Tune(search="halving", trials=9))
    assert [(trial.failure, trial.share) for trial in trials] == [("DataError", 10 / 60)] * 9 + [("", 1.0)]
    assert trials[-1].params == {}


def test_few_rows_of_survival_hold_ten_events():
    ids = np.array([f"r{k}" for k in range(300)], dtype=object)
    event = (np.arange(300) % 10 == 0).astype(float)
    cohort = Cohort(ids, {}, np.column_stack([np.arange(1.0, 301.0), event]))
    for seed in range(5):
        assert event[first_rows(cohort, 1 / 27, seed)].sum() == 10


def test_a_setting_whose_figure_is_defined_in_few_folds_does_not_win():
    spearman = find_metric("spearman", "number")
    rare = Trial({"a": 1}, (float("nan"),) * 4 + (0.55,))
    sound = Trial({"a": 2}, (0.5,) * 5)
    assert best_trial([rare, sound], spearman) is sound


def test_no_setting_of_a_small_space_is_tried_twice():
    candidate, _ = hill({"kind": Choice(("a", "b", "c"))})
    trials = tried(candidate, Tune(search="random", trials=10))
    assert [trial.params for trial in trials[:1]] == [{}]
    assert sorted(trial.params.get("kind", "") for trial in trials) == ["", "a", "b", "c"]


def test_a_trial_on_few_rows_is_never_the_best():
    few, whole = Trial({"a": 1}, (0.9,), share=0.3), Trial({"a": 2}, (0.6,))
    assert best_trial([few, whole], AUC) is whole


def test_tables_of_cohorts_reach_the_models_of_a_proposed_search(cohort):
    """Parameters of kinds that Optuna does not know (a tuple, None) go through a choice by their place."""
    ids = cohort.ids
    genes = Cohort(ids, {"genes": Table(ids, cohort.blocks["genes"].frame)}, cohort.target, cohort.classes)
    model = Pipeline([("prepare", fuse(STEPS, ["genes"])), ("model", LogisticRegression())])
    space = {"model__class_weight": Choice((None, "balanced")), "model__C": Real(0.01, 10, log=True)}
    inside = inner_folds(genes.target, None, 2, 5, classes=True)
    tune = Tune(search="bayesian", trials=14)
    trials = search(Candidate("m", model, 1, space), genes, inside, metric=AUC, tune=tune, seed=1)
    assert {trial.params.get("model__class_weight") for trial in trials} == {None, "balanced"}
