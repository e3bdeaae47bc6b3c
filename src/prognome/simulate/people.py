"""Who the simulated people are: hospitals, families, genotypes by descent, and the clinical table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.simulate.haplotypes import Alleles, Ancestry, copy_haplotypes, transmit
from prognome.simulate.sites import Sites

SIBLING_SHARE = 1 / 3
MIXED_COUPLES = 0.1
RUNS = 3
SMOKING = np.array(["never", "former", "current"], dtype=object)
FIRST_DAY = np.datetime64("2019-03-01")
DAYS = 1_400


@dataclass(frozen=True)
class Hospital:
    """One hospital and the people of its region.

    Parameters
    ----------
    name
        Its folder.
    prefix
        First letter of its ids.
    first_population
        Share of founders from the first of the two populations.
    age_mean_years
        Mean age of its people.
    smokers
        Shares of never, former, current.
    noise_sd
        Of its sequencer, in units of a gene's own spread.
    """

    name: str
    prefix: str
    first_population: float
    age_mean_years: float
    smokers: tuple[float, float, float]
    noise_sd: float


NORTH = Hospital("north", "N", 0.75, 58.0, (0.50, 0.29, 0.21), 0.25)
SOUTH = Hospital("south", "S", 0.30, 60.0, (0.47, 0.28, 0.25), 0.9)


@dataclass(frozen=True, eq=False)
class People:
    """The people of one hospital, in order of recruitment.

    Parameters
    ----------
    ids
        (n,) ``N0001`` ….
    family
        (n,) family from 0; siblings share it, others stand alone.
    haplotypes
        (v, n, 2) alleles from the father and from the mother.
    clinical
        (n) rows: age_years, sex, bmi, smoking, run, recruited; complete, as it truly is.
    """

    ids: NDArray[np.object_]
    family: NDArray[np.int64]
    haplotypes: Alleles
    clinical: pd.DataFrame

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dosage(self) -> NDArray[np.int8]:
        """(v, n) ALT alleles 0, 1, 2."""
        return self.haplotypes[:, :, 0] + self.haplotypes[:, :, 1]


def draw_people(
    rng: np.random.Generator, hospital: Hospital, sites: Sites, pools: tuple[Ancestry, Ancestry], count: int
) -> People:
    """Draw the people of one hospital.

    Parameters
    ----------
    rng
        Source of chance.
    hospital
        Where they are treated.
    sites
        The v sites.
    pools
        The region's founders of the first and of the second population.
    count
        How many people.
    """
    family = _draw_families(rng, count)
    families = int(family.max()) + 1
    started = rng.integers(0, DAYS, size=families)
    day = started[family] + rng.integers(0, 30, size=count)
    family = family[np.argsort(day, kind="stable")]
    day = np.sort(day)

    fathers = np.where(rng.random(families) < hospital.first_population, 0, 1)
    mothers = np.where(rng.random(families) < MIXED_COUPLES, 1 - fathers, fathers)
    gametes = [_gametes(rng, sites, pools, populations, family) for populations in (fathers, mothers)]
    clinical = _draw_clinical(rng, hospital, family)
    clinical["run"] = [f"{hospital.name}_run_{1 + RUNS * place // count}" for place in range(count)]
    clinical["recruited"] = (FIRST_DAY + day).astype(str)
    width = max(4, len(str(count)))
    ids = np.array([f"{hospital.prefix}{number:0{width}d}" for number in range(1, count + 1)], dtype=object)
    return People(ids, family, np.stack(gametes, axis=2), clinical)


def _draw_families(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """(count,) family of each person: a third of them in twos and threes."""
    sizes: list[int] = []
    while sum(sizes) < round(count * SIBLING_SHARE):
        sizes.append(3 if rng.random() < 0.3 else 2)
    sizes += [1] * (count - sum(sizes))
    return np.repeat(rng.permutation(len(sizes)), sizes)


def _gametes(
    rng: np.random.Generator,
    sites: Sites,
    pools: tuple[Ancestry, Ancestry],
    populations: NDArray[np.int64],
    family: NDArray[np.int64],
) -> Alleles:
    """(v, n) what each person got from a parent whose population is given by family."""
    parents = np.empty((len(sites), len(populations), 2), dtype=np.int8)
    for population, pool in enumerate(pools):
        where = np.flatnonzero(populations == population)
        copied = copy_haplotypes(rng, sites, pool, 2 * len(where))
        parents[:, where] = copied.reshape(len(sites), len(where), 2)
    return transmit(rng, sites, parents[:, family, 0], parents[:, family, 1])


def _draw_clinical(rng: np.random.Generator, hospital: Hospital, family: NDArray[np.int64]) -> pd.DataFrame:
    count, families = len(family), int(family.max()) + 1

    def alike(share: float) -> NDArray[np.float64]:
        """(n,) standard normal values with this correlation inside families."""
        common = rng.standard_normal(families)[family]
        return np.sqrt(share) * common + np.sqrt(1 - share) * rng.standard_normal(count)

    age = np.clip(np.round(hospital.age_mean_years + 11 * alike(0.6)), 25, 90).astype(int)
    sex = np.where(rng.random(count) < 0.5, "female", "male")
    bmi = np.clip(np.round(27 * np.exp(0.16 * alike(0.3)), 1), 16, 55)
    smoking = SMOKING[np.searchsorted(np.cumsum(hospital.smokers)[:-1], rng.random(count))]
    return pd.DataFrame({"age_years": age, "sex": sex, "bmi": bmi, "smoking": smoking})
