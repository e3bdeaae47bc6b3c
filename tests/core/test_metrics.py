"""Every metric against scikit-learn, SciPy, arithmetic by hand, and its own weighted form."""

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.linear_model import LogisticRegression

from prognome.core.judged import Judged, decide
from prognome.core.metrics import METRICS, find_metric, metrics_for
from prognome.core.recalibration import recalibration
from prognome.errors import StudyError


def judged(kind: str, n: int = 60, seed: int = 0) -> Judged:
    rng = np.random.default_rng(seed)
    if kind == "number":
        truth = rng.normal(30, 10, n).round(1)
        said = (truth + rng.normal(0, 6, n)).round(0)
        return Judged(truth, said, within=np.c_[said - 5, said + 5])
    k = 2 if kind == "binary" else 4
    truth = rng.integers(0, k, n)
    p = rng.dirichlet(np.ones(k), n) + 0.7 * np.eye(k)[truth] * rng.random((n, 1))
    p = (p / p.sum(1, keepdims=True)).round(2)  # rounding makes ties
    return Judged(truth, p / p.sum(1, keepdims=True), within=p > 0.2)


CASES = [(kind, metric.name) for kind in ("binary", "multiclass", "number") for metric in metrics_for(kind)]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_weighted_with_ones_equals_value(kind, name):
    j = judged(kind)
    metric = METRICS[name]
    assert metric.weighted(j, np.ones((1, 60)))[0] == pytest.approx(metric.value(j), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_weighted_with_counts_equals_value_of_the_repeated_rows(kind, name):
    j = judged(kind, seed=1)
    rng = np.random.default_rng(2)
    counts = rng.multinomial(60, np.full(60, 1 / 60), size=20)
    wanted = [METRICS[name].value(j.rows(np.repeat(np.arange(60), c))) for c in counts]
    np.testing.assert_allclose(METRICS[name].weighted(j, counts.astype(float)), wanted, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    ("name", "peer"),
    [
        ("auc_roc", lambda j: sk.roc_auc_score(j.truth, j.event)),
        ("average_precision", lambda j: sk.average_precision_score(j.truth, j.event)),
        ("accuracy", lambda j: sk.accuracy_score(j.truth, j.event > 0.5)),
        ("balanced_accuracy", lambda j: sk.balanced_accuracy_score(j.truth, j.event > 0.5)),
        ("sensitivity", lambda j: sk.recall_score(j.truth, j.event > 0.5)),
        ("precision", lambda j: sk.precision_score(j.truth, j.event > 0.5)),
        ("f1", lambda j: sk.f1_score(j.truth, j.event > 0.5)),
        ("mcc", lambda j: sk.matthews_corrcoef(j.truth, j.event > 0.5)),
        ("log_loss", lambda j: sk.log_loss(j.truth, j.event)),
        ("brier", lambda j: sk.brier_score_loss(j.truth, j.event)),
    ],
)
def test_binary_value_is_scikit_learns_to_the_last_digit(name, peer):
    j = judged("binary", n=200, seed=3)
    assert METRICS[name].value(j) == peer(j)


def test_multiclass_auc_is_scikit_learns_macro_one_against_rest():
    j = judged("multiclass", n=200, seed=4)
    wanted = sk.roc_auc_score(j.truth, j.score, multi_class="ovr", average="macro")
    assert METRICS["auc_roc"].value(j) == pytest.approx(wanted, rel=1e-14)


def test_multiclass_auc_leaves_out_a_class_that_no_row_has():
    j = judged("multiclass", n=200, seed=4)
    without = j.rows(np.flatnonzero(j.truth != 3))
    per_class = [sk.roc_auc_score(without.truth == k, without.score[:, k]) for k in range(3)]
    assert METRICS["auc_roc"].value(without) == pytest.approx(np.mean(per_class))


def test_confusion_figures_by_hand():
    # 3 events: 2 found; 5 others: 4 cleared; so 3 alarms (2 right), 5 all-clears (4 right)
    truth = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    event = np.array([0.9, 0.8, 0.2, 0.7, 0.1, 0.1, 0.2, 0.3])
    j = Judged(truth, np.c_[1 - event, event])
    assert METRICS["sensitivity"].value(j) == pytest.approx(2 / 3)
    assert METRICS["specificity"].value(j) == pytest.approx(4 / 5)
    assert METRICS["precision"].value(j) == pytest.approx(2 / 3)
    assert METRICS["npv"].value(j) == pytest.approx(4 / 5)
    assert METRICS["mcc"].value(j) == pytest.approx((2 * 4 - 1 * 1) / np.sqrt(3 * 3 * 5 * 5))


def test_an_auc_of_one_class_is_not_a_number():
    j = judged("binary").rows(np.flatnonzero(judged("binary").truth == 1))
    assert np.isnan(METRICS["auc_roc"].value(j))
    assert np.isnan(METRICS["specificity"].value(j))


def test_at_one_half_scikit_learn_and_we_decide_against_the_event():
    assert decide(np.array([[0.5, 0.5], [0.4, 0.6]])).tolist() == [0, 1]


def test_calibration_slope_is_that_of_an_unpenalised_logistic_regression():
    j = judged("binary", n=300, seed=5)
    event = np.clip(j.event, 0.01, 0.99)
    logit = np.log(event / (1 - event))
    peer = LogisticRegression(C=np.inf, tol=1e-10).fit(logit[:, None], j.truth)
    _, slope = recalibration(j.truth, event, np.ones((1, 300)))
    assert slope[0] == pytest.approx(peer.coef_[0, 0], rel=1e-4)


def test_calibration_intercept_by_hand():
    # every prediction .5 and 3 of 4 events: a = logit(.75) = ln 3
    intercept, slope = recalibration(np.array([1, 1, 1, 0]), np.full(4, 0.5), np.ones((1, 4)))
    assert intercept[0] == pytest.approx(np.log(3))
    assert np.isnan(slope[0])


def test_within_twenty_percent_by_hand():
    j = Judged(np.array([10.0, 10.0, 10.0, 50.0]), np.array([12.0, 12.1, 8.0, 61.0]))
    assert METRICS["within_20_percent"].value(j) == 0.5


def test_a_metric_of_another_kind_is_refused_with_the_nearest():
    with pytest.raises(StudyError, match="Did you mean 'auc_roc'"):
        find_metric("aucroc", "binary")
    with pytest.raises(StudyError, match="mae"):
        find_metric("auc_roc", "number")
    with pytest.raises(StudyError):
        find_metric("calibration_slope", "binary")


@pytest.mark.parametrize(("slope", "spread", "shift"), [(0.33, 3.0, 0.0), (0.1, 6.0, 4.0), (3.0, 0.5, -7.0)])
def test_calibration_of_probabilities_far_off_is_found_as_scikit_learn_finds_it(slope, spread, shift):
    rng = np.random.default_rng(3)
    x = rng.normal(shift, spread, 2000)
    truth = (rng.random(2000) < 1 / (1 + np.exp(-slope * (x - shift)))).astype(int)
    event = 1 / (1 + np.exp(-x))
    clipped = np.clip(event, 1e-12, 1 - 1e-12)
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=5000)
    wanted = peer.fit(np.log(clipped / (1 - clipped))[:, None], truth).coef_[0, 0]
    intercept, found = recalibration(truth, event, np.ones((1, 2000)))
    assert found[0] == pytest.approx(wanted, rel=1e-4)
    told = 1 / (1 + np.exp(-(np.log(clipped / (1 - clipped)) + intercept[0])))
    assert told.mean() == pytest.approx(truth.mean(), abs=1e-6)  # calibration in the large, by definition
