"""Batch and class that are the same, or mixed unequally, are told; honest batches are not."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.batch_is_class import batch_is_class
from tests.check.rows import make_cohort


def tell(site, target, **how):
    site = np.array([str(one) for one in site], dtype=object)
    return batch_is_class(
        make_cohort(np.zeros((len(site), 1)), target, facts={"site": site}, **how), ["site"]
    )


def test_one_batch_a_class_is_the_same():
    y = np.arange(60) % 3
    (alarm,) = tell(y, y)
    assert alarm.what.startswith("Each class stands in one batch only by 'site'")
    assert alarm.facts["counts"] == [[20, 0, 0], [0, 20, 0], [0, 0, 20]]
    assert "leave_out: site" in alarm.remedy


def test_nearly_the_same_is_said_so():
    y = np.arange(100) % 2
    site = y.copy()
    site[:4] = 1 - site[:4]
    (alarm,) = tell(site, y)
    assert "nearly the same" in alarm.what


def test_a_class_that_only_one_batch_has_is_named():
    y = np.array([0] * 60 + [1] * 60 + [2] * 30)
    site = np.concatenate([np.arange(120) % 3, np.zeros(30, dtype=int)])
    (alarm,) = tell(site, y)
    assert alarm.what.startswith("Some classes stand in one batch only by 'site': 2 ")


def test_an_unequal_mix_is_told_with_its_shares():
    y = np.array([0] * 100 + [1] * 100)
    site = np.array([0] * 75 + [1] * 25 + [0] * 25 + [1] * 75)
    (alarm,) = tell(site, y)
    assert "is 25 % of one batch and 75 % of another" in alarm.what


def test_batches_that_lack_classes_are_counted():
    y = np.repeat([0, 1, 2], 60)
    site = np.concatenate([np.arange(60) % 2, np.arange(60) % 3, 1 + np.arange(60) % 2])
    (alarm,) = tell(site, y)
    assert "2 of 3 batches by 'site' lack some of the classes" in alarm.what


def test_batch_means_that_explain_numbers_are_told():
    rng = np.random.default_rng(1)
    site = np.arange(90) % 3
    (alarm,) = tell(site, 3.0 * site + rng.normal(size=90), classes=False)
    assert alarm.facts["adjusted_r2"] == pytest.approx(
        6 / 7, abs=0.05
    )  # variance 6 of 0, 3, 6 and 1 of noise
    assert tell(site, rng.normal(size=90), classes=False) == []


def test_honest_batches_are_silent_in_150_draws_however_small():
    spoke = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        many = int(rng.choice([2, 5, 30]))
        spoke += bool(tell(rng.integers(0, many, 80), rng.integers(0, 3, 80)))
    assert spoke <= 2


@pytest.mark.realdata
def test_stem_cells_of_four_studies_are_mixed_unequally(data):
    frame = pd.read_csv(data / "stemcells" / "expression.tsv.gz", sep="\t")
    (alarm,) = tell(frame["study"], frame["cell_type"])
    assert "hESC is 6 % of one batch and 53 % of another" in alarm.what  # 3 of 51, 20 of 38 by crosstab
    assert alarm.facts["cramers_v"] == pytest.approx(0.2841, abs=1e-4)
