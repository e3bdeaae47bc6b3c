"""The interval over sites, studies or batches left out one at a time: the question is of one never seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from prognome.core.delong import deviate
from prognome.core.jackknife import scale_of
from prognome.validate.judged_part import Estimate


def estimate_over_sites(metric: str, by_site: Sequence[Estimate], within: Estimate, level: float) -> Estimate:
    """Student's interval of the mean over sites, or the one within sites where that is wider.

    Parameters
    ----------
    metric
        Its name, which tells its bounds: ends of a share lie between 0 and 1.
    by_site
        One estimate for each site.
    within
        The estimate over all sites when only rows are drawn.
    level
        Such as .95.

    References
    ----------
    Student (1908), Biometrika 6:1–25; why sites and not rows: Snell et al. (2018), Statistical Methods in
    Medical Research 27:3505–3522.
    """
    values = np.array([site.value for site in by_site])
    values = values[~np.isnan(values)]
    if len(values) < 2:
        return replace(within, method=f"{within.method}, within sites alone")
    value = within.value
    reach = deviate(level, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    low, high = scale_of(metric).bounded((value - reach, value + reach))
    if not (within.high - within.low <= high - low) and not math.isnan(within.low):
        return replace(within, method=f"{within.method}, within sites: they differ less than their rows")
    return Estimate(value, low, high, f"Student's t over {len(values)} folds, each a site never seen")
