"""Wilson's interval of a share of rows; over folds, repeats and groups with the effective number of rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from prognome.core.delong import deviate
from prognome.core.proportions import Share, effective_size, wilson
from prognome.validate.judged_part import Estimate, JudgedPart, mean_over_folds


def estimate_share(part: JudgedPart, shares: Sequence[Share]) -> list[Estimate]:
    """One estimate for each fold, and last the one over all folds.

    Parameters
    ----------
    part
        Folds and units.
    shares
        Hits and those counted, in each fold.

    References
    ----------
    Wilson (1927), JASA 22:209–212; effective size: Korn and Graubard (1998), Survey Methodology 24:193–201.
    """
    found = [_estimate(part, [k], [share]) for k, share in enumerate(shares)]
    whole = found[0] if len(shares) == 1 else _estimate(part, range(len(shares)), shares)
    return [*found, whole]


def _estimate(part: JudgedPart, which: Sequence[int], shares: Sequence[Share]) -> Estimate:
    values = np.array([share.value for share in shares])
    value = float(mean_over_folds(values))
    if math.isnan(value):
        return Estimate(value, value, value, "Wilson, not defined")
    defined = [k for k in range(len(shares)) if not math.isnan(values[k])]
    pulls, counted = np.zeros(len(part.rows)), np.zeros(len(part.rows), dtype=bool)
    for k in defined:
        share, place = shares[k], part.places[which[k]]
        pulls[place] += (share.hit - value * share.base) / (share.base.sum() * len(defined))
        counted[place] |= share.base
    rows, units = int(counted.sum()), part.units_among(counted)
    plain = len(shares) == 1 and part.by == "rows"
    if plain:
        size: float = rows
    else:
        excess = part.widen() ** 2 if len(shares) > 1 else 1.0
        size = effective_size(value, excess * float((part.by_unit(pulls) ** 2).sum()), units)
    z = deviate(part.interval.level)
    if part.by == "groups":
        if units < 2:
            return Estimate(value, math.nan, math.nan, "Wilson, one group only")
        z = deviate(part.interval.level, units - 1) * math.sqrt(units / (units - 1))
    low, high = wilson(value, size, z)
    name = "Wilson" if plain else f"Wilson, effective n {size:.0f}, {part.by}"
    return Estimate(value, low, high, name + part.note)
