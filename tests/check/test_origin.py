"""Ids, dates and places that predict the target are named; sorted files and honest sites are not."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.origin import origin_predicts
from tests.check.rows import make_cohort


def noise(n, seed=0):
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(n, 3)), columns=["a", "b", "c"])


def text(values):
    return np.array([str(value) for value in values], dtype=object)


def test_a_site_that_predicts_is_named_with_the_split_that_mends_it():
    rng = np.random.default_rng(1)
    site = rng.integers(0, 3, 300)
    y = rng.random(300) < np.array([0.2, 0.5, 0.8])[site]
    (alarm,) = origin_predicts(make_cohort(noise(300), y, facts={"site": text(site)}), batch=["site"])
    assert alarm.where == "column site"
    assert "leave_out: site" in alarm.remedy
    assert alarm.facts["auc"] == pytest.approx(0.76, abs=0.06)


def test_a_site_that_another_guard_has_named_is_not_named_again():
    y = np.arange(100) % 2
    cohort = make_cohort(noise(100), y, facts={"site": text(y)})
    assert origin_predicts(cohort, batch=["site"])
    assert origin_predicts(cohort, batch=["site"], said={"site"}) == []


def test_a_date_that_predicts_is_named_as_date_and_as_number():
    y = np.arange(200) >= 100
    days = pd.date_range("2019-01-01", periods=200, freq="D").strftime("%Y-%m-%d")
    for values in (days, range(2000, 2200)):
        (alarm,) = origin_predicts(make_cohort(noise(200), y, facts={"day": text(values)}), date="day")
        assert alarm.where == "column day"
        assert "time: day" in alarm.remedy


def test_a_date_with_a_gap_and_missing_cells_is_read():
    y = np.arange(200) >= 100
    days = text(pd.date_range("2019-01-01", periods=200, freq="D").strftime("%Y-%m-%d"))
    days[::7] = None
    (alarm,) = origin_predicts(make_cohort(noise(200), y, facts={"day": days}), date="day")
    assert "171 rows" in alarm.what


def test_a_site_that_explains_numbers_is_named():
    rng = np.random.default_rng(2)
    site = rng.integers(0, 4, 200)
    y = site + rng.normal(size=200)
    cohort = make_cohort(noise(200), y, classes=False, facts={"site": text(site)})
    (alarm,) = origin_predicts(cohort, batch=["site"])
    assert alarm.facts["r2"] == pytest.approx(1.25 / 2.25, abs=0.08)  # variance of 0…3 over that plus 1


def test_ids_that_begin_with_the_class_are_told_without_showing_them():
    y = np.arange(60) % 2
    ids = [f"{'CTRL' if code else 'AD'}_{k:03d}" for k, code in enumerate(y)]
    (alarm,) = origin_predicts(make_cohort(noise(60), y, ids=ids))
    assert alarm.where == "ids"
    assert "CTRL" not in alarm.what + alarm.remedy + str(dict(alarm.facts))


def test_the_id_among_the_features_is_named_as_number_and_as_text():
    ids = [f"P{k:04d}" for k in range(50)]
    x = noise(50).assign(number=np.arange(50) * 2.0 + 7, copy=ids)
    (alarm,) = origin_predicts(make_cohort(x, np.arange(50) % 2, ids=ids))
    assert alarm.facts["columns"] == ["number", "copy"]


def test_a_file_sorted_by_class_says_nothing():
    ids = [f"s{k:03d}" for k in range(80)]
    assert origin_predicts(make_cohort(noise(80), [0] * 40 + [1] * 40, ids=ids)) == []


def test_honest_origin_is_silent_in_100_draws():
    spoke = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        facts = {
            "site": text(rng.integers(0, 4, 60)),
            "plate": text(rng.integers(0, 12, 60)),
            "day": text(rng.integers(0, 900, 60)),
        }
        ids = [f"{'ab'[rng.integers(2)]}{k}" for k in range(60)]
        cohort = make_cohort(noise(60, seed), rng.integers(0, 2, 60), ids=ids, facts=facts)
        spoke += bool(origin_predicts(cohort, batch=["site", "plate"], date="day", seed=seed))
    assert spoke <= 2
