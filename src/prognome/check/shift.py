"""Guard: another cohort, or a batch of new rows, does not look like the training rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from prognome.core.alarm import Alarm
from prognome.core.profile import LEAST_ROWS, Array, Tally, as_measured
from prognome.core.schema import Schema, list_names
from prognome.core.table import Table

GUARD = "shifted"
LEVEL = 0.001  # chance of a word about one cohort that comes from the same population
MODERATE = 0.25  # typical difference, in standard deviations, below which nothing is said
LARGE = 1.0  # from here on: as between platforms or units
WIDER = 1.25  # ratio of standard deviations, or its inverse, below which nothing is said
ALONE = 1.0  # difference from which a single column is named
BATCH_ROWS = 20  # rows of new patients from which a word is said
FALSE_SHARE = 0.05  # of the columns counted as moved, so many may be moved by chance
SHOWN = 20

Verdict = Literal["no shift shown", "some columns moved", "another spread", "shifted", "another scale"]


@dataclass(frozen=True)
class Shift:
    """How one block of some rows differs from training.

    Parameters
    ----------
    block
        Its name.
    rows, units, trained
        New rows that have the block, independent ones among them, and training rows.
    columns
        Columns that were compared.
    moved, up, down
        Columns that moved beyond chance (Benjamini-Hochberg, 5 %), and numbers among them by direction.
    typical
        Root mean square of the differences of column means, in training standard deviations, less what
        samples of these sizes differ by chance. Clipped readings make it stop at 5 or a little above.
    by_chance
        What samples of these sizes differ by chance, in the same unit.
    p
        Chance of such differences between two samples of one population.
    wider
        Ratio of the distances of rows from the middle: above 1 new values lie farther apart.
    p_wider
        Chance of such a ratio.
    alone
        Columns that moved by a standard deviation or more, each for itself beyond doubt, farthest first.
    verdict
        In words.
    """

    block: str
    rows: int
    units: int
    trained: int
    columns: int
    moved: int
    up: int
    down: int
    typical: float
    by_chance: float
    p: float
    wider: float
    p_wider: float
    alone: tuple[str, ...]
    verdict: Verdict

    @property
    def seen(self) -> bool:
        """Whether there is anything to say."""
        return self.verdict != "no shift shown"

    def sentence(self) -> str:
        """What was seen, with counts."""
        sizes = f"{self.rows:,} rows against {self.trained:,} training rows"
        if self.verdict == "some columns moved":
            return (
                f"{len(self.alone):,} of {self.columns:,} columns moved by a standard deviation or more "
                f"({list_names(self.alone)}; {sizes})"
            )
        if self.verdict == "another spread":
            how, times = (
                ("farther apart", self.wider) if self.wider > 1 else ("closer together", 1 / self.wider)
            )
            return f"values lie {times:.1f} times {how} than in training ({sizes})"
        beyond = "more than 3" if self.typical > 3 else f"{self.typical:.1f}"
        text = (
            f"column means differ by {beyond} standard deviations (root mean square, beyond the "
            f"{self.by_chance:.1f} that chance gives) and {_share(self.moved, self.columns)} of "
            f"{self.columns:,} columns moved ({sizes})"
        )
        if self.verdict == "another scale":
            text += ", as between platforms, units or ways of pre-processing"
        return text


@dataclass(frozen=True, eq=False)
class _Differences:
    """Column by column: the difference of means in standard deviations, and its standard error."""

    names: NDArray[np.object_]
    is_number: NDArray[np.bool_]
    by: Array
    error: Array
    reach: Array


class ShiftWatch:
    """Counts new rows in, batch by batch, and says how they differ from training.

    Parameters
    ----------
    schema
        With the profiles of its blocks.
    """

    def __init__(self, schema: Schema) -> None:
        self._tallies = {
            block.name: Tally(block.profile) for block in schema.blocks if block.profile is not None
        }

    def add(self, tables: Mapping[str, Table | None]) -> None:
        """Count the rows of these tables in, columns under the schema's names."""
        for name, tally in self._tallies.items():
            table = tables.get(name)
            if table is not None:
                tally.add(as_measured(table))

    def judge(self, *, groups: int | None = None, least: int = LEAST_ROWS) -> list[Shift]:
        """Compare block by block.

        Parameters
        ----------
        groups
            Groups among all rows, where rows of one group are alike; None where each stands for itself.
        least
            A block with fewer rows than this is passed over.
        """
        ready = {name: tally for name, tally in self._tallies.items() if tally.rows >= least}
        found = [
            compare(name, tally, units=_units(tally.rows, groups), level=LEVEL / max(len(ready), 1))
            for name, tally in ready.items()
        ]
        return [shift for shift in found if shift is not None]


def compare(block: str, tally: Tally, *, units: int, level: float = LEVEL) -> Shift | None:
    """Compare the new rows of one block with its training rows; None where no column can be compared.

    The test of all columns together is the squared distance of the means. Columns that move together make it
    vary more, rare levels make it skewed; both are known from training. The distance of rows from the middle
    has the row as its unit.

    A word needs both: a small chance, and a difference that matters.

    References
    ----------
    Srivastava & Du (2008), J Multivar Anal 99:386; Benjamini & Hochberg (1995), JRSS B 57:289.
    """
    profile = tally.profile
    share = units / max(tally.rows, 1)
    found = _differences(tally, share)
    if not len(found.by):
        return None
    n = profile.units
    excess = (n - 1) / (n - 3)  # of a squared t statistic, whose variance is estimated
    chance = float((found.error**2).mean()) * excess
    typical = _typical(found, np.ones(len(found.by), dtype=bool), excess)
    p = profile.apart.chance(_distance(tally, units, excess), units, n)
    wider, p_wider = _compare_lengths(tally, units)
    alone = _alone(found, level)
    moved = _moved(found, n - 1)
    verdict: Verdict = "no shift shown"
    if alone and _typical(found, ~np.isin(found.names, alone), excess) < MODERATE:
        verdict = "some columns moved"
    elif p < level and typical >= MODERATE:
        verdict = "another scale" if typical >= LARGE else "shifted"
    elif p_wider < level and not 1 / WIDER < wider < WIDER:
        verdict = "another spread"
    return Shift(
        block,
        tally.rows,
        units,
        profile.rows,
        len(set(found.names.tolist())),
        len(set(found.names[moved].tolist())),
        int((moved & found.is_number & (found.by > 0)).sum()),
        int((moved & found.is_number & (found.by < 0)).sum()),
        typical,
        float(np.sqrt(chance)),
        p,
        wider,
        p_wider,
        alone,
        verdict,
    )


def check_shift(
    schema: Schema,
    tables: Mapping[str, Table | None],
    *,
    where: str,
    groups: NDArray[np.object_] | None = None,
) -> list[Alarm]:
    """Compare another cohort with the training rows.

    Parameters
    ----------
    schema
        Learned from the training rows.
    tables
        Block → table of the other rows, in the schema's form.
    where
        What they are called: ``external vdx``.
    groups
        (n,) groups of the other rows, or None.
    """
    watch = ShiftWatch(schema)
    watch.add(tables)
    shifts = watch.judge(groups=None if groups is None else len(set(groups.tolist())))
    return [
        Alarm(
            GUARD,
            f"{where}, block {shift.block}",
            _capital(f"{shift.sentence()}."),
            _REMEDIES[shift.verdict],
            {
                **{key: _fact(value) for key, value in asdict(shift).items()},
                "columns_alone": len(shift.alone),
            },
        )
        for shift in shifts
        if shift.seen
    ]


def say_shift(shifts: list[Shift]) -> str:
    """One sentence for whoever asks about new patients; empty where nothing is to be said."""
    seen = [shift for shift in shifts if shift.seen]
    if not seen:
        return ""
    what = "; ".join(f"block {shift.block}: {shift.sentence()}" for shift in seen)
    return (
        f"these rows do not look like the training rows ({what}): do not trust decisions or probabilities "
        "before they were checked on rows of this kind with a known outcome"
    )


_DISTRUST = (
    "Until then trust neither decisions at a threshold learned on training rows nor probabilities: judge by "
    "ranking (AUC), or recalibrate on local rows with known outcome."
)
_REMEDIES: dict[Verdict, str] = {
    "another scale": "Bring both cohorts to one unit, platform and pre-processing, in a way that a single "
    f"new patient can go through as well. {_DISTRUST}",
    "shifted": "Compare pre-processing, laboratory and who was included; a difference of the patients stays. "
    f"{_DISTRUST}",
    "some columns moved": "Compare unit and coding of these columns, and who was included; leave out "
    f"what cannot be measured alike. {_DISTRUST}",
    "another spread": "Compare normalisation and unit, and who was included: a model learned on another "
    f"spread is too sure or not sure enough. {_DISTRUST}",
    "no shift shown": "",
}


def _differences(tally: Tally, share: float) -> _Differences:
    profile = tally.profile
    fewer = profile.units / profile.rows
    units = tally.known * share
    kept = (profile.deviation > 0) & (units >= LEAST_ROWS / 2)
    with np.errstate(divide="ignore"):
        variance = 1 / units + 1 / (profile.known * fewer)
    names = np.array(profile.columns, dtype=object)
    is_number = np.arange(len(names)) < len(profile.numbers)
    return _Differences(
        names[kept], is_number[kept], tally.means[kept], np.sqrt(variance[kept]), profile.reach[kept]
    )


def _typical(found: _Differences, which: NDArray[np.bool_], excess: float) -> float:
    """Root mean square difference of these columns beyond chance; infinite where they are the lesser part."""
    if 2 * which.sum() < len(which):
        return float("inf")
    return float(np.sqrt(max(float((found.by[which] ** 2 - excess * found.error[which] ** 2).mean()), 0.0)))


def _distance(tally: Tally, units: int, excess: float) -> float:
    """Squared distance of the means from those of training, over what chance gives; missing ones are 0."""
    profile = tally.profile
    used = profile.deviation > 0
    sums, known = tally.sums[used] / tally.rows, tally.known[used] / tally.rows
    trained = profile.known[used] * (profile.units / profile.rows)
    wanted = known / units + known**2 / trained
    return float((sums**2).sum() / (excess * wanted.sum()))


def _compare_lengths(tally: Tally, units: int) -> tuple[float, float]:
    """Ratio of the distances of rows from the middle, and its chance."""
    profile = tally.profile
    n = profile.units
    own = np.log((n + 1) / (n - 3))  # training rows lie closer to a middle that they made
    more = tally.length_mean - profile.length_mean - own
    error = max(profile.length_sd, 1e-6) * np.sqrt(1 / units + 1 / n)
    return float(np.exp(more / 2)), float(2 * t.sf(abs(more) / error, n - 1))


def _moved(found: _Differences, freedom: int) -> NDArray[np.bool_]:
    """Which readings moved, by the rule of Benjamini and Hochberg."""
    p = 2 * t.sf(np.abs(found.by / found.error), freedom)
    ordered = np.sort(p)
    passed = ordered <= FALSE_SHARE * np.arange(1, len(p) + 1) / len(p)
    return np.asarray(p <= ordered[passed].max()) if passed.any() else np.zeros(len(p), dtype=bool)


def _alone(found: _Differences, level: float) -> tuple[str, ...]:
    """Columns beyond doubt one by one: Bernstein's inequality asks for no normal distribution."""
    by = np.abs(found.by)
    exponent = by**2 / (2 * found.error**2 * (1 + found.reach * by / 3))
    sure = (2 * np.exp(-exponent) * len(by) < level) & (by >= ALONE)
    order = np.argsort(-by, kind="stable")
    return tuple(dict.fromkeys(found.names[order][sure[order]].tolist()))


def _units(rows: int, groups: int | None) -> int:
    return rows if groups is None or groups < LEAST_ROWS / 2 else min(rows, groups)


def _share(part: int, whole: int) -> str:
    percent = 100 * part / whole
    return f"{percent:.0f} %" if percent >= 1 or not part else "under 1 %"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fact(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    return list(value)[:SHOWN] if isinstance(value, tuple) else value
