"""The one-standard-error rule, by hand."""

from prognome.core.metrics import METRICS
from prognome.validate.choose import Standing, choose

AUC, MAE = METRICS["auc_roc"], METRICS["mae"]


def test_the_simplest_within_one_standard_error_wins():
    # best mean .82 with folds .80 and .84: standard error .02, so .80 is still within
    best = Standing("forest", 5, (0.80, 0.84))
    assert choose([Standing("logistic", 1, (0.80, 0.80)), best], AUC) == "logistic"
    assert choose([Standing("logistic", 1, (0.799, 0.799)), best], AUC) == "forest"


def test_for_an_error_less_is_better():
    best = Standing("forest", 5, (8.0, 8.4))
    assert choose([Standing("ridge", 1, (8.35, 8.35)), best], MAE) == "ridge"
    assert choose([Standing("ridge", 1, (9.0, 9.0)), best], MAE) == "forest"


def test_of_equals_in_rank_the_first_stays():
    assert (
        choose([Standing("clinical_only", 1, (0.8,)), Standing("logistic", 1, (0.8,))], AUC)
        == "clinical_only"
    )


def test_folds_without_a_figure_are_left_out():
    nan = float("nan")
    assert choose([Standing("a", 1, (nan, 0.6)), Standing("b", 2, (0.9, 0.9))], AUC) == "b"
    assert choose([Standing("a", 1, (nan,)), Standing("b", 2, (nan,))], AUC) == "a"


def test_a_given_standard_error_is_used():
    assert choose([Standing("a", 1, (0.7,)), Standing("b", 2, (0.8,), 0.2)], AUC) == "a"


def test_repeating_the_folds_does_not_shrink_the_standard_error():
    once, thrice = Standing("a", 1, (0.7, 0.8, 0.9)), Standing("a", 1, (0.7, 0.8, 0.9) * 3, repeats=3)
    assert thrice.error < 1.01 * once.error
    assert thrice.error > 0.8 * once.error
