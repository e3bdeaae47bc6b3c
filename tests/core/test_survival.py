"""Times to an event: curves, residuals, and the figures of risk, against hand arithmetic and lifelines."""

import numpy as np
import pytest

from prognome.core.calibrate_survival import cox_slope, learn_survival_calibration
from prognome.core.cox_score import chi_squared, cox_score
from prognome.core.follow_up import FollowUp, learn_follow_up
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS, metrics_for
from prognome.core.survival import breslow, greenwood, kaplan_meier, martingale_residuals, strata_of
from prognome.errors import StudyError
from tests.remissions import EVENT, ON_PLACEBO, TIME

FIVE = np.array([[1, 1], [2, 0], [3, 1], [4, 1], [5, 0]], dtype=float)
RISK = np.array([0.9, 0.1, 0.2, 0.5, 0.3])


def judged(truth, risk, survival=0.5, *, times=(1.0, 3.0), horizons=(3.0,), tau=4.5):
    said = np.broadcast_to(survival, (len(truth), len(times)))
    return Judged(truth, np.column_stack([risk, said]), follow_up=FollowUp(times, horizons, tau))


def test_the_curve_of_the_treated_is_the_published_one():
    """Cox and Oakes (1984), Analysis of Survival Data, table 4.1."""
    curve = kaplan_meier(TIME[21:], EVENT[21:])
    shown = curve.at([6, 7, 10, 13, 16, 22, 23])
    np.testing.assert_allclose(shown, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=6e-4)
    assert curve.at(5.9) == 1
    error = shown * np.sqrt(greenwood(TIME[21:], EVENT[21:]).at([6, 7, 10, 13, 16, 22, 23]))
    np.testing.assert_allclose(error, [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], atol=6e-5)


def test_the_score_test_is_the_published_one():
    """PHREG and coxph with Breslow's form on these data: score 15.93; coefficient 1.5092."""
    score, information = cox_score(ON_PLACEBO[:, None], TIME, EVENT)
    assert score[0] ** 2 / information[0] == pytest.approx(15.93, abs=0.005)
    assert cox_slope(TIME, EVENT, ON_PLACEBO) == pytest.approx(1.5092, abs=1e-4)


def test_columns_are_tested_at_once_as_one_by_one_and_a_constant_says_nothing():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(42, 5)) * 3 + 1e4
    X[:, 2] = 7
    together = chi_squared(X, TIME, EVENT)
    alone = [chi_squared(X[:, [k]], TIME, EVENT)[0] for k in range(5)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    assert together[2] == 0


def test_martingale_residuals_sum_to_nought_and_their_tie_to_a_column_is_its_score():
    target = np.column_stack([TIME, EVENT])
    residuals = martingale_residuals(target)
    assert residuals.sum() == pytest.approx(0, abs=1e-12)
    score, _ = cox_score(ON_PLACEBO[:, None], TIME, EVENT)
    assert residuals @ ON_PLACEBO == pytest.approx(score[0])


def test_the_common_hazard_is_the_nelson_aalen_estimate_where_all_are_alike():
    hazard = breslow(np.array([1.0, 2, 2, 3]), np.array([1.0, 1, 0, 1]), np.full(4, np.log(2)))
    np.testing.assert_allclose(hazard.values, np.array([1 / 4, 1 / 4 + 1 / 3, 1 / 4 + 1 / 3 + 1]) / 2)


def test_concordance_by_hand():
    """Event 1: 4 of 4 pairs in order; event 3: 0 of 2; event 4: 1 of 1. Uno: those of 3 and 4 by (4/3)²."""
    one = judged(FIVE, RISK)
    assert METRICS["c_harrell"].value(one) == pytest.approx(5 / 7)
    assert METRICS["c_uno"].value(one) == pytest.approx((4 + 16 / 9) / (4 + 3 * 16 / 9))
    assert METRICS["c_uno"].value(judged(FIVE, RISK, tau=4.0)) == pytest.approx(4 / (4 + 2 * 16 / 9))
    assert METRICS["c_uno"].value(judged(FIVE, np.zeros(5))) == 0.5


def test_the_area_at_a_time_by_hand():
    """By 3: cases 1 (weight 1), 3 (weight 4/3), controls 4 and 5: row 1 is above both, row 3 above none."""
    one = judged(FIVE, RISK)
    assert METRICS["auc_t"].value(one) == pytest.approx(3 / 7)
    at = {metric.name: metric for metric in metrics_for("survival", one.follow_up)}
    assert at["auc_t@3"].value(one) == pytest.approx(3 / 7)


def test_the_brier_score_by_hand():
    """At 3, .8 said: events 1 and 3 give .64 and .64 · 4/3, rows 4 and 5 .04 · 4/3 each, row 2 nothing."""
    one = judged(FIVE, RISK, [0.9, 0.8])
    at = {metric.name: metric for metric in metrics_for("survival", one.follow_up)}
    three = (0.64 + 4 / 3 * (0.64 + 2 * 0.04)) / 5
    assert at["brier_t@3"].value(one) == pytest.approx(three)
    first = (0.81 + 4 * 0.01) / 5
    area = first / 2 + (first + three) / 2 * 2
    assert METRICS["brier_integrated"].value(one) == pytest.approx(area / 3)
    assert at["survival_bias@3"].value(one) == pytest.approx(0.8 - 4 / 5 * 2 / 3)


@pytest.mark.parametrize("tied", [False, True])
def test_every_weighted_form_is_that_of_rows_so_often_repeated_and_harrells_that_of_lifelines(tied):
    concordance_index = pytest.importorskip("lifelines.utils").concordance_index
    rng = np.random.default_rng(3)
    time = 0.1 + 5 * rng.exponential(size=50)
    time = np.ceil(time) if tied else time
    truth = np.column_stack([time, rng.random(50) < 0.6]).astype(float)
    risk = (rng.normal(size=50) - 0.1 * time).round(1)
    follow_up = learn_follow_up(truth)
    said = np.exp(-0.1 * np.outer(np.exp(risk), follow_up.times))
    one = Judged(truth, np.column_stack([risk, said]), follow_up=follow_up)
    assert METRICS["c_harrell"].value(one) == pytest.approx(concordance_index(time, -risk, truth[:, 1]))
    weights = rng.integers(0, 3, size=(4, 50)).astype(float)
    for metric in metrics_for("survival", follow_up):
        drawn = [metric.value(one.rows(np.repeat(np.arange(50), row.astype(int)))) for row in weights]
        np.testing.assert_allclose(metric.weighted(one, weights), drawn, rtol=1e-10, err_msg=metric.name)


def test_unos_concordance_does_not_move_with_the_censoring_where_harrells_does():
    """Hazards that cross: the risk orders rightly early and wrongly late, and censoring hides the late."""
    rng = np.random.default_rng(4)
    n = 1500
    x = rng.random(n) < 0.5
    time = np.where(x, rng.exponential(1.0, n), 0.5 + rng.exponential(0.5, n))
    horizon = 2.0

    def both(censoring):
        truth = np.column_stack([np.minimum(time, censoring), time <= censoring]).astype(float)
        one = judged(truth, x.astype(float), times=(1.0, horizon), horizons=(1.0,), tau=horizon)
        return METRICS["c_uno"].value(one), METRICS["c_harrell"].value(one)

    (uno, harrell), (uno_censored, harrell_censored) = (
        both(np.full(n, 1e9)),
        both(rng.exponential(1.2, n) + 0.05),
    )
    assert abs(uno_censored - uno) < 0.02
    assert abs(harrell_censored - harrell) > 0.03


def test_the_times_of_a_study_are_learned_from_its_rows():
    """100 rows at 1 … 100, all events: beyond 89 ten rows are followed (ten are a tenth)."""
    truth = np.column_stack([np.arange(1.0, 101), np.ones(100)])
    found = learn_follow_up(truth)
    assert found.tau == 90
    assert found.horizons == (23.2, 45.5, 67.8)
    assert set(found.horizons) <= set(found.times)
    assert max(found.times) == 90
    given = learn_follow_up(truth, horizons=[95], tau=None)
    assert given.horizons == (95,)
    assert given.tau == 95
    assert FollowUp.from_mapping(found.to_mapping()) == found


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"horizons": [100]}, "nobody outside the test part is followed beyond 100"),
     ({"tau": 0.5}, "no event happens up to 0.5"),
     ({"horizons": [50], "tau": 40}, "50 lies beyond judge.tau")],
)  # fmt: skip
def test_times_that_cannot_be_judged_are_refused(asked, words):
    truth = np.column_stack([np.arange(1.0, 101), np.ones(100)])
    with pytest.raises(StudyError, match=words):
        learn_follow_up(truth, **asked)


def test_folds_are_stratified_by_event_unless_too_few_rows_have_it():
    truth = np.column_stack([np.arange(1.0, 11), [1, 1, 0, 1, 1, 1, 1, 1, 1, 0]])
    assert strata_of(truth, ()).tolist() == [1, 1, 0, 1, 1, 1, 1, 1, 1, 0]
    assert strata_of(truth, (), 3) is None
    assert strata_of(np.array([0.5, 1.5]), ()) is None


def test_recalibration_halves_risks_that_are_twice_too_far_apart_and_meets_what_happened():
    rng = np.random.default_rng(5)
    x = rng.normal(size=2000)
    time, censoring = rng.exponential(np.exp(-x)), rng.exponential(2.0, size=2000)
    truth = np.column_stack([np.minimum(time, censoring), time <= censoring]).astype(float)
    follow_up = learn_follow_up(truth)
    said = np.column_stack([2 * x, np.zeros((2000, len(follow_up.times)))])
    found = learn_survival_calibration(truth, said, follow_up)
    assert found.slope == pytest.approx(0.5, abs=0.03)
    mended = found.apply(said)
    assert (mended[:, 0] == said[:, 0]).all()
    np.testing.assert_allclose(
        mended[:, 1:].mean(axis=0), kaplan_meier(*truth.T).at(follow_up.times), atol=0.02
    )


@pytest.mark.parametrize(
    ("events", "risk", "words"), [(9, 1.0, "9 events"), (20, 0.0, "the same of every row")]
)
def test_too_little_to_recalibrate_leaves_things_as_they_are_and_says_why(events, risk, words):
    truth = np.column_stack([np.arange(1.0, 41), np.arange(40) < events]).astype(float)
    follow_up = FollowUp((1.0,), (1.0,), 2.0)
    found = learn_survival_calibration(truth, np.outer(np.arange(40), [risk, 0]), follow_up)
    assert found.kind == "none"
    assert words in found.reason
