"""A cohort passes through scikit-learn, and a fold's cohort cannot reach its judges."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import Pipeline

from prognome.core.cohort import Cohort
from prognome.core.table import Table
from prognome.prepare.fuse import fuse


def pipeline() -> Pipeline:
    return Pipeline([("prepare", fuse({}, ["clinical", "genes"])), ("model", LogisticRegression())])


def test_it_passes_through_cross_val_score_as_a_frame_would(cohort):
    frame = pd.concat([cohort.blocks["clinical"].frame, cohort.blocks["genes"].frame], axis=1)
    alone = Pipeline([("prepare", fuse({}, ["all"])), ("model", LogisticRegression())])
    folds = list(GroupKFold(4).split(frame, cohort.target, cohort.groups))
    ours = cross_val_score(pipeline(), cohort, cohort.target, cv=folds, scoring="roc_auc")
    np.testing.assert_allclose(
        ours, cross_val_score(alone, frame, cohort.target, cv=folds, scoring="roc_auc")
    )
    assert ours.mean() > 0.7


def test_it_passes_through_grid_search(cohort):
    search = GridSearchCV(pipeline(), {"model__C": [0.01, 1.0]}, cv=3).fit(cohort, cohort.target)
    assert search.predict_proba(cohort).shape == (120, 2)


@pytest.mark.parametrize(
    "index", [[3, 1, 2], np.array([3, 1, 2]), np.isin(np.arange(120), [1, 2, 3]), np.array([-117, 1, 2])]
)
def test_rows_are_the_rows_asked_for(cohort, index):
    cut = cohort.rows(index)
    assert set(cut.ids) == {"P0001", "P0002", "P0003"}
    for name, block in cut.blocks.items():
        wanted = cohort.blocks[name].frame.set_axis(cohort.ids).loc[cut.ids]
        pd.testing.assert_frame_equal(block.frame.set_axis(cut.ids), wanted)
    assert cut.shape == (3, 8)
    assert len(cut) == 3


def test_a_cut_holds_copies_and_no_way_back(cohort):
    cut = cohort.rows([0, 1])
    for block in cut.blocks.values():
        assert not np.shares_memory(
            block.frame.iloc[:, 0].to_numpy(), cohort.blocks["genes"].frame.to_numpy()
        )
        assert block.frame.to_numpy(dtype=object).shape[0] == 2
    reachable = [value for value in vars(cut).values() if value is cohort]
    assert not reachable
    assert not np.shares_memory(cut.target, cohort.target)


def test_it_is_read_only(cohort):
    with pytest.raises(ValueError, match="read-only"):
        cohort.target[0] = 1
    with pytest.raises(AttributeError):
        cohort.ids = cohort.ids


def test_unequal_parts_are_refused():
    ids = np.array(["a", "b"], dtype=object)
    with pytest.raises(ValueError, match="target has 3 rows"):
        Cohort(ids, {"x": Table(ids, pd.DataFrame({"g": [1.0, 2.0]}))}, np.array([0, 1, 1]))


def test_positions_beyond_the_end_are_refused(cohort):
    with pytest.raises(IndexError):
        cohort.rows([500])


def test_a_missing_row_of_a_table_is_missing_throughout():
    ids = np.array(["a", "b"], dtype=object)
    frame = pd.DataFrame({"g": [1.0, 2.0], "s": ["x", "y"], "o": pd.Categorical(["I", "II"], ordered=True)})
    cut = Table(ids, frame).rows(np.array([1, -1]))
    assert cut.frame["g"].tolist()[0] == 2.0
    assert cut.frame.iloc[1].isna().all()
    assert cut.frame["s"][1] is None
    assert cut.frame["o"].dtype == frame["o"].dtype
