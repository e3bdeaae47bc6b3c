"""The profile of training rows: sums without a patient's value, and how much columns move together."""

import json

import numpy as np
import pandas as pd
import pytest

from prognome.core.cohort import Cohort
from prognome.core.profile import BlockProfile, Tally
from prognome.core.schema import Schema
from prognome.core.table import Table


def table(values, prefix="g") -> Table:
    frame = (
        values if isinstance(values, pd.DataFrame) else pd.DataFrame(np.asarray(values)).add_prefix(prefix)
    )
    return Table(np.array([f"r{k}" for k in range(len(frame))], dtype=object), frame)


def mixed(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.normal(60, 10, n), "gene": rng.gamma(0.3, 1.0, n), "flat": np.ones(n)})
    frame["stage"] = rng.choice(np.array(["I", "II", "III"], dtype=object), n, p=[0.5, 0.3, 0.2])
    frame.loc[rng.choice(n, n // 5, replace=False), "age"] = np.nan
    frame.loc[rng.choice(n, n // 5, replace=False), "stage"] = None
    return frame


def test_independent_columns_are_seen_as_independent_although_they_outnumber_rows():
    """trace(R²)/p² is 1/p = .002; the plain estimate from 40 rows would be near 1/p + 1/n = .027."""
    values = np.random.default_rng(0).normal(size=(40, 500))
    profile = BlockProfile.learn(table(values))
    assert profile.apart.pairs == pytest.approx(1 / 500, abs=0.001)
    plain = (np.corrcoef(values, rowvar=False) ** 2).mean()
    assert plain > 0.025


def test_columns_that_share_a_factor_are_seen_to_move_together():
    """Equicorrelation .5: R has eigenvalues 1 + .5(p - 1) and .5, so the traces are near .25 and .125.

    The leading eigenvalue of 400 rows has a relative error of sqrt(2/400) = .07, its square of .14.
    """
    rng = np.random.default_rng(1)
    values = (rng.normal(size=(4000, 1)) + rng.normal(size=(4000, 60))) / np.sqrt(2)
    profile = BlockProfile.learn(table(values))
    assert profile.apart.pairs == pytest.approx((30.5**2 + 59 * 0.25) / 60**2, rel=0.3)
    assert profile.apart.triples == pytest.approx((30.5**3 + 59 * 0.125) / 60**3, rel=0.45)


def test_training_rows_counted_in_give_zero_everywhere_batch_by_batch():
    frame = mixed(300)
    profile = BlockProfile.learn(table(frame))
    whole, pieces = Tally(profile), Tally(profile)
    whole.add(frame)
    for start in range(0, 300, 70):
        pieces.add(frame.iloc[start : start + 70])
    usable = profile.deviation > 0
    np.testing.assert_allclose(whole.means[usable], 0, atol=1e-5)
    np.testing.assert_allclose(pieces.means[usable], whole.means[usable], atol=1e-12)
    assert pieces.rows == whole.rows == 300
    assert pieces.length_mean == pytest.approx(whole.length_mean)
    assert whole.length_mean == pytest.approx(profile.length_mean, rel=1e-4)


def test_a_constant_column_says_nothing_and_a_rare_level_is_not_stored():
    frame = mixed(300)
    frame.loc[0, "stage"] = "IV"
    profile = BlockProfile.learn(table(frame))
    assert profile.deviation[profile.numbers.index("flat")] == 0
    assert profile.levels == (("stage", "I"), ("stage", "II"), ("stage", "III"))
    tally = Tally(profile)
    tally.add(pd.DataFrame({"stage": np.array(["IV", "I", None], dtype=object)}))
    assert tally.known.tolist() == [0, 0, 0, 1, 1, 1]  # columns that are absent, and levels not known


def test_no_value_of_a_patient_is_written():
    for n in (30, 200):
        values = np.random.default_rng(n).normal(1000, 3, size=(n, 20))
        text = json.dumps(BlockProfile.learn(table(values)).to_mapping())
        written = {round(float(word), 6) for word in text.replace("]", ",").replace("[", ",").split(",")
                   if word.strip().replace(".", "").replace("-", "").isdigit()}  # fmt: skip
        assert not written & set(values.round(6).ravel().tolist())
        centre = BlockProfile.learn(table(values)).centre
        np.testing.assert_allclose(centre, np.round(centre, 1), atol=1e-9)  # steps of a tenth, for sd 3


def test_a_profile_comes_back_from_the_schema_as_it_was():
    frame = mixed(120)
    cohort = Cohort(table(frame).ids, {"clinic": table(frame)})
    schema = Schema.learn(cohort)
    again = Schema.from_mapping(json.loads(json.dumps(schema.to_mapping())))
    one, two = schema.blocks[0].profile, again.blocks[0].profile
    assert one.to_mapping() == two.to_mapping()
    assert two.numbers == ("age", "gene", "flat")
    rows = mixed(50, seed=5)
    for profile in (one, two):
        tally = Tally(profile)
        tally.add(rows)
    with pytest.raises(ValueError, match="the block 2"):
        BlockProfile.from_mapping(one.to_mapping(), ["age", "gene"])


def test_rows_without_the_block_do_not_count_and_few_rows_have_no_profile():
    frame = mixed(60)
    frame.iloc[:20] = [np.nan, np.nan, np.nan, None]
    assert BlockProfile.learn(table(frame)).rows == 40
    assert BlockProfile.learn(table(mixed(9))) is None


def test_groups_count_as_one_row_each_where_there_are_enough():
    values = np.random.default_rng(2).normal(size=(120, 5))
    families = np.array([f"F{k // 3}" for k in range(120)], dtype=object)
    sites = np.array([f"S{k % 4}" for k in range(120)], dtype=object)
    assert BlockProfile.learn(table(values), groups=families).units == 40
    assert BlockProfile.learn(table(values), groups=sites).units == 120


def test_an_outlier_counts_for_no_more_than_five():
    values = np.random.default_rng(3).normal(size=(200, 3))
    profile = BlockProfile.learn(table(values))
    tally = Tally(profile)
    tally.add(pd.DataFrame([[1e300, -1e300, 0.0]], columns=["g0", "g1", "g2"]))
    assert np.abs(tally.means).max() < 6
