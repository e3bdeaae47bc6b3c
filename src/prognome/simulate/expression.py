"""Expression of simulated genes: modules, variants that shift it, and what runs and hospitals do to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GENES = 400
MODULES = 10
MODULE_SHARE = 0.4  # of a gene's variance that its module explains
HOSPITAL_SD = 0.4  # shifts in units of a gene's own spread
RUN_SD = 0.35
GAPS = 0.01


@dataclass(frozen=True, eq=False)
class Genes:
    """What is the same for everybody.

    Parameters
    ----------
    names
        (g,) invented names.
    module
        (g,) genes of one module rise and fall together.
    mean, sd
        (g,) log2 units.
    """

    names: NDArray[np.object_]
    module: NDArray[np.int64]
    mean: NDArray[np.float64]
    sd: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.names)


def draw_genes(rng: np.random.Generator, count: int = GENES) -> Genes:
    """Draw levels and spreads of genes; module m holds genes m, m + 10, m + 20, …."""
    names = np.array([f"SIMG{number:04d}" for number in range(1, count + 1)], dtype=object)
    return Genes(names, np.arange(count) % MODULES, rng.uniform(5, 11, count), rng.uniform(0.6, 1.1, count))


def draw_expression(
    rng: np.random.Generator, genes: Genes, shifts: Mapping[int, NDArray[np.float64]], people: int
) -> NDArray[np.float64]:
    """The true expression of people.

    Parameters
    ----------
    rng
        Source of chance.
    genes
        The g genes.
    shifts
        Gene → (people,) what each person's genotype adds, in log2 units.
    people
        How many.

    Returns
    -------
    (people, g) log2 units.
    """
    together = rng.standard_normal((people, MODULES))[:, genes.module]
    alone = rng.standard_normal((people, len(genes)))
    level = np.sqrt(MODULE_SHARE) * together + np.sqrt(1 - MODULE_SHARE) * alone
    expression = genes.mean + genes.sd * level
    for gene, shift in shifts.items():
        expression[:, gene] += shift
    return expression


def measure(
    rng: np.random.Generator,
    genes: Genes,
    expression: NDArray[np.float64],
    run: NDArray[np.int64],
    *,
    noise_sd: float,
) -> NDArray[np.float64]:
    """What a hospital's machine makes of it: a shift of the hospital, one of each run, noise, gaps.

    Parameters
    ----------
    rng
        Source of chance.
    genes
        The g genes.
    expression
        (n, g) true, log2 units.
    run
        (n,) sequencing run from 0.
    noise_sd
        Of the machine, in units of a gene's own spread.

    Returns
    -------
    (n, g) log2 units to two decimals, at least 0; NaN for a gap.
    """
    hospital = HOSPITAL_SD * rng.standard_normal(len(genes))
    runs = RUN_SD * rng.standard_normal((int(run.max()) + 1, len(genes)))
    noise = noise_sd * rng.standard_normal(expression.shape)
    measured = expression + genes.sd * (hospital + runs[run] + noise)
    measured = np.maximum(measured.round(2), 0.0)
    measured[rng.random(measured.shape) < GAPS] = np.nan
    return measured
