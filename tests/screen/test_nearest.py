"""Distances with gaps and means over the nearest, against scikit-learn, one row at a time and by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics.pairwise import nan_euclidean_distances

from prognome.screen.nearest import nearest_means, squared_distances

NAN = np.nan


@pytest.mark.parametrize(("rows", "training", "columns"), [(9, 33, 70), (3, 2, 1), (1, 66, 200)])
def test_distances_equal_scikit_learn(rows, training, columns):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(rows, columns)), rng.normal(size=(training, columns))
    if columns > 1:
        x[rng.random(x.shape) < 0.2] = NAN
        y[rng.random(y.shape) < 0.2] = NAN
    theirs = nan_euclidean_distances(x, y, squared=True) / columns
    assert_allclose(squared_distances(x, y), theirs, atol=2e-9)


def test_a_row_alone_is_as_far_as_in_a_crowd_and_equal_training_rows_are_equally_far():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 301)), rng.normal(size=(35, 301))
    y[34] = y[3]
    x[rng.random(x.shape) < 0.1] = NAN
    crowd = squared_distances(x, y)
    assert_array_equal(np.vstack([squared_distances(row[None], y) for row in x]), crowd)
    assert_array_equal(crowd[:, 34], crowd[:, 3])


def test_rows_that_share_no_column_are_infinitely_far():
    made = squared_distances([[1.0, NAN], [NAN, NAN]], [[NAN, 2.0], [3.0, 4.0]])
    assert_allclose(made, [[np.inf, 4.0], [np.inf, np.inf]], rtol=1e-8)
    assert_array_equal(squared_distances([[NAN]], [[NAN], [NAN]]), [[np.inf, np.inf]])


def test_means_by_hand():
    training = np.array([[0.0, 10.0, NAN], [2.0, 20.0, NAN], [9.0, 40.0, NAN], [1.0, NAN, NAN]])
    made = nearest_means([[1.0, NAN, NAN]], training, 2)  # two are as far as 1, and both have the column
    assert_array_equal(made, [[0.0, 15.0, NAN]])
    assert_array_equal(nearest_means([[8.0, NAN, 0.0]], training, 9), [[0.0, 70 / 3, 0.0]])
    assert_array_equal(nearest_means([[NAN, NAN, 5.0]], training, 1), [[NAN, NAN, 0.0]])


def test_other_layouts_and_float32_are_served_and_other_columns_refused():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(10, 6)).astype(np.float32)
    x[0, 0] = NAN
    made = nearest_means(x, x, 2)
    assert_array_equal(nearest_means(np.asfortranarray(x), x.astype(float), 2), made)
    with pytest.raises(ValueError, match="same columns"):
        squared_distances(x, x[:, 1:])
