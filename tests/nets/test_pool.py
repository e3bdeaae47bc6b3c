"""Pooling along a sequence, worked out on paper."""

import torch

from prognome.nets.pool import Stretches

MAPS = torch.tensor([[[1.0, -5.0], [4.0, -2.0], [0.0, 0.0], [3.0, -9.0]]])


def test_largest_in_two_bins_mean_and_sum_by_place():
    pool = Stretches(2, 4, 2)
    with torch.no_grad():
        pool.place.copy_(torch.tensor([[1.0, 0.0], [10.0, 0.0], [100.0, 0.0], [1000.0, 1.0]]))
    everywhere = torch.ones(1, 4, dtype=torch.bool)
    # bins of the first feature 4 and 3, of the second -2 and 0; means 2 and -4; 1 + 40 + 3000 and -9
    assert pool(MAPS, everywhere).tolist() == [[4, 3, -2, 0, 2, -4, 3041, -9]]


def test_places_where_nothing_is_known_do_not_count():
    pool = Stretches(2, 4, 1)
    known = torch.tensor([[True, True, False, True]])
    # without the zero of the third place the largest of the second feature is -2, and its mean -16 / 3
    said = pool(MAPS, known)[0]
    torch.testing.assert_close(said, torch.tensor([4, -2, 8 / 3, -16 / 3, 0, 0]))


def test_a_row_or_a_stretch_without_anything_says_nothing():
    assert not Stretches(2, 4, 2)(torch.zeros(1, 4, 2), torch.zeros(1, 4, dtype=torch.bool)).any()
    known = torch.tensor([[True, True, False, False]])
    assert Stretches(2, 4, 2)(MAPS * known[:, :, None], known).tolist() == [[4, 0, -2, 0, 2.5, -3.5, 0, 0]]


def test_there_are_never_more_bins_than_places():
    assert Stretches(3, 2, 8).bins == 2
    assert Stretches(3, 2, 8).out_features == 3 * 4
