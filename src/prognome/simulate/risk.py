"""From genotypes, expression and the clinic to a true risk, and how well anybody could tell it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.simulate.expression import MODULES, Genes
from prognome.simulate.people import People
from prognome.simulate.sites import Sites
from prognome.simulate.truth import ClinicalEffects

Numbers = NDArray[np.float64]

CAUSAL_VARIANTS = 12
CAUSAL_GENES = 6
ACTING_SHIFTS = 4  # causal variants that also shift a causal gene
OTHER_SHIFTS = 30
ALT_FREQUENCY = (0.2, 0.5)
VARIANTS_SD = 1.15  # spread of each part of the log odds among the people who train
GENES_SD = 1.10
STRENGTHS = (0.4, 2.0)  # of single effects, relative to each other
INTERACTION_LOG_ODDS = 1.0
PREVALENCE = 0.30


@dataclass(frozen=True, eq=False)
class Causes:
    """Which variants and genes matter, and which way.

    Parameters
    ----------
    variants
        (12,) sites, each in a block of its own; the first two interact.
    genes
        (6,) genes, each in a module of its own.
    variant_signs, gene_signs
        (12,), (6,) direction and relative strength.
    shift_variants, shift_genes, shifts
        (s,) sites, genes, and log2 units an ALT allele adds. The first four are causal on both sides,
        and act in the variant's own direction.
    """

    variants: NDArray[np.int64]
    genes: NDArray[np.int64]
    variant_signs: Numbers
    gene_signs: Numbers
    shift_variants: NDArray[np.int64]
    shift_genes: NDArray[np.int64]
    shifts: Numbers


def draw_causes(rng: np.random.Generator, sites: Sites, frequency: Numbers, genes: Genes) -> Causes:
    """Choose causes among named variants whose ALT allele is neither rare nor the rule.

    Parameters
    ----------
    rng
        Source of chance.
    sites
        The v sites.
    frequency
        (v,) of the ALT allele where the models train.
    genes
        The g genes.
    """
    unfit = (frequency < ALT_FREQUENCY[0]) | (frequency > ALT_FREQUENCY[1]) | (sites.ids == ".")
    order = np.lexsort((rng.random(len(sites)), unfit))
    _, first_of_block = np.unique(sites.block[order], return_index=True)
    apart = order[np.sort(first_of_block)]
    variants = apart[:CAUSAL_VARIANTS]
    causal_genes = np.array(
        [rng.choice(np.flatnonzero(genes.module == m)) for m in rng.permutation(MODULES)[:CAUSAL_GENES]]
    )
    variant_signs = rng.choice([-1.0, 1.0], CAUSAL_VARIANTS) * _strengths(rng, CAUSAL_VARIANTS)
    variant_signs[:2] = np.abs(variant_signs[:2])  # who carries both has more of everything
    gene_signs = rng.choice([-1.0, 1.0], CAUSAL_GENES) * _strengths(rng, CAUSAL_GENES)

    idle = np.setdiff1d(np.arange(len(genes)), causal_genes)
    others = rng.choice(
        len(apart) - CAUSAL_VARIANTS, min(OTHER_SHIFTS, len(apart) - CAUSAL_VARIANTS), replace=False
    )
    shift_variants = np.concatenate([variants[2 : 2 + ACTING_SHIFTS], apart[CAUSAL_VARIANTS + others]])
    shift_genes = np.concatenate([causal_genes[:ACTING_SHIFTS], rng.choice(idle, len(others), replace=False)])
    shifts = rng.uniform(0.35, 0.6, len(shift_genes)) * genes.sd[shift_genes]
    shifts *= rng.choice([-1.0, 1.0], len(shifts))
    agree = np.sign(variant_signs[2 : 2 + ACTING_SHIFTS] * gene_signs[:ACTING_SHIFTS])
    shifts[:ACTING_SHIFTS] = agree * np.abs(shifts[:ACTING_SHIFTS])
    return Causes(
        variants, causal_genes, variant_signs, gene_signs, shift_variants, shift_genes, np.round(shifts, 3)
    )


def _strengths(rng: np.random.Generator, count: int) -> Numbers:
    """(count,) a few strong ones and many weaker ones, in any order."""
    return rng.permutation(np.linspace(*STRENGTHS, count))


def genotype_shifts(causes: Causes, people: People) -> dict[int, Numbers]:
    """Gene → (n,) log2 units that each person's genotype adds."""
    dosage = people.dosage[causes.shift_variants]
    return {int(g): shift * d for g, shift, d in zip(causes.shift_genes, causes.shifts, dosage, strict=True)}


@dataclass(frozen=True, eq=False)
class RiskModel:
    """The log odds of disease as a function of everything true.

    Parameters
    ----------
    causes
        Which variants and genes.
    variants, genes
        (12,), (6,) log odds for an ALT allele, for a log2 unit.
    gene_means
        (6,) where a gene's effect is 0.
    interaction
        Log odds for carriers of both of the first two variants.
    clinical
        Effects of the clinical table.
    intercept
        Log odds where all parts are 0.
    """

    causes: Causes
    variants: Numbers
    genes: Numbers
    gene_means: Numbers
    interaction: float
    clinical: ClinicalEffects
    intercept: float

    def parts(self, people: People, expression: Numbers) -> pd.DataFrame:
        """(n) rows: each part of the log odds, and the risk between 0 and 1."""
        dosage = people.dosage[self.causes.variants]
        parts = pd.DataFrame({"id": people.ids})
        parts["variants"] = (self.variants[:, None] * dosage).sum(axis=0)
        parts["interaction"] = self.interaction * ((dosage[0] > 0) & (dosage[1] > 0))
        parts["genes"] = (self.genes * (expression[:, self.causes.genes] - self.gene_means)).sum(axis=1)
        parts["clinical"] = clinical_log_odds(self.clinical, people.clinical)
        total = self.intercept + parts[["variants", "interaction", "genes", "clinical"]].sum(axis=1)
        parts["risk"] = 1 / (1 + np.exp(-total))
        return parts


def clinical_log_odds(effects: ClinicalEffects, clinical: pd.DataFrame) -> pd.Series:
    """(n,) what age, BMI and smoking add."""
    smoking = clinical["smoking"].map(
        {"never": 0.0, "former": effects.former_smoker, "current": effects.current_smoker}
    )
    age = effects.age_per_year * (clinical["age_years"] - 58)
    return age + effects.bmi_per_unit * (clinical["bmi"] - 27) + smoking


def set_risk(causes: Causes, genes: Genes, people: People, expression: Numbers) -> RiskModel:
    """Effects such that each part spreads as meant, and PREVALENCE of these people fall ill.

    Parameters
    ----------
    causes
        Which variants and genes.
    genes
        The g genes.
    people
        Those who train.
    expression
        (n, g) their true expression, log2 units.
    """
    variant_part = (causes.variant_signs[:, None] * people.dosage[causes.variants]).sum(axis=0)
    gene_part = (causes.gene_signs / genes.sd[causes.genes] * expression[:, causes.genes]).sum(axis=1)
    model = RiskModel(
        causes,
        variants=np.round(causes.variant_signs * VARIANTS_SD / variant_part.std(), 3),
        genes=np.round(causes.gene_signs / genes.sd[causes.genes] * GENES_SD / gene_part.std(), 3),
        gene_means=np.round(genes.mean[causes.genes], 2),
        interaction=INTERACTION_LOG_ODDS,
        clinical=ClinicalEffects(),
        intercept=0.0,
    )
    risk = model.parts(people, expression)["risk"].to_numpy()
    rest = np.log(risk / (1 - risk))
    low, high = -20.0, 20.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if (1 / (1 + np.exp(-middle - rest))).mean() < PREVALENCE else (low, middle)
        )
    return replace(model, intercept=round(low, 3))


def expected_auc(risk: Numbers) -> float:
    """The AUC that true risks have on average: over pairs of people, one ill and one not.

    The chance that i is ill and j is not, p_i(1-p_j), weighs whether p_i > p_j. No score does better, because
    the likelihood ratio orders people as p does (Neyman–Pearson).

    Parameters
    ----------
    risk
        (n,) between 0 and 1.

    References
    ----------
    Gail and Pfeiffer, Biostatistics 6 (2005) 227-239: concordance from the distribution of risk.

    >>> round(expected_auc(np.array([0.2, 0.8])), 4)  # .8 × .8 against .2 × .2
    0.9412
    """
    levels, level, size = np.unique(risk, return_inverse=True, return_counts=True)
    ill = levels * size
    well = np.bincount(level, weights=1 - risk)
    below = np.cumsum(well) - well
    himself = (risk * (1 - risk)).sum()
    right = (ill * (below + well / 2)).sum() - himself / 2
    return float(right / (ill.sum() * well.sum() - himself))


def drawn_auc(risk: Numbers, disease: NDArray[np.int64]) -> float:
    """The AUC of a score for a drawn disease: the Mann–Whitney statistic, ties half.

    >>> drawn_auc(np.array([0.1, 0.4, 0.4, 0.9]), np.array([0, 0, 1, 1]))
    0.875
    """
    ranks = pd.Series(risk).rank().to_numpy()
    ill = disease == 1
    cases, controls = int(ill.sum()), int((~ill).sum())
    return float((ranks[ill].sum() - cases * (cases + 1) / 2) / (cases * controls))
