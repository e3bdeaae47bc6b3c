"""Augmentation: what it changes, by hand, and what it must leave alone."""

import numpy as np
import torch

from prognome.nets.augment import AWAY, Augmentation, augmented
from prognome.sequence.alphabet import DNA
from tests.nets.windows import spec_of

CODES = torch.from_numpy(np.random.default_rng(0).integers(0, 4, (500, 61), dtype=np.uint8))


def change(codes, kind="sequence", **how):
    before = codes.clone()
    spec = spec_of(codes.shape[-1], kind=kind)
    said = augmented({"window": codes}, spec, Augmentation(**how), torch.Generator().manual_seed(0))["window"]
    assert torch.equal(codes, before)  # what came is left as it was
    return said


def test_shift_moves_a_row_by_its_own_number_of_places_and_pads():
    moved = change(CODES, shift=3)
    seen = set()
    for row, came in zip(moved.tolist(), CODES.tolist(), strict=True):
        options = {by: [DNA.pad] * by + came[: 61 - by] for by in range(4)}
        options |= {-by: came[by:] + [DNA.pad] * by for by in range(1, 4)}
        fitting = [by for by, option in options.items() if option == row]
        assert fitting
        seen.add(fitting[0])
    assert seen == {-3, -2, -1, 0, 1, 2, 3}


def test_both_sequences_of_a_pair_are_shifted_alike():
    both = torch.stack([CODES, CODES], dim=1)
    moved = change(both, kind="pair", shift=5)
    assert torch.equal(moved[:, 0], moved[:, 1])
    assert not torch.equal(moved, both)


def test_mutation_of_a_pair_is_the_same_in_both_and_never_near_the_variant():
    other = CODES.clone()
    other[:, 30] = (other[:, 30] + 1) % 4
    both = torch.stack([CODES, other], dim=1)
    mutated = change(both, kind="pair", mutate=0.5)
    near = slice(30 - AWAY, 30 + AWAY + 1)
    assert torch.equal(mutated[:, :, near], both[:, :, near])
    differs = mutated[:, 0] != mutated[:, 1]
    assert differs[:, 30].all()
    assert differs.sum() == 500
    outside = (mutated != both).float().mean(dim=(0, 1))
    share = torch.cat([outside[: 30 - AWAY], outside[30 + AWAY + 1 :]]).mean()
    assert abs(share - 0.375) < 0.015  # half of the places, a quarter of them to the letter that was there
    assert AWAY >= 10


def test_mutation_leaves_padding_and_unsure_letters():
    codes = CODES.clone()
    codes[:, :5], codes[:, 5:8] = DNA.pad, DNA.any
    mutated = change(codes, mutate=0.9)
    assert torch.equal(mutated[:, :8], codes[:, :8])
    assert (mutated[:, 8:] < 4).all()
    assert not torch.equal(mutated, codes)


def test_noise_is_added_to_numbers_only():
    table = torch.zeros(4000, 5)
    said = change(table, kind="signal", noise=0.3)
    assert abs(said.std() - 0.3) < 0.01
    assert torch.equal(change(CODES, noise=0.3), CODES)


def test_mix_up_is_drawn_from_beta():
    generator = torch.Generator().manual_seed(0)
    shares = np.array([Augmentation(mix=2.0).draw_mix(4, generator)[0] for _ in range(4000)])
    # Beta(2, 2): mean 1/2, variance 1/20
    assert abs(shares.mean() - 0.5) < 0.015
    assert abs(shares.var() - 0.05) < 0.005
    assert Augmentation().draw_mix(4, generator) == (1.0, None)
    assert Augmentation(mix=1.0).draw_mix(1, generator) == (1.0, None)
