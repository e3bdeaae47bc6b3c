"""The table of markers, every number by hand."""

import numpy as np
import pandas as pd
import pytest

from prognome.core.paired_tests import corrected_resampled_t
from prognome.explain.correlated import Clusters
from prognome.explain.markers import COLUMNS, FoldEvidence, beyond_doubt, direction_of, marker_table

NAMES = ["a", "b", "c"]


def two_folds():
    one = FoldEvidence(
        shap=np.array([[1.0, -4.0, 0.0], [-3.0, 4.0, 0.0]]),
        rows=np.array([[5.0, 9.0, 1.0], [1.0, 7.0, 1.0]]),
        drop=np.array([0.10, 0.02, np.nan]),
        cluster_drop=np.array([0.3, 0.3, np.nan]),
        importance=np.array([0.5, 0.4, 0.1]),
    )
    two = FoldEvidence(
        shap=np.array([[3.0, 1.0, 0.0]]),
        rows=np.array([[7.0, 8.0, 1.0]]),
        drop=np.array([0.20, 0.04, np.nan]),
        cluster_drop=np.array([0.5, 0.5, np.nan]),
        importance=np.array([0.3, 0.6, 0.1]),
    )
    return [one, two]


def test_every_column_by_hand():
    clusters = Clusters(pd.Series({"b": 1, "a": 1}), 0.7)
    table = marker_table(NAMES, two_folds(), k=1, clusters=clusters)
    assert list(table) == list(COLUMNS)
    # mean |SHAP| of folds: a 2 and 3, b 4 and 1
    assert table["feature"].tolist() == ["a", "b", "c"]
    assert table["shap"].tolist() == [2.5, 2.5, 0]
    assert table["rank"].tolist() == [1, 1, 3]
    np.testing.assert_allclose(table["drop"], [0.15, 0.03, np.nan])
    assert table["drop_rank"].tolist() == [1, 2, pd.NA]
    np.testing.assert_allclose(table["cluster_drop"], [0.4, 0.4, np.nan])
    np.testing.assert_allclose(table["importance"], [0.4, 0.5, 0.1])
    assert table["importance_rank"].tolist() == [2, 1, 3]
    # the top one is b in the first fold and a in the second
    assert table["top"].tolist() == [1, 1, 0]
    assert table["folds"].tolist() == [2, 2, 2]
    assert table["cluster"].tolist() == [1, 1, pd.NA]
    # a: values 5 1 7 and parts 1 -3 3 go together; b: values 9 7 8 and parts -4 4 1 go apart; c is constant
    assert table["direction"].tolist() == ["+", "-", ""]


def test_the_interval_of_the_drop_allows_for_shared_rows():
    # drops .1 and .2: mean .15, s² .005; (1/2 + 1) · .005, t(.975; 1) 12.706: ± 1.1004
    table = marker_table(NAMES, two_folds())
    assert table["drop_low"][0] == pytest.approx(0.15 - 1.1004, abs=1e-4)
    assert table["drop_high"][0] == pytest.approx(0.15 + 1.1004, abs=1e-4)
    assert np.isnan(table["drop_low"][2])
    wider = corrected_resampled_t([0.1, 0.2], 0.25, 0.9)
    told = marker_table(NAMES, two_folds(), test_per_train=0.25, level=0.9)
    assert told["drop_high"][0] == pytest.approx(wider.high)


def test_beyond_doubt_is_after_holm_over_all_columns_that_every_fold_knows():
    """Mean over error, with (1/3 + 1/2) s²: t 3.337 of a, 12.05 of b; with two degrees of freedom
    p = 1 - t / √(2 + t²): .0793 and .00682. Of two tests Holm doubles the lesser p and keeps the other.
    """
    drops = np.array([[0.1, 0.10, 0.5], [0.2, 0.11, np.nan], [0.16, 0.12, np.nan]])
    folds = [FoldEvidence(np.array([[1.0, 2.0, 3.0]]), drop=one) for one in drops]
    table = marker_table(NAMES, folds, test_per_train=0.5).set_index("feature")
    assert table.loc["a", "drop_p_holm"] == pytest.approx(0.07926, abs=1e-5)
    assert table.loc["b", "drop_p_holm"] == pytest.approx(2 * 0.006817, abs=1e-5)
    assert np.isnan(table.loc["c", "drop_p_holm"])
    assert table["drop_folds"].to_dict() == {"a": 3, "b": 3, "c": 1}
    assert beyond_doubt(table)[NAMES].tolist() == [False, True, False]
    # alone b would be beyond doubt at .99; as one of two it is not
    assert not beyond_doubt(table, 0.99)["b"]


def test_a_fold_that_could_shuffle_nothing_takes_no_interval_from_the_others():
    one, two = two_folds()
    nothing = FoldEvidence(one.shap, drop=np.full(3, np.nan))
    wide = marker_table(NAMES, [one, two, nothing], test_per_train=0.5).set_index("feature")
    as_ever = marker_table(NAMES, [one, two], test_per_train=0.5).set_index("feature")
    np.testing.assert_array_equal(wide.loc[NAMES, "drop_low"], as_ever.loc[NAMES, "drop_low"])


def test_several_classes_are_summed_and_have_no_direction():
    shap = np.array([[[0.2, -0.1, -0.1], [0.0, 0.3, -0.3], [0, 0, 0]]])
    table = marker_table(NAMES, [FoldEvidence(shap, rows=np.ones((1, 3)))])
    assert table["feature"].tolist() == ["b", "a", "c"]
    np.testing.assert_allclose(table["shap"], [0.6, 0.4, 0])
    assert table["direction"].tolist() == ["", "", ""]


def test_what_was_not_asked_stays_empty():
    table = marker_table(NAMES, [FoldEvidence(np.array([[1.0, 2.0, 3.0]]))])
    for column in (
        "drop",
        "drop_low",
        "drop_rank",
        "cluster_drop",
        "importance",
        "importance_rank",
        "cluster",
    ):
        assert table[column].isna().all(), column
    assert (table["direction"] == "").all()


def test_a_feature_that_helps_in_both_directions_has_no_sign():
    values = np.array([[-2.0], [-1], [1], [2]])
    assert direction_of([values**2], [values], 1) == ["±"]
    assert direction_of([values], [np.array([[-2.0], [np.nan], [1], [2]])], 1) == ["+"]


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="no fold"):
        marker_table(NAMES, [])
    with pytest.raises(ValueError, match=r"drop has shape \(2,\); 3 features are named"):
        marker_table(NAMES, [FoldEvidence(np.ones((1, 3)), drop=np.ones(2))])
    with pytest.raises(ValueError, match="shap has shape"):
        marker_table(NAMES, [FoldEvidence(np.ones((3, 2)))])
