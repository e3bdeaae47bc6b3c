"""Another share of events is said with its direction; chance and small differences are not."""

import numpy as np
import pytest

from prognome.check.class_balance import check_class_balance


def events(count: int, n: int):
    return np.repeat([1, 0], [count, n - count])


def test_more_events_there_make_probabilities_too_low():
    """30 of 100 against 60 of 100: odds (60.5/40.5)/(30.5/70.5) = 3.453, so .50 would mean 3.453/4.453 = .78.

    Fisher's p from R 4.2.2: fisher.test(matrix(c(70,30,40,60),2,byrow=TRUE)), 3.304593e-05.
    """
    (alarm,) = check_class_balance(events(30, 100), events(60, 100), ("no", "yes"), where="external b")
    assert "60 % of 100 rows are 'yes' there, 30 % of 100 training rows" in alarm.what
    assert "too low; were nothing else different, one of .50 would mean .78" in alarm.what
    assert alarm.facts["p"] == pytest.approx(3.304593e-05, rel=1e-3)
    (other,) = check_class_balance(events(60, 100), events(30, 100), ("no", "yes"), where="external b")
    assert "too high" in other.what
    assert "would mean .22" in other.what


def test_a_rare_event_that_doubles_is_said_although_few_points_apart():
    (alarm,) = check_class_balance(events(30, 1000), events(80, 1000), ("no", "yes"), where="e")
    assert "too low" in alarm.what


@pytest.mark.parametrize(
    ("here", "there"),
    [((300, 1000), (9, 20)), ((3000, 10000), (3500, 10000)), ((50, 100), (2, 9)), ((40, 100), (40, 100))],
)
def test_chance_small_differences_and_few_rows_are_silent(here, there):
    assert check_class_balance(events(*here), events(*there), ("no", "yes"), where="e") == []


def test_draws_from_one_population_are_silent():
    rng = np.random.default_rng(0)
    said = [
        bool(
            check_class_balance(rng.integers(0, k, 200), rng.integers(0, k, 40), tuple("abcd"[:k]), where="e")
        )
        for k in (2, 3, 4)
        for _ in range(100)
    ]
    assert sum(said) <= 8  # 300 draws at level .01


def test_another_mix_of_classes_names_the_largest_changes():
    here, there = np.repeat([0, 1, 2], [50, 30, 20]), np.repeat([0, 1, 2], [10, 12, 38])
    (alarm,) = check_class_balance(here, there, ("A", "B", "C"), where="e")
    assert "'C' 63 % instead of 20 %, 'A' 17 % instead of 50 %" in alarm.what
    assert "too low for 'C' and too high for 'A', 'B'" in alarm.what
    assert alarm.facts["distance"] == pytest.approx(0.4333, abs=1e-4)


def test_a_class_that_nobody_has_there_is_no_fault_of_the_test():
    here, there = np.repeat([0, 1, 2], [50, 30, 20]), np.repeat([0, 1], [30, 30])
    (alarm,) = check_class_balance(here, there, ("A", "B", "C"), where="e")
    assert "'C' 0 % instead of 20 %" in alarm.what


def test_numbers_that_stand_higher_or_vary_more_are_said():
    rng = np.random.default_rng(1)
    here = rng.normal(30, 10, 300)
    (higher,) = check_class_balance(here, rng.normal(38, 10, 80), (), where="e")
    assert "standard deviations higher on average" in higher.what
    assert "predictions will come out too low" in higher.what
    (wider,) = check_class_balance(here, rng.normal(30, 20, 80), (), where="e")
    assert "times more" in wider.what
    assert "too narrow" in wider.what
    assert check_class_balance(here, rng.normal(30, 10, 80), (), where="e") == []
