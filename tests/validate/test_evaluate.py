"""The judge: scikit-learn's equal where both can do it, blind to what it must not see, always the same."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from prognome.core.cohort import Cohort
from prognome.core.fit import seeded
from prognome.core.metrics import METRICS, find_metric
from prognome.core.seeds import seed_of
from prognome.core.space import Real
from prognome.core.split import make_split
from prognome.core.study_judge import Judge
from prognome.core.study_models import Tune
from prognome.core.study_split import SplitSpec
from prognome.core.table import Table
from prognome.errors import WorkError
from prognome.prepare.fuse import fuse
from prognome.validate.candidate import Candidate
from prognome.validate.evaluate import Evaluation, Rules, evaluate, refit
from prognome.validate.score import Interval

GENES = ["genes"]
STEPS = {"genes": [("impute.median", {}), ("scale.zscore", {})]}


def searching(trials):
    return Tune(search="random", trials=trials) if trials > 1 else Tune()


def rules(kind="binary", trials=1, metric=None, seed=5):
    name = metric or ("mae" if kind == "number" else "auc_roc")
    return Rules(
        kind,
        find_metric(name, kind),
        3,
        searching(trials),
        Interval(100, 0.95, 1),
        seed,
        Judge(calibrate="none"),
    )


def candidate(label, model, rank, space=None, baseline=False):
    steps = Pipeline([("prepare", fuse(STEPS, GENES)), ("model", model)])
    return Candidate(label, steps, rank, space or {}, baseline)


def matrix(cohort):
    """The genes as anybody would hand them to scikit-learn: rows by columns, in C order."""
    return np.ascontiguousarray(cohort.blocks["genes"].frame.to_numpy())


def cut(cohort, **said):
    return make_split(
        SplitSpec.model_validate(said), ids=cohort.ids, target=cohort.target, classes=cohort.classes,
        groups=cohort.groups, seed=2,
    )  # fmt: skip


def value(evaluation: Evaluation, model: str, part: str, metric: str, fold=None) -> float:
    rows = evaluation.scores.query("model == @model and part == @part and metric == @metric")
    rows = rows[rows["fold"].isna()] if fold is None else rows[rows["fold"] == fold]
    return float(rows["value"].iloc[0])


SCORERS = {
    "auc_roc": "roc_auc", "average_precision": "average_precision", "accuracy": "accuracy",
    "balanced_accuracy": "balanced_accuracy", "sensitivity": "recall", "precision": "precision", "f1": "f1",
    "log_loss": "neg_log_loss", "brier": "neg_brier_score", "mcc": "matthews_corrcoef",
}  # fmt: skip


@pytest.mark.parametrize("model", [LogisticRegression(), RandomForestClassifier(20, random_state=4)])
def test_it_equals_scikit_learns_cross_validate_to_the_last_digit(cohort, model):
    split = cut(cohort, outer={"folds": 4, "group": "family"})
    ours = evaluate([candidate("m", model, 1)], cohort, split, rules())
    plain = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), clone(model))
    folds = [(fold.train, fold.judge) for fold in split.folds()]
    X = matrix(cohort)
    peer = cross_validate(plain, X, cohort.target, cv=folds, scoring=list(SCORERS.values()))
    for name, scorer in SCORERS.items():
        sign = -1 if scorer.startswith("neg_") else 1
        wanted = sign * peer[f"test_{scorer}"]
        assert [value(ours, "m", "cv", name, fold) for fold in range(1, 5)] == wanted.tolist(), name
        assert value(ours, "m", "cv", name) == pytest.approx(wanted.mean(), rel=1e-15)


def test_numbers_equal_scikit_learns_cross_validate_to_the_last_digit(cohort):
    dose = Cohort(cohort.ids, cohort.blocks, np.random.default_rng(0).normal(30, 5, 120))
    split = cut(dose, outer={"folds": 5, "repeats": 2})
    ours = evaluate([candidate("m", Ridge(), 1)], dose, split, rules("number"))
    scorers = {"mae": "neg_mean_absolute_error", "rmse": "neg_root_mean_squared_error", "r2": "r2"}
    peer = cross_validate(
        make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), Ridge()),
        matrix(dose), dose.target,
        cv=[(fold.train, fold.judge) for fold in split.folds()], scoring=list(scorers.values()),
    )  # fmt: skip
    for name, scorer in scorers.items():
        sign = -1 if scorer.startswith("neg_") else 1
        rows = ours.scores[(ours.scores["model"] == "m") & (ours.scores["metric"] == name)]
        rows = rows[rows["fold"].notna()]
        assert rows["value"].tolist() == (sign * peer[f"test_{scorer}"]).tolist()


class Spy(ClassifierMixin, BaseEstimator):
    """Refuses to be shown at fit what it was told is forbidden."""

    def __init__(self, forbidden=()):
        self.forbidden = forbidden

    def fit(self, X, y):
        assert not set(X[:, 0].tolist()) & set(self.forbidden), "it was shown a row that judges"
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)


def spied(cohort, forbidden):
    values = np.arange(120.0)
    block = Table(cohort.ids, pd.DataFrame({"row": values}))
    watched = Cohort(cohort.ids, {"genes": block}, cohort.target, cohort.classes, cohort.groups)
    steps = Pipeline([("prepare", fuse({"genes": []}, GENES)), ("model", Spy(tuple(forbidden)))])
    return watched, [Candidate("spy", steps, 1)]


def test_no_fit_anywhere_sees_a_test_row(cohort):
    split = cut(cohort, outer={"folds": 3}, test={"fraction": 0.25})
    watched, spies = spied(cohort, split.test.astype(float))
    done = evaluate(spies, watched, split, rules())
    assert not done.failures
    assert value(done, "spy", "test", "auc_roc") == 0.5


def test_the_spy_would_be_heard(cohort):
    split = cut(cohort, outer={"folds": 3})
    watched, spies = spied(cohort, [7.0])
    with pytest.raises(WorkError, match="AssertionError raised in tests"):
        evaluate(spies, watched, split, rules())


@pytest.mark.parametrize("said", [{"outer": {"folds": 3}}, {"fractions": [0.6, 0.2, 0.2]}])
def test_labels_of_the_judges_do_not_change_what_is_said_about_them(cohort, said):
    split = cut(cohort, **said)
    fold = next(iter(split.folds()))
    turned = cohort.target.copy()
    turned[fold.judge] = 1 - turned[fold.judge]
    other = Cohort(cohort.ids, cohort.blocks, turned, cohort.classes, cohort.groups)
    models = [candidate("m", LogisticRegression(), 1)]
    one, two = (evaluate(models, c, split, rules()).predictions for c in (cohort, other))
    first = one["fold"].isna() | (one["fold"] == 1)
    here = first & (one["part"] == fold.part) & (one["model"] == "m")
    assert one.loc[here, "p_1"].tolist() == two.loc[here, "p_1"].tolist()


def test_values_of_the_judges_do_not_change_what_their_neighbours_are_told(cohort):
    split = cut(cohort, outer={"folds": 3})
    fold = next(iter(split.folds()))
    frame = cohort.blocks["genes"].frame.copy()
    frame.iloc[fold.judge[1:]] = 99.0
    ids = cohort.ids
    other = Cohort(ids, {"genes": Table(ids, frame)}, cohort.target, cohort.classes, cohort.groups)
    models = [candidate("m", LogisticRegression(), 1)]
    one, two = (evaluate(models, c, split, rules()).predictions for c in (cohort, other))
    row = ids[fold.judge[0]]
    here = (one["row"] == row) & (one["model"] == "m")
    assert one.loc[here, "p_1"].tolist() == two.loc[here, "p_1"].tolist()


def trio():
    return [
        candidate("dummy", LogisticRegression(C=1e-9), 0, baseline=True),
        candidate("logistic", LogisticRegression(), 1, {"model__C": Real(1e-3, 1e2, log=True)}),
        candidate("forest", RandomForestClassifier(15), 4),
    ]


def test_the_number_of_workers_changes_nothing(cohort):
    split = cut(cohort, outer={"folds": 3}, test={"fraction": 0.2})
    one = evaluate(trio(), cohort, split, rules(trials=4), workers=1)
    two = evaluate(trio(), cohort, split, rules(trials=4), workers=2)
    pd.testing.assert_frame_equal(one.predictions, two.predictions, check_exact=True)
    pd.testing.assert_frame_equal(one.scores, two.scores, check_exact=True)
    assert (one.best, one.picks) == (two.best, two.picks)
    assert one.refitted["logistic"].chosen == two.refitted["logistic"].chosen


def test_another_seed_draws_other_settings(cohort):
    split = cut(cohort, outer={"folds": 3})
    runs = [evaluate(trio()[1:2], cohort, split, rules(trials=4, seed=s)) for s in (1, 2)]
    drawn = [[t.params for t in run.refitted["logistic"].trials] for run in runs]
    assert drawn[0] != drawn[1]
    assert drawn[0][0] == {}


def test_the_search_takes_the_setting_that_is_best_on_inner_folds(cohort):
    split = cut(cohort, outer={"folds": 3})
    learned = evaluate(trio()[1:2], cohort, split, rules(trials=6)).refitted["logistic"]
    assert len(learned.trials) == 6
    assert learned.chosen.mean == max(trial.mean for trial in learned.trials)
    fitted = learned.fitted.steps[-1][1]
    assert learned.chosen.params.get("model__C", 1.0) == fitted.C


def test_chosen_is_in_each_fold_what_the_inner_folds_picked(cohort):
    split = cut(cohort, outer={"folds": 3})
    done = evaluate(trio(), cohort, split, rules())
    for (_, fold), label in done.picks.items():
        assert value(done, "chosen", "cv", "auc_roc", fold) == value(done, label, "cv", "auc_roc", fold)


def test_a_model_that_fails_takes_nobody_with_it(cohort):
    class Broken(LogisticRegression):
        def fit(self, X, y):
            raise RuntimeError("no luck with 'Smith, John'")

    split = cut(cohort, outer={"folds": 3})
    done = evaluate([*trio(), candidate("broken", Broken(), 9)], cohort, split, rules())
    assert done.failures == {
        "broken": "cv fold 3, search on inner folds: RuntimeError raised in tests.validate.test_evaluate, "
        "called by prognome.core.fit. Its own words are withheld, since they may quote a patient."
    }
    assert "broken" not in set(done.scores["model"])
    with pytest.raises(WorkError, match=r"no other model is left; cv fold 3, search [^']*$"):
        evaluate([trio()[0], candidate("broken", Broken(), 9)], cohort, split, rules())


def test_predictions_that_are_no_numbers_are_a_failure(cohort):
    class Endless(LogisticRegression):
        def predict_proba(self, X):
            return np.full((len(X), 2), np.nan)

    split = cut(cohort, outer={"folds": 3})
    done = evaluate([*trio(), candidate("endless", Endless(), 9)], cohort, split, rules())
    assert "not all finite" in done.failures["endless"]


def test_an_external_cohort_is_judged_by_the_model_of_all_rows_that_are_not_test(cohort):
    inside, outside = cohort.rows(np.arange(80)), cohort.rows(np.arange(80, 120))
    split = cut(inside, outer={"folds": 3})
    done = evaluate(
        [candidate("m", LogisticRegression(), 1)], inside, split, rules(), external={"b": outside}
    )
    peer = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression())
    peer.fit(matrix(inside), inside.target)
    said = done.predictions.query("part == 'external:b'")["p_1"]
    wanted = peer.predict_proba(matrix(outside))[:, 1]
    assert said.tolist() == wanted.tolist()


def test_without_test_and_external_only_the_best_is_refitted(cohort):
    done = evaluate(trio(), cohort, cut(cohort, outer={"folds": 3}), rules())
    assert set(done.refitted) == {done.best}


def test_with_fractions_the_validation_part_searches_and_trains_nothing_before_it_judges(cohort):
    split = cut(cohort, fractions=[0.6, 0.2, 0.2])
    done = evaluate(trio(), cohort, split, rules(trials=3))
    assert set(done.scores["part"]) == {"validation", "test"}
    peer = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), RandomForestClassifier(15))
    (fold,) = split.folds()
    seed = seed_of(seed_of(5, "model", "forest", "validation", 1, 1), "model__random_state")
    peer[-1].set_params(random_state=seed)
    X = matrix(cohort)
    peer.fit(X[fold.train], cohort.target[fold.train])
    said = done.predictions.query("part == 'validation' and model == 'forest'")["p_1"]
    assert said.tolist() == peer.predict_proba(X[fold.judge])[:, 1].tolist()


def test_refit_on_all_rows_equals_a_fit_on_all_rows(cohort):
    learned = refit(candidate("m", LogisticRegression(), 1), cohort, np.arange(120), rules())
    peer = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression())
    peer.fit(matrix(cohort), cohort.target)
    np.testing.assert_array_equal(learned.fitted[-1].coef_, peer[-1].coef_)


def test_noise_gives_an_auc_around_one_half(cohort):
    rng = np.random.default_rng(11)
    values = []
    for _ in range(10):
        noise = Cohort(cohort.ids, cohort.blocks, rng.permutation(cohort.target), cohort.classes)
        done = evaluate(trio()[1:2], noise, cut(noise, outer={"folds": 3}), rules(trials=3))
        values.append(value(done, "logistic", "cv", "auc_roc"))
    assert abs(np.mean(values) - 0.5) < 0.06  # ten runs of 120 rows: standard error about .016


def test_seeds_reach_every_part_and_leave_those_that_are_set():
    steps = Pipeline([("a", RandomForestClassifier()), ("b", RandomForestClassifier(random_state=3))])
    seeded(steps, 1)
    assert steps.get_params()["a__random_state"] == seed_of(1, "a__random_state")
    assert steps.get_params()["b__random_state"] == 3


def test_every_metric_of_the_kind_is_in_the_scores(cohort):
    done = evaluate(trio()[1:2], cohort, cut(cohort, outer={"folds": 3}), rules())
    assert set(done.scores["metric"]) == {m.name for m in METRICS.values() if "binary" in m.targets}


def test_every_model_is_compared_on_the_same_inner_folds(cohort):
    from prognome.validate.evaluate import _task

    fold = next(iter(cut(cohort, outer={"folds": 3}).folds()))
    split = cut(cohort, outer={"folds": 3})
    cuts = {_task(candidate, fold, split, rules()).inner_seed for candidate in trio()}
    seeds = {_task(candidate, fold, split, rules()).seed for candidate in trio()}
    assert (len(cuts), len(seeds)) == (1, 3)
