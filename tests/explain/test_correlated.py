"""Clusters by hand and against scipy's linkage of the whole matrix."""

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import average, fcluster
from scipy.spatial.distance import squareform
from scipy.stats import spearmanr

from prognome.explain import correlated
from prognome.explain.correlated import correlated_clusters, cramers_v


def factors(seed=0, n=60, groups=8, each=5, noise=0.6):
    rng = np.random.default_rng(seed)
    base = np.repeat(rng.standard_normal((n, groups)), each, axis=1)
    values = base + noise * rng.standard_normal(base.shape)
    return pd.DataFrame(values[:, rng.permutation(groups * each)]).add_prefix("g")


def same(one, other):
    """Whether two labellings part the columns alike."""
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len(set(one)) == len(set(other))


@pytest.mark.parametrize("noise", [0.3, 0.5, 0.65])
def test_equal_to_linkage_of_all_columns(noise, monkeypatch):
    monkeypatch.setattr(correlated, "_COLUMNS_AT_ONCE", 7)  # pieces that do not divide the columns
    table = factors(noise=noise)
    r = np.abs(spearmanr(table).statistic)
    wanted = fcluster(average(squareform(1 - r, checks=False)), 0.3, criterion="distance")
    found = correlated_clusters(table).number
    assert same(found, wanted)
    assert 1 < found.max() < len(table.columns)


def test_average_linkage_by_hand():
    # ranks of five rows; Spearman 1 - 6 Σd² / 120: ab .9 (Σd² 2), bc .7 (6), ac .6 (8)
    table = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 3, 4, 5], "c": [2, 1, 4, 5, 3]})
    assert spearmanr(table).statistic[0].round(3).tolist() == [1, 0.9, 0.6]
    # a and b join at .9; c is at mean (.6 + .7) / 2 = .65 from both
    assert correlated_clusters(table, threshold=0.64).number.tolist() == [1, 1, 1]
    assert correlated_clusters(table, threshold=0.66).number.tolist() == [1, 1, 2]


def test_direction_does_not_matter_and_numbers_follow_the_columns():
    x = np.random.default_rng(0).standard_normal(30)
    y = np.random.default_rng(1).standard_normal(30)
    table = pd.DataFrame({"y": y, "x": x, "minus_x": -x, "constant": 1.0})
    found = correlated_clusters(table)
    assert found.number.to_dict() == {"y": 1, "x": 2, "minus_x": 2, "constant": 3}
    assert found.members == {1: ["y"], 2: ["x", "minus_x"], 3: ["constant"]}
    assert found.beside("x") == ["minus_x"]
    assert found.beside("y") == []


def test_categories_by_cramers_v_and_never_with_numbers():
    table = pd.DataFrame(
        {
            "sex": ["m", "f"] * 20,
            "code": [1, 2] * 20,
            "sex_again": ["1", "2"] * 20,
            "site": ["a", "a", "b", "b"] * 10,
            "missing": [None] * 40,
        }
    )
    assert correlated_clusters(table).number.tolist() == [1, 2, 1, 3, 4]


def test_cramers_v_by_hand():
    # 20, 5, 5, 20 of 50: every cell wants 12.5, so chi² is 4 · 7.5² / 12.5 = 18 and phi² .36; chance gives
    # 1/49, and the most there can be is 2 - 1/49 - 1
    counts = np.array([[20, 5], [5, 20]])
    assert cramers_v(counts) == pytest.approx(np.sqrt((0.36 - 1 / 49) / (1 - 1 / 49)))
    assert cramers_v(np.array([[25, 0], [0, 25]])) == pytest.approx(1)
    assert cramers_v(np.array([[10, 10], [10, 10]])) == 0
    assert cramers_v(np.array([[10, 10], [0, 0]])) == 0


def test_missing_values_are_compared_on_shared_rows():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(300)
    table = pd.DataFrame({"x": x, "same": x, "other": rng.standard_normal(300)})
    table.loc[rng.random(300) < 0.3, "same"] = np.nan
    table.loc[rng.random(300) < 0.3, "x"] = np.nan
    assert correlated_clusters(table, threshold=0.95).number.tolist() == [1, 1, 2]


def test_only_used_columns_are_looked_at():
    table = factors()
    assert correlated_clusters(table, ["g3", "g1"]).number.index.tolist() == ["g3", "g1"]
    assert correlated_clusters(table[[]]).number.empty


def test_doubled_names_and_too_many_linked_columns_are_refused(monkeypatch):
    table = factors()
    with pytest.raises(ValueError, match="twice"):
        correlated_clusters(table, ["g1", "g1"])
    monkeypatch.setattr(correlated, "_LARGEST", 2)
    with pytest.raises(ValueError, match="Raise the threshold"):
        correlated_clusters(table)
