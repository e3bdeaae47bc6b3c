"""Where variants stand."""

from __future__ import annotations

import numpy as np
import pytest

from prognome.simulate.sites import AUTOSOMES_BP, GAP_BP, draw_sites


@pytest.mark.parametrize("variants", [22, 200, 3000, 40_000])
def test_sites_rise_within_chromosomes_and_stay_inside_them(variants):
    sites = draw_sites(np.random.default_rng(1), variants)
    assert len(sites) == variants
    assert set(sites.chromosome) == set(range(1, 23))
    steps = np.diff(sites.position)
    new = np.diff(sites.chromosome)
    assert set(new) <= {0, 1}
    assert (steps[new == 0] > 0).all()
    assert (sites.position >= 1).all()
    assert (sites.position <= np.array(AUTOSOMES_BP)[sites.chromosome - 1]).all()


def test_neighbours_in_a_block_are_kilobases_apart_and_blocks_much_farther():
    sites = draw_sites(np.random.default_rng(1), 3000)
    steps = np.diff(sites.position)
    inside = np.diff(sites.block) == 0
    between = ~inside & (np.diff(sites.chromosome) == 0)
    assert steps[inside].min() >= GAP_BP[0]
    assert steps[inside].max() < GAP_BP[1]
    assert np.median(steps[between]) > 5_000_000


def test_two_thirds_and_more_of_the_changes_are_transitions():
    # 2/3 drawn as transitions; the rest are transversions only
    sites = draw_sites(np.random.default_rng(1), 20_000)
    pairs = {frozenset("AG"), frozenset("CT")}
    share = np.mean([{ref, alt} in pairs for ref, alt in zip(sites.ref, sites.alt, strict=True)])
    assert share == pytest.approx(2 / 3, abs=0.015)
