"""Principal components equal scikit-learn's, with settled signs and no more than the rank."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.decomposition import PCA

from prognome.errors import DataError
from prognome.prepare.reduce import PrincipalComponents


@pytest.fixture
def table():
    rng = np.random.default_rng(6)
    return rng.normal(size=(50, 8)) @ rng.normal(size=(8, 8)) + 5


@pytest.mark.parametrize("components", [1, 3, 8, 0.8])
def test_components_equal_scikit_learn(table, components):
    ours = PrincipalComponents(components=components).fit(table)
    theirs = PCA(n_components=components, random_state=0).fit(table)
    assert_array_equal(ours.transform(table), theirs.transform(table))
    assert_array_equal(ours.explained_variance_ratio_, theirs.explained_variance_ratio_)


def test_scores_by_hand():
    # points on the line through (0, 0) and (2, 2): distances along it are -sqrt 2, 0, sqrt 2
    made = PrincipalComponents(components=1).fit_transform([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    assert_allclose(made.ravel(), [-np.sqrt(2), 0, np.sqrt(2)], atol=1e-14)


def test_components_are_capped_by_rank(table):
    flat = np.column_stack([table[:, 0], 2 * table[:, 0], table[:, 1], np.ones(50)])
    for components in (4, 1.0, 99):
        assert PrincipalComponents(components=components).fit_transform(flat).shape == (50, 2)
    wide = np.random.default_rng(0).normal(size=(5, 30))
    assert PrincipalComponents(components=10).fit_transform(wide).shape == (5, 4)


def test_columns_that_do_not_vary_give_no_component():
    assert PrincipalComponents().fit_transform(np.full((4, 3), 0.1)).shape == (4, 0)


def test_largest_loading_is_positive(table):
    loadings = PrincipalComponents(components=5).fit(table).components_
    assert (loadings[np.arange(5), np.abs(loadings).argmax(axis=1)] > 0).all()


def test_components_stand_in_front_and_categories_pass(table):
    frame = pd.DataFrame(table, columns=[f"g{i}" for i in range(8)])
    frame.insert(2, "sex", "F")
    made = PrincipalComponents(components=2).fit_transform(frame)
    assert made.columns.tolist() == ["PC1", "PC2", "sex"]


def test_missing_values_are_refused_at_fit_and_at_transform(table):
    gappy = table.copy()
    gappy[3, 1] = np.nan
    with pytest.raises(DataError, match="Put an imputing step"):
        PrincipalComponents().fit(gappy)
    with pytest.raises(DataError, match="1 column holds missing values; seen: x1"):
        PrincipalComponents().fit(table).transform(gappy)
