"""Batches: every row once an epoch, no batch of a few rows."""

import numpy as np
import pytest
import torch

from prognome.nets.rows import Rows, batches, count_batches


@pytest.mark.parametrize(
    ("n", "size", "sizes"),
    [(10, 4, [4, 4, 2]), (9, 4, [4, 5]), (3, 8, [3]), (8, 4, [4, 4]), (1, 1, [1]), (5, 4, [5])],
)
def test_a_short_last_batch_joins_the_one_before(n, size, sizes):
    target = torch.arange(n)
    found = list(batches({"x": target * 2}, target, size, torch.Generator().manual_seed(0)))
    assert [len(y) for _, y in found] == sizes
    assert count_batches(n, size) == len(sizes)
    assert sorted(torch.cat([y for _, y in found]).tolist()) == list(range(n))
    assert all((given["x"] == 2 * y).all() for given, y in found)


def test_without_a_generator_rows_come_in_order():
    found = list(batches({}, torch.arange(5), 2, None))
    assert [y.tolist() for _, y in found] == [[0, 1], [2, 3], [4]]


def test_blocks_of_different_length_are_refused():
    with pytest.raises(ValueError, match="different length"):
        Rows({"a": np.zeros((2, 3), np.float32), "b": np.zeros((3, 3), np.float32)}, {})
