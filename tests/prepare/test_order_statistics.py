"""Order statistics of many columns equal numpy's of one, to the last bit."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from prognome.prepare import order_statistics
from prognome.prepare.order_statistics import medians, modes, quantiles


@pytest.fixture
def gappy():
    rng = np.random.default_rng(3)
    numbers = rng.normal(size=(41, 60)) * 10.0 ** rng.integers(-3, 4, 60)
    numbers[rng.random(numbers.shape) < rng.random(60) * 0.6] = np.nan
    return numbers


def test_medians_equal_numpy_column_by_column(gappy):
    assert_array_equal(medians(gappy), [np.nanmedian(column) for column in gappy.T])


def test_quantiles_equal_numpy_column_by_column(gappy):
    expected = [np.nanpercentile(column, (10, 25, 75)) for column in gappy.T]
    assert_array_equal(quantiles(gappy, (0.10, 0.25, 0.75)), np.transpose(expected))


def test_mode_is_the_smallest_of_the_most_frequent():
    nan = np.nan
    numbers = np.array([[2.0, 1.0, nan], [2.0, 3.0, nan], [7.0, 3.0, nan], [7.0, nan, nan], [0.0, nan, nan]])
    assert_array_equal(modes(numbers), [2.0, 3.0, nan])


def test_columns_in_several_batches_give_the_same(gappy, monkeypatch):
    whole = medians(gappy), quantiles(gappy, (0.25,)), modes(np.round(gappy))
    monkeypatch.setattr(order_statistics, "CELLS_AT_ONCE", 100)
    for made, expected in zip(
        (medians(gappy), quantiles(gappy, (0.25,)), modes(np.round(gappy))), whole, strict=True
    ):
        assert_array_equal(made, expected)


def test_column_wholly_missing_gives_nan():
    empty = np.full((3, 1), np.nan)
    assert np.isnan([medians(empty)[0], quantiles(empty, (0.25,))[0, 0], modes(empty)[0]]).all()
