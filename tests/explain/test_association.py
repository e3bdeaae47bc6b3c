"""Plain tests of each column, equal to scipy's, with ties and missing values."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from prognome.explain.association import associate_columns, benjamini_hochberg, overlooked


def rows(seed=0, n=60):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "plain": rng.standard_normal(n),
            "ties": rng.integers(0, 4, n),
            "missing": np.where(rng.random(n) < 0.2, np.nan, rng.standard_normal(n)),
            "kind": rng.choice(["x", "y", "z"], n),
        }
    )
    score = table["plain"] + 0.5 * table["ties"] + rng.standard_normal(n)
    return table, score.to_numpy()


NUMBERS = ["plain", "ties", "missing"]


def test_two_classes_are_mann_whitney():
    table, score = rows()
    y = (score > 1).astype(int)
    found = associate_columns(table, y, 2).set_index("feature")
    for name in NUMBERS:
        a, b = (table.loc[y == k, name].dropna() for k in (1, 0))
        wanted = scipy.stats.mannwhitneyu(a, b, method="asymptotic")
        assert found.loc[name, "statistic"] == wanted.statistic
        assert found.loc[name, "p"] == pytest.approx(wanted.pvalue, rel=1e-10)
        assert found.loc[name, "effect"] == pytest.approx(wanted.statistic / len(a) / len(b))
        assert found.loc[name, "n"] == len(a) + len(b)


def test_more_classes_are_kruskal_wallis():
    table, score = rows()
    y = np.digitize(score, [0, 1.5])
    found = associate_columns(table, y, 3).set_index("feature")
    for name in NUMBERS:
        wanted = scipy.stats.kruskal(*(table.loc[y == k, name].dropna() for k in range(3)))
        assert found.loc[name, "statistic"] == pytest.approx(wanted.statistic)
        assert found.loc[name, "p"] == pytest.approx(wanted.pvalue, rel=1e-10)
        assert found.loc[name, "effect"] == pytest.approx(wanted.statistic / (found.loc[name, "n"] - 1))


def test_numbers_are_spearman():
    table, score = rows()
    found = associate_columns(table, score, 0).set_index("feature")
    for name in NUMBERS:
        wanted = scipy.stats.spearmanr(table[name], score, nan_policy="omit")
        assert found.loc[name, "effect"] == pytest.approx(wanted.statistic)
        assert found.loc[name, "p"] == pytest.approx(wanted.pvalue, rel=1e-8)


def test_categories_are_chi_squared_or_kruskal_wallis():
    table, score = rows()
    y = (score > 1).astype(int)
    counts = pd.crosstab(table["kind"], y)
    wanted = scipy.stats.chi2_contingency(counts, correction=False)
    line = associate_columns(table, y, 2).set_index("feature").loc["kind"]
    assert line["statistic"] == pytest.approx(wanted.statistic)
    assert line["p"] == pytest.approx(wanted.pvalue, rel=1e-10)
    numbers = associate_columns(table[["kind"]], score, 0).iloc[0]
    groups = [score[table["kind"] == k] for k in "xyz"]
    assert numbers["p"] == pytest.approx(scipy.stats.kruskal(*groups).pvalue, rel=1e-10)
    assert (line["test"], numbers["test"]) == ("chi-squared", "Kruskal–Wallis")


def test_benjamini_hochberg_equals_scipy_and_passes_over_what_is_not_known():
    p = np.random.default_rng(0).random(40) ** 2
    np.testing.assert_allclose(benjamini_hochberg(p), scipy.stats.false_discovery_control(p))
    gaps = np.insert(p, [3, 17], np.nan)
    np.testing.assert_allclose(benjamini_hochberg(gaps)[~np.isnan(gaps)], benjamini_hochberg(p))
    assert benjamini_hochberg([]).shape == (0,)


def test_perfect_constant_and_empty_columns():
    table = pd.DataFrame({"one": 1.0, "none": [np.nan] * 6, "same": [1, 2, 3, 4, 5, 6], "level": ["x"] * 6})
    numbers = associate_columns(table, table["same"], 0).set_index("feature")
    assert numbers["p"].tolist()[:3] == pytest.approx([1, np.nan, 0], nan_ok=True)
    assert numbers.loc["same", "effect"] == 1
    assert numbers.loc["level", "p"] == 1
    classes = associate_columns(table, [0, 0, 0, 1, 1, 1], 2).set_index("feature")
    assert classes["p"].isna().tolist() == [False, True, False, False]
    assert classes.loc["same", "effect"] == 1
    assert classes.loc["level", "p"] == 1
    many = associate_columns(table, [0, 0, 1, 1, 2, 2], 3).set_index("feature")
    assert many["p"].isna().tolist() == [False, True, False, False]
    # one tested column out of four has its q corrected for three
    assert classes.loc["same", "q"] == pytest.approx(min(1, 3 * classes.loc["same", "p"]))


def test_an_interaction_is_overlooked_by_plain_tests():
    # exclusive or: neither column alone says anything
    a, b = np.tile([0, 0, 1, 1], 30), np.tile([0, 1, 0, 1], 30)
    table = pd.DataFrame({"a": a, "b": b, "plain": a ^ b})
    found = associate_columns(table, a ^ b, 2)
    assert overlooked(["plain", "a", "b", "not measured"], found) == ["a", "b"]


def test_lengths_that_differ_are_refused():
    table, score = rows()
    with pytest.raises(ValueError, match="59 targets for 60 rows"):
        associate_columns(table, score[1:], 0)
