"""Panels: rankings of each fold, the standard error by hand, what could stand in for what."""

import numpy as np
import pandas as pd
import pytest

from prognome.explain.correlated import Clusters
from prognome.explain.panel import interchangeable, panel_curve

RANKINGS = [["a", "b", "c", "d"], ["b", "a", "c", "d"], ["a", "c", "b", "d"]]
SCORES = {1: [0.70, 0.72, 0.68], 2: [0.78, 0.80, 0.82], 3: [0.79, 0.81, 0.83], 4: [0.75, 0.75, 0.75]}


def test_each_fold_gets_its_own_ranking():
    asked = []

    def fit_and_score(columns, fold):
        asked.append((fold, columns))
        return 0.5

    panel_curve(RANKINGS, fit_and_score, sizes=[2])
    assert asked == [(0, ["a", "b"]), (1, ["b", "a"]), (2, ["a", "c"])]


def test_the_smallest_within_one_standard_error_by_hand():
    # best: 3 markers, .81, s .02, se .02 / √3 = .01155; 2 markers at .80 are within, 1 at .70 is not
    found = panel_curve(RANKINGS, lambda columns, fold: SCORES[len(columns)][fold], sizes=[1, 2, 3, 4])
    assert (found.best, found.smallest) == (3, 2)
    line = found.curve.set_index("size").loc[3]
    assert line["mean"] == pytest.approx(0.81)
    assert line["se"] == pytest.approx(0.02 / np.sqrt(3))
    # (1/3 + 1/2) · .0004, t(.975; 2) 4.3027: ± .07856
    assert line["high"] - line["mean"] == pytest.approx(0.07856, abs=1e-5)
    # panels of two: ab, ba, ac
    assert found.chosen.values.tolist() == [["a", 3], ["b", 2], ["c", 1]]
    assert len(found.folds) == 12


def test_losses_are_turned():
    found = panel_curve(
        RANKINGS, lambda columns, fold: 1 - SCORES[len(columns)][fold], [1, 2, 3, 4], higher_is_better=False
    )
    assert (found.best, found.smallest) == (3, 2)


def test_sizes_beyond_the_shortest_ranking_end_with_it():
    found = panel_curve([["a", "b"], ["a", "b", "c"]], lambda columns, fold: 1.0, sizes=[1, 5, 9])
    assert found.curve["size"].tolist() == [1, 2]


def test_a_fold_that_cannot_be_scored_is_left_out():
    found = panel_curve(RANKINGS, lambda columns, fold: np.nan if fold == 1 else 0.5 + 0.1 * fold, sizes=[1])
    assert found.curve[["folds", "mean"]].values.tolist() == [[2, 0.6]]


def test_interchangeable_markers_share_a_cluster():
    clusters = Clusters(pd.Series({"a": 1, "b": 2, "c": 1, "d": 3}), 0.7)
    assert interchangeable(["a", "b", "unknown"], clusters) == {"a": ["c"]}


def test_wrong_calls_are_refused():
    with pytest.raises(ValueError, match="at least two"):
        panel_curve(RANKINGS[:1], lambda columns, fold: 1.0)
    with pytest.raises(ValueError, match="twice"):
        panel_curve([["a", "a"], ["a"]], lambda columns, fold: 1.0)
    with pytest.raises(ValueError, match="could be scored"):
        panel_curve(RANKINGS, lambda columns, fold: np.nan, sizes=[1])
