"""Agreement by hand, and Kuncheva's index as the special case of Nogueira's."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from prognome.explain.agreement import (
    agreement_table,
    mean_jaccard,
    rank_biased_overlap,
    spearman,
    stability_index,
    top_of,
)


def test_spearman_equals_scipy_with_ties():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 5, 30), rng.integers(0, 5, 30)
    assert spearman(a, b) == pytest.approx(scipy.stats.spearmanr(a, b).statistic, abs=1e-11)
    assert np.isnan(spearman([1, 1, 1], [1, 2, 3]))


def test_rank_biased_overlap_by_hand():
    # depth 1: 0 of 1 in common, depth 2: 2 of 2, depth 3: 2 of 3. p = .5, (1 - p) / p = 1:
    # 2/3 · 1/8 + (0 · 1/2 + 1 · 1/4 + 2/3 · 1/8) = 5/12
    assert rank_biased_overlap("abc", "bad", p=0.5) == pytest.approx(5 / 12)
    assert rank_biased_overlap("abcdef", "abcdef") == pytest.approx(1)
    assert rank_biased_overlap("abc", "def") == 0


def test_the_top_of_a_ranking_counts_most():
    whole = "abcdefghij"
    assert rank_biased_overlap(whole, "bacdefghij") < rank_biased_overlap(whole, "abcdefghji")


def test_rankings_that_name_twice_are_refused():
    with pytest.raises(ValueError, match="twice"):
        rank_biased_overlap("aab", "abc")
    with pytest.raises(ValueError, match="between 0 and 1"):
        rank_biased_overlap("ab", "ab", p=1)


def test_top_of_leaves_out_what_has_no_importance():
    assert top_of([5, 0, np.nan, 1], 3).tolist() == [True, False, False, True]
    assert top_of([1, 1, 1], 2).tolist() == [True, True, False]


def test_mean_jaccard_by_hand():
    # ab: 1 of 3; ac: 2 of 2; bc: 1 of 3
    chosen = [[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 0, 0]]
    assert mean_jaccard(chosen) == pytest.approx((1 / 3 + 1 + 1 / 3) / 3)
    assert np.isnan(mean_jaccard(chosen[:1]))
    assert mean_jaccard([[0, 0], [0, 0]]) == 1


def test_stability_by_hand():
    # d 4, M 3, shares 1, 2/3, 1/3, 0: variances 0, 1/3, 1/3, 0, their mean 1/6; k 2, 2/4 · 2/4 = 1/4:
    # 1 - (1/6) / (1/4) = 1/3
    found = stability_index([[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0]])
    assert found.index == pytest.approx(1 / 3)
    # of each choice: (sum of shares) / 4 - 2 · 2 / 16 + (1/3)/2 · (8/16 - 1/2 - 1/2 + 1) = 5/12, 5/12, 4/12
    # - 1/4 + 1/12; over 1/4: 1, 1, 2/3. Variance 4/9 · Σ (- mean)² = 4/9 · 2/27
    error = np.sqrt(4 / 9 * 2 / 27)
    assert found.high - found.index == pytest.approx(scipy.stats.norm.ppf(0.975) * error)
    assert found.index - found.low == pytest.approx(scipy.stats.norm.ppf(0.975) * error)
    assert found.choices == 3


def test_stability_is_kunchevas_index_where_choices_are_of_one_size():
    # Kuncheva (2007): (r d - k²) / (k (d - k)), mean over pairs, r in common
    rng = np.random.default_rng(0)
    d, k = 30, 7
    chosen = np.zeros((6, d), dtype=bool)
    for row in chosen:
        row[rng.choice(d // 2, k, replace=False)] = True
    pairs = [((a & b).sum() * d - k**2) / (k * (d - k)) for a, b in combinations(chosen, 2)]
    assert stability_index(chosen).index == pytest.approx(np.mean(pairs))


def test_stability_at_its_ends():
    same = stability_index(np.tile([1, 1, 0, 0, 0], (4, 1)))
    assert (same.index, same.low, same.high) == (1, 1, 1)
    rng = np.random.default_rng(0)
    assert abs(stability_index(rng.random((400, 50)) < 0.2).index) < 0.005
    assert np.isnan(stability_index([[1, 1], [1, 1]]).index)
    assert np.isnan(stability_index([[1, 0]]).index)


def test_the_table_of_pairs():
    table = agreement_table(
        pd.DataFrame({"shap": [3.0, 2, 1, 0], "gain": [3.0, 2, 1, 0], "drop": [0.0, 1, 2, 3]}), k=2
    )
    assert table[["a", "b"]].values.tolist() == [["shap", "gain"], ["shap", "drop"], ["gain", "drop"]]
    np.testing.assert_allclose(table["spearman"], [1, -1, -1])
    assert table["top_jaccard"].tolist() == [1, 0, 0]
    assert table["rank_biased_overlap"][0] == pytest.approx(1)
