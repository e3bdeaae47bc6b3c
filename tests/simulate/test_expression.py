"""Measured expression carries the variants' shifts, the runs' shifts and the hospital's noise."""

from __future__ import annotations

import numpy as np
import pytest

from prognome.simulate.expression import (
    HOSPITAL_SD,
    MODULE_SHARE,
    RUN_SD,
    draw_expression,
    draw_genes,
    measure,
)


def test_variants_shift_the_genes_that_the_truth_names(simulated):
    rows = {row[2]: place for place, row in enumerate(simulated.vcf["north"].fields)}
    rows |= {
        ":".join([*row[:2], *row[3:5]]): place for place, row in enumerate(simulated.vcf["north"].fields)
    }
    distances = []
    for shift in simulated.truth.expression_shifts:
        dosage = simulated.vcf["north"].dosage[rows[shift.variant]]
        level = simulated.expression["north"][shift.gene].to_numpy()
        known = np.isfinite(dosage) & np.isfinite(level)
        centred = dosage[known] - dosage[known].mean()
        slope = (centred * level[known]).sum() / (centred**2).sum()
        error = level[known].std() / np.sqrt((centred**2).sum())
        distances.append((slope - shift.log2_shift) / error)
    assert len(distances) == 34
    assert np.max(np.abs(distances)) < 4
    assert np.sqrt(np.mean(np.square(distances))) == pytest.approx(1, abs=0.4)


def test_some_causal_variants_act_through_causal_genes(simulated):
    variants = {variant.id for variant in simulated.truth.causal_variants}
    genes = {gene.gene for gene in simulated.truth.causal_genes}
    both = [s for s in simulated.truth.expression_shifts if s.variant in variants and s.gene in genes]
    assert len(both) == 4


@pytest.mark.parametrize("hospital", ["north", "south"])
def test_runs_shift_genes_by_the_stated_amount(simulated, hospital):
    expression = simulated.expression[hospital]
    run = simulated.clinical[hospital]["run"]
    means = expression.groupby(run).mean()
    spread = expression.groupby(run).std().mean()
    chance = (expression.groupby(run).std() ** 2 / len(run) * 3).mean()
    between = means.var(ddof=1) - chance
    biological = spread / np.sqrt(1 + (0.25 if hospital == "north" else 0.9) ** 2)
    assert np.sqrt((between / biological**2).mean()) == pytest.approx(RUN_SD, rel=0.12)


def test_genes_of_a_module_rise_and_fall_together():
    genes = draw_genes(np.random.default_rng(1), 40)
    expression = draw_expression(np.random.default_rng(2), genes, {}, 20_000)
    r = np.corrcoef(expression.T)
    same = (genes.module[:, None] == genes.module) & ~np.eye(40, dtype=bool)
    assert r[same].mean() == pytest.approx(MODULE_SHARE, abs=0.02)
    assert np.abs(r[genes.module[:, None] != genes.module]).max() < 0.05
    assert expression.mean(axis=0) == pytest.approx(genes.mean, abs=0.05)
    assert expression.std(axis=0) == pytest.approx(genes.sd, rel=0.05)


def test_a_shift_reaches_its_gene_and_no_other():
    genes = draw_genes(np.random.default_rng(1), 30)
    plain = draw_expression(np.random.default_rng(2), genes, {}, 50)
    shifted = draw_expression(np.random.default_rng(2), genes, {7: np.full(50, 1.5)}, 50)
    difference = shifted - plain
    assert difference[:, 7] == pytest.approx(np.full(50, 1.5))
    assert not np.delete(difference, 7, axis=1).any()


def test_a_hospital_shift_is_of_the_stated_size():
    genes = draw_genes(np.random.default_rng(1), 4000)
    true = np.tile(genes.mean, (50, 1))
    seen = measure(np.random.default_rng(2), genes, true, np.arange(50), noise_sd=0.0)
    shift = np.nanmean(seen - true, axis=0) / genes.sd
    # fifty runs of one person each: what is common to all is the hospital's, plus RUN_SD/sqrt(50)
    assert shift.std() == pytest.approx(np.hypot(HOSPITAL_SD, RUN_SD / np.sqrt(50)), rel=0.05)
