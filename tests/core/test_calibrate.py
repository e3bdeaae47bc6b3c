"""Recalibration against R, scikit-learn and arithmetic, and where there is nothing to learn from."""

import json

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV, _SigmoidCalibration, _TemperatureScaling
from sklearn.datasets import make_classification
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB

from prognome.core.calibrate import LEAST_SLOPE, Calibration, learn_calibration
from prognome.core.recalibration import recalibration

P = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.35, 0.55, 0.15])
Y = np.array([0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 0])


def two(event):
    return np.column_stack([1 - event, event])


def overconfident(n: int, seed: int = 0):
    """Events follow a slope of a third and an intercept of -1 on the logit of what is said."""
    rng = np.random.default_rng(seed)
    x = 3 * rng.normal(size=n)
    truth = (rng.random(n) < 1 / (1 + np.exp(1 - x / 3))).astype(int)
    return truth, two(1 / (1 + np.exp(-x)))


def test_logistic_is_r_glm_on_platts_targets():
    # R 4.2.2: glm(ifelse(y == 1, 7/8, 1/8) ~ qlogis(p), family = quasibinomial, epsilon = 1e-14)
    learned = learn_calibration(Y, two(P), "logistic")
    assert learned.kind == "logistic"
    assert learned.intercept == pytest.approx(0.130685860530789, abs=1e-9)
    assert learned.slope == pytest.approx(0.684484652788355, abs=1e-9)


def test_logistic_is_scikit_learns_sigmoid_of_the_logit():
    truth, said = overconfident(400)
    said = two(np.clip(said[:, 1], 0.01, 0.99))
    theirs = _SigmoidCalibration().fit(np.log(said[:, 1] / said[:, 0]), truth)
    learned = learn_calibration(truth, said, "logistic")
    assert (learned.slope, learned.intercept) == pytest.approx((-theirs.a_, -theirs.b_), abs=1e-5)


class Bayes(GaussianNB):
    """Naive Bayes that keeps off 0 and 1."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, y)

    def predict_proba(self, X):
        return two(np.clip(super().predict_proba(X)[:, 1], 0.01, 0.99))


class LogitBayes(Bayes):
    """The same with the logit as its decision function, which scikit-learn's calibration prefers."""

    def decision_function(self, X):
        p = self.predict_proba(X)
        return np.log(p[:, 1] / p[:, 0])


@pytest.mark.parametrize(
    ("how", "method", "model"), [("isotonic", "isotonic", Bayes), ("logistic", "sigmoid", LogitBayes)]
)
def test_the_whole_way_gives_what_calibrated_classifier_cv_gives(how, method, model):
    """Out-of-fold scores teach, the model refitted on all rows speaks: scikit-learn's ensemble=False."""
    X, y = make_classification(400, 8, flip_y=0.2, random_state=0)
    folds = KFold(5, shuffle=True, random_state=1)
    theirs = CalibratedClassifierCV(model(), method=method, cv=folds, ensemble=False).fit(X, y)
    said = cross_val_predict(model(), X, y, cv=folds, method="predict_proba")
    ours = learn_calibration(y, said, how).apply(model().fit(X, y).predict_proba(X))[:, 1]
    wanted = theirs.predict_proba(X)[:, 1]
    np.testing.assert_allclose(ours, np.clip(wanted, ours.min(), ours.max()), atol=1e-5)
    assert ours.max() > 0.85
    assert ours.min() < 0.15


def test_isotonic_is_r_isoreg_kept_off_zero_and_one():
    # R 4.2.2: isoreg(p, y): 0 below .35, 2/3 to .5, 3/4 to .8, 1 at .9; bounds (events + 1) / (events + 2)
    learned = learn_calibration(Y, two(P), "isotonic")
    meant = learned.apply(two(np.sort(P)))[:, 1]
    np.testing.assert_allclose(meant, [1 / 8] * 4 + [2 / 3] * 3 + [3 / 4] * 4 + [7 / 8])


def test_isotonic_of_many_rows_is_scikit_learns():
    truth, said = overconfident(4000)
    learned = learn_calibration(truth, said)
    assert learned.kind == "isotonic"  # auto, 1,000 of each
    theirs = IsotonicRegression(out_of_bounds="clip").fit(said[:, 1], truth)
    new = np.linspace(0, 1, 501)
    meant = learned.apply(two(new))[:, 1]
    np.testing.assert_allclose(meant, np.clip(theirs.predict(new), meant.min(), meant.max()), atol=1e-12)
    assert 0 < meant.min() < 0.001 + theirs.predict([0])[0]


def test_auto_is_isotonic_from_a_thousand_events_and_a_thousand_others():
    rng = np.random.default_rng(0)
    for events, others, kind in ((999, 5000, "logistic"), (5000, 999, "logistic"), (1000, 1000, "isotonic")):
        truth = np.repeat([1, 0], [events, others])
        said = two(np.clip(rng.random(len(truth)), 0.01, 0.99))
        assert learn_calibration(truth, said).kind == kind


# R 4.2.2: optimize() of the log loss of softmax(b · log p) with targets (n_k + 1) / (n_k + 3) and
# 1 / (n_k + 3), every row twice
S = [
    [0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.6, 0.3, 0.1], [0.3, 0.4, 0.3],
    [0.25, 0.25, 0.5], [0.5, 0.4, 0.1], [0.2, 0.7, 0.1], [0.1, 0.3, 0.6], [0.8, 0.1, 0.1],
    [0.3, 0.5, 0.2], [0.1, 0.1, 0.8], [0.45, 0.35, 0.2], [0.15, 0.6, 0.25], [0.4, 0.1, 0.5],
]  # fmt: skip
T = np.array([1, 2, 3, 1, 2, 3, 1, 2, 3, 2, 1, 3, 1, 2, 1]) - 1


def test_temperature_is_r_optimize():
    learned = learn_calibration(np.tile(T, 2), np.tile(S, (2, 1)))
    assert learned.kind == "temperature"
    assert learned.slope == pytest.approx(1.07641754771, abs=1e-6)


def test_temperature_of_many_rows_is_scikit_learns_within_its_smoothing():
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(6000, 4))
    truth = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    said = np.exp(3 * logits) / np.exp(3 * logits).sum(axis=1, keepdims=True)
    said = np.clip(said, 1e-3, 1)
    said /= said.sum(axis=1, keepdims=True)
    learned = learn_calibration(truth, said)
    assert learned.slope == pytest.approx(_TemperatureScaling().fit(said, truth).beta_, rel=5e-3)
    assert log_loss(truth, learned.apply(said)) < log_loss(truth, said)


def test_recalibrated_rows_have_slope_one_and_intercept_zero_on_new_rows():
    learned = learn_calibration(*overconfident(900))
    truth, said = overconfident(20_000, seed=1)
    (intercept,), (slope,) = recalibration(truth, learned.apply(said)[:, 1], np.ones((1, len(truth))))
    assert abs(intercept) < 0.15
    assert abs(slope - 1) < 0.25
    assert log_loss(truth, learned.apply(said)) < 0.6 < 0.75 < log_loss(truth, said)


@pytest.mark.parametrize("how", ["auto", "logistic", "isotonic"])
@pytest.mark.parametrize("classes", [2, 4])
def test_probabilities_stay_finite_sum_to_one_and_keep_their_order(how, classes):
    rng = np.random.default_rng(5)
    truth = np.arange(200) % classes
    said = rng.dirichlet(np.full(classes, 0.1), 200).round(3)  # with many plain zeros and ones
    said /= said.sum(axis=1, keepdims=True)
    learned = learn_calibration(truth, said, how)
    assert learned.kind != "none"
    new = np.vstack(
        [np.eye(classes), np.full((1, classes), 1 / classes), rng.dirichlet(np.ones(classes), 50)]
    )
    meant = learned.apply(new)
    assert np.isfinite(meant).all()
    assert (meant > 0).all()
    np.testing.assert_allclose(meant.sum(axis=1), 1, atol=1e-12)
    if classes == 2:
        assert (np.diff(meant[np.argsort(new[:, 1], kind="stable"), 1]) >= 0).all()


def test_separated_classes_give_bounded_probabilities():
    truth = np.repeat([0, 1], 20)
    for low in (0.0, 0.01, 0.4):
        learned = learn_calibration(truth, two(np.where(truth == 1, 1 - low, low)))
        meant = learned.apply(two(np.array([low, 1 - low])))[:, 1]
        np.testing.assert_allclose(meant, [1 / 22, 21 / 22], atol=1e-6)  # Platt's targets themselves


def test_separated_classes_of_several_give_bounded_probabilities():
    truth = np.repeat([0, 1, 2], 8)
    said = np.full((24, 3), 0.2)
    said[np.arange(24), truth] = 0.6
    meant = learn_calibration(truth, said).apply(said)
    np.testing.assert_allclose(meant[np.arange(24), truth], 9 / 11, atol=1e-9)  # (8 + 1) / (8 + 3)


def test_a_model_worse_than_chance_is_flattened_and_never_turned_round():
    truth = np.repeat([0, 1], 30)
    said = two(np.where(truth == 1, 0.2, 0.8))
    learned = learn_calibration(truth, said)
    assert learned.slope == LEAST_SLOPE
    meant = learned.apply(two(np.array([0.2, 0.8])))[:, 1]
    assert 0.49 < meant[0] < meant[1] < 0.51
    several = learn_calibration(np.arange(30) % 3, np.roll(np.eye(3)[np.arange(30) % 3], 1, axis=1))
    assert several.slope == pytest.approx(LEAST_SLOPE, rel=1e-6)


def test_flattened_probabilities_still_have_the_right_mean():
    """With the slope held, the intercept is learned anew: the mean is that of Platt's targets."""
    truth = np.repeat([0, 1], [45, 15])
    said = two(np.where(truth == 1, 0.2, 0.8))
    meant = learn_calibration(truth, said).apply(said)[:, 1]
    assert meant.mean() == pytest.approx((45 / 47 + 15 * 16 / 17) / 60, abs=1e-9)


def test_nothing_is_learned_from_too_few_or_from_constant_scores_and_it_says_why():
    few = learn_calibration(np.r_[np.ones(4, int), np.zeros(50, int)], two(np.linspace(0.1, 0.9, 54)))
    assert few.kind == "none"
    assert "4 rows" in few.reason
    constant = learn_calibration(Y, two(np.full(12, 0.3)))
    assert constant.kind == "none"
    assert "the same of every row" in constant.reason
    beyond = learn_calibration(Y, two(np.where(P > 0.5, 1e-9, 1e-12)), "logistic")
    assert beyond.kind == "none"  # differs only where twelve rows cannot tell
    said = two(P)
    for calibration in (few, constant, learn_calibration(Y, said, "none")):
        assert calibration.apply(said) is said
    assert learn_calibration(Y, said, "none").reason == ""


def test_one_row_alone_gets_what_it_gets_in_a_crowd():
    truth, said = overconfident(3000)
    for how in ("logistic", "isotonic"):
        learned = learn_calibration(truth, said, how)
        crowd = learned.apply(said[:50])
        assert all(np.array_equal(learned.apply(said[i : i + 1])[0], crowd[i]) for i in range(50))


@pytest.mark.parametrize("how", ["logistic", "isotonic", "none"])
@pytest.mark.parametrize("classes", [2, 3])
def test_it_is_plain_json_both_ways(how, classes):
    rng = np.random.default_rng(1)
    said = rng.dirichlet(np.ones(classes), 60)
    learned = learn_calibration(np.arange(60) % classes, said, how)
    again = Calibration.from_mapping(json.loads(json.dumps(learned.to_mapping(), allow_nan=False)))
    assert again == learned
    np.testing.assert_array_equal(again.apply(said), learned.apply(said))


def test_a_kind_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="no such kind"):
        Calibration.from_mapping({**Calibration().to_mapping(), "kind": "beta"})
