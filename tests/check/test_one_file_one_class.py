"""A class that lives in one of several files is told; honest files are not."""

import numpy as np

from prognome.check.one_file_one_class import one_class_one_file
from tests.check.rows import make_cohort


def tell(files, target, **how):
    return one_class_one_file(make_cohort(np.zeros((len(files), 1)), target, **how), np.asarray(files))


def test_cases_in_one_file_and_controls_in_another_are_told():
    (alarm,) = tell([0] * 40 + [1] * 40, ["control"] * 40 + ["case"] * 40)
    assert "stand in one file only: case, control" in alarm.what
    assert alarm.facts["counts"] in ([[40, 0], [0, 40]], [[0, 40], [40, 0]])


def test_one_class_of_three_is_named_alone():
    files = [0] * 30 + [1] * 30 + [0] * 30 + [1] * 30 + [1] * 40
    (alarm,) = tell(files, ["a"] * 60 + ["b"] * 60 + ["c"] * 40)
    assert "one file only: c (" in alarm.what


def test_a_file_that_nearly_gives_the_class_is_told():
    (alarm,) = tell([0] * 48 + [1] * 2 + [1] * 48 + [0] * 2, [0] * 50 + [1] * 50)
    assert "nearly gives its class" in alarm.what


def test_files_that_explain_numbers_are_told():
    rng = np.random.default_rng(1)
    (alarm,) = tell([0] * 40 + [1] * 40, np.r_[rng.normal(size=40), 5 + rng.normal(size=40)], classes=False)
    assert "explains" in alarm.what


def test_one_file_and_unknown_files_are_silent():
    assert one_class_one_file(make_cohort(np.zeros((20, 1)), np.arange(20) % 2), None) == []
    assert tell([0] * 20, np.arange(20) % 2) == []
    assert tell([-1] * 20, np.arange(20) % 2) == []


def test_a_small_file_that_happens_to_lack_a_class_is_silent():
    assert tell([1] * 6 + [0] * 100, [0] * 56 + [1] * 50) == []


def test_honest_files_are_silent_in_150_draws():
    spoke = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        spoke += bool(tell(rng.integers(0, 3, 60), rng.integers(0, 2, 60)))
    assert spoke <= 2
