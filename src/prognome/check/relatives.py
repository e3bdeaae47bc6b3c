"""Guard: relatives, twins and people who were taken twice, by their genotypes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prognome.check.together import outside_groups
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.kinship import Noise, call_genotypes, connected, king_robust, measure_noise
from prognome.core.table import Table, is_number
from prognome.errors import StudyError

GUARD = "related_people"
FEWEST_VARIANTS = 100
MOST_VARIANTS = 20_000
MOST_WORK = 4e12  # pairs × variants
FEW_FALSE = 0.1
NOT_AUTOSOMAL = frozenset(("x", "y", "xy", "m", "mt", "23", "24", "25", "26"))


@dataclass(frozen=True)
class Degree:
    """A degree of relationship and the least kinship that stands for it (Manichaikul 2010, table 1)."""

    name: str
    kinship: float


DEGREES = (
    Degree("relatives up to the second degree", 0.0884),
    Degree("relatives of the first degree", 0.1770),
    Degree("the same person twice, or identical twins", 0.3540),
)


def find_related_people(
    cohort: Cohort, *, genotypes: Collection[str] = (), groups: NDArray[np.object_] | None = None
) -> list[Alarm]:
    """Pairs of people whose KING-robust kinship is that of relatives.

    How distant a relative can be told depends on the number of variants: the degree is raised until chance
    alone would link fewer than .1 pairs among unrelated people.

    Parameters
    ----------
    cohort
        All rows; its target is not looked at.
    genotypes
        Blocks known to hold dosages, such as those read from VCF. Other blocks are taken for genotypes where
        at least 100 columns hold nothing but 0, 1, 2 and missing, in Hardy–Weinberg-like proportions.
    groups
        (n,) groups declared, if any: pairs within one are in order.

    References
    ----------
    Manichaikul et al. 2010, Bioinformatics 26:2867.
    """
    found: list[Alarm] = []
    for name, table in cohort.blocks.items():
        calls = _genotypes_of(table, known=name in genotypes)
        if calls is None:
            continue
        rows = np.flatnonzero((calls >= 0).any(axis=1))
        calls = _thin(calls[rows])
        degree, noise = _tell(calls)
        if degree is None:
            continue
        kin = king_robust(calls, threshold=degree.kinship)
        apart = outside_groups(rows[kin.pairs], groups)
        if apart.any():
            pairs, kinship = rows[kin.pairs][apart], kin.kinship[apart]
            found.append(_alarm(name, pairs, kinship, len(cohort), calls.shape[1], degree, noise))
    return found


def link_relatives(
    cohort: Cohort, threshold: float, *, genotypes: Collection[str] = ()
) -> NDArray[np.intp] | None:
    """(m, 2) rows whose kinship reaches a threshold in some block of genotypes; None where none holds any.

    For groups by kinship (``split: {outer: {group: {kinship: 0.0884}}}``), with
    :func:`prognome.core.kinship.merge`.

    Raises
    ------
    StudyError
        If so few variants cannot tell that degree from chance.
    """
    found = []
    for name, table in cohort.blocks.items():
        calls = _genotypes_of(table, known=name in genotypes)
        if calls is not None:
            thinned = _thin(calls)
            by_chance = measure_noise(thinned).false_pairs(threshold)
            if by_chance >= FEW_FALSE:
                raise StudyError(
                    "split.outer.group",
                    f"kinship {threshold:g} cannot be told from chance in block {name}",
                    seen=f"{thinned.shape[1]:,} variants, about {by_chance:,.1f} pairs by chance",
                    mend="Say a closer degree: 0.177 for parents and children, 0.354 for duplicates.",
                )
            found.append(king_robust(thinned, threshold=threshold).pairs)
    return np.unique(np.concatenate(found), axis=0) if found else None


def holds_genotypes(cohort: Cohort, *, genotypes: Collection[str] = ()) -> bool:
    """Whether some block holds enough genotypes for kinship."""
    return any(
        _genotypes_of(table, known=name in genotypes) is not None for name, table in cohort.blocks.items()
    )


def _genotypes_of(table: Table, *, known: bool) -> NDArray[np.int8] | None:
    """(n, autosomal variants) calls, or None where the block holds none, or too few."""
    if table.shape[1] < FEWEST_VARIANTS or not is_number(table.frame).all():
        return None
    values = table.frame.to_numpy(dtype=np.float64)
    if not known and not _like_genotypes(values[: min(len(values), 500)]):
        return None
    autosomal = [not _sex_linked(name) for name in table.names]
    calls = call_genotypes(values)[:, autosomal]
    if not known:
        odd = np.isfinite(values[:, autosomal]) & (calls < 0)
        if odd.any():
            return None
    calls = calls[:, (calls == 1).any(axis=0)]
    return calls if calls.shape[1] >= FEWEST_VARIANTS else None


def _sex_linked(name: str) -> bool:
    chromosome, colon, _ = name.partition(":")
    return bool(colon) and chromosome.lower().removeprefix("chr") in NOT_AUTOSOMAL


def _like_genotypes(values: NDArray[np.float64]) -> bool:
    """Nothing but 0, 1, 2, with as many heterozygotes and homozygotes as genotypes have."""
    known = np.isfinite(values)
    if not np.isin(values[known], (0.0, 1.0, 2.0)).all():
        return False
    n = np.maximum(known.sum(axis=0), 1)
    one, two = (values == 1).sum(axis=0), (values == 2).sum(axis=0)
    p = (one + 2 * two) / (2 * n)
    common = (p > 0.05) & (p < 0.95)
    if common.sum() < FEWEST_VARIANTS / 2:
        return False
    heterozygotes = one[common].sum() / (n * 2 * p * (1 - p))[common].sum()
    homozygotes = two[common].sum() / (n * p**2)[common].sum()
    return bool(0.7 < heterozygotes < 1.2 and 0.5 < homozygotes < 3)


def _thin(calls: NDArray[np.int8]) -> NDArray[np.int8]:
    """No more variants than are needed, evenly along the genome."""
    pairs = max(len(calls) * (len(calls) - 1) / 2, 1)
    most = max(min(MOST_VARIANTS, int(MOST_WORK / pairs)), FEWEST_VARIANTS)
    if calls.shape[1] <= most:
        return calls
    return calls[:, np.linspace(0, calls.shape[1] - 1, most).astype(np.intp)]


def _tell(calls: NDArray[np.int8]) -> tuple[Degree | None, Noise]:
    """The most distant degree that chance does not imitate."""
    noise = measure_noise(calls)
    for degree in DEGREES:
        if noise.false_pairs(degree.kinship) < FEW_FALSE:
            return degree, noise
    return None, noise


def _alarm(
    block: str,
    pairs: NDArray[np.intp],
    kinship: NDArray[np.float64],
    n: int,
    variants: int,
    degree: Degree,
    noise: Noise,
) -> Alarm:
    families = np.bincount(connected(pairs, n))
    people = int(families[families > 1].sum())
    twice = int((kinship >= DEGREES[-1].kinship).sum())
    what = (
        f"{len(pairs):,} pairs of rows are {degree.name} by their genotypes: {people:,} of {n:,} rows, in "
        f"{int((families > 1).sum()):,} families, the largest of {int(families.max()):,}."
    )
    if twice and degree is not DEGREES[-1]:
        what += f" {twice:,} pairs are the same person twice, or identical twins."
    if degree is not DEGREES[0]:
        what += f" With {variants:,} variants more distant relatives cannot be told from chance."
    return Alarm(
        GUARD,
        f"block {block}",
        what,
        "Relatives must stay on one side of every split: name their family "
        "(split: {outer: {group: COLUMN}}), "
        f"or let kinship make the groups (split: {{outer: {{group: {{kinship: {degree.kinship:g}}}}}}}).",
        {
            "pairs": len(pairs),
            "rows": people,
            "families": int((families > 1).sum()),
            "largest_family": int(families.max()),
            "same_person_pairs": twice,
            "variants": variants,
            "kinship_threshold": degree.kinship,
            "kinship_error": round(noise.error, 4),
            "expected_false_pairs": float(f"{noise.false_pairs(degree.kinship):.2g}"),
        },
        pairs,
    )
