"""What the training rows of a block looked like: sums that tell later whether new rows look alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.letters import compose
from prognome.core.mean_distance import MeanDistance
from prognome.core.sequences import Sequences
from prognome.core.table import Table

Array = NDArray[np.float64]
Level = tuple[str, str]

CLIP = 5.0
LEAST_ROWS = 10
QUANTILE_ROWS = 50
LEAST_SHARE = 0.01
LEAST_HOLDERS = 5
_CELLS = 4_000_000
_SCALE_ROWS = 500
_GRAM_ROWS = 400
_IQR = 1.3489795003921634  # interquartile range of the standard normal distribution


@dataclass(frozen=True, eq=False)
class BlockProfile:
    """Summary of a block's training rows, without a value of any of them.

    Of a sequence the numbers are its length and its composition (see :func:`as_measured`). A number becomes
    a *reading*: ``(value - centre) / width``, clipped to ±5, so that no outlier counts for more. A category
    becomes one reading of 0 or 1 for each frequent level. Everything else is about readings.

    Parameters
    ----------
    rows
        Training rows that have the block.
    units
        Independent ones among them: groups where the study has enough of them, else rows.
    numbers
        Names of the p number columns.
    levels
        L (column, level) pairs: levels that at least 1 % and at least 5 of the rows hold.
    centre, width
        (p,) from 50 rows on, median and interquartile range (as a standard deviation); mean and standard
        deviation below, or where half the values are one. ``width`` has two significant digits and
        ``centre`` is rounded to a step between a hundredth and a tenth of it.
    average, deviation
        (p + L,) mean and standard deviation of the readings; a deviation of 0 marks a column that is constant
        but for fewer than five rows.
    known
        (p + L,) training rows with a value.
    length_mean, length_sd
        Over rows, of the log of a row's mean squared standardised reading: how far rows lie from the middle.
    apart
        How far means of such rows lie apart by chance, columns that move together included.
    """

    rows: int
    units: int
    numbers: tuple[str, ...]
    levels: tuple[Level, ...]
    centre: Array
    width: Array
    average: Array
    deviation: Array
    known: NDArray[np.int64]
    length_mean: float
    length_sd: float
    apart: MeanDistance

    @classmethod
    def learn(cls, table: Table, *, groups: NDArray[np.object_] | None = None) -> Self | None:
        """Summarise a block.

        **Learns** centres, widths, shares of levels and the spread of rows from the rows of ``table``.

        Returns
        -------
        None where fewer than 10 rows have the block.
        """
        frame = as_measured(table)
        has = np.asarray(frame.notna().to_numpy().any(axis=1))
        if not has.all():
            frame = frame.iloc[np.flatnonzero(has)]
            groups = None if groups is None else groups[has]
        n = len(frame)
        if n < LEAST_ROWS:
            return None
        numbers = tuple(str(name) for name, dtype in frame.dtypes.items() if _is_number(dtype))
        levels = _frequent_levels(frame, numbers)
        centre, width = np.zeros(len(numbers)), np.ones(len(numbers))
        size = len(numbers) + len(levels)
        average, deviation = np.zeros(size), np.zeros(size)
        known = np.zeros(size, dtype=np.int64)
        some = _spaced(n, _GRAM_ROWS)
        gram = np.zeros((len(some), len(some)))
        rows = _RowSums(n)
        for at, values in _chunks(frame, numbers, levels):
            if at.start < len(numbers):
                centre[at], width[at] = _scale(values)
                values = _read(values, centre[at], width[at])
            average[at], deviation[at], known[at] = _moments(values)
            standard = _standardise(values, average[at], deviation[at])
            rows.add(standard)
            filled = np.nan_to_num(standard[some], nan=0.0)
            gram += filled @ filled.T
        lengths = rows.mean_squares()
        logs = np.log(lengths[lengths > 0])
        return cls(
            n,
            _independent(n, groups),
            numbers,
            levels,
            centre,
            width,
            average,
            deviation,
            known,
            _plain(logs.mean()) if len(logs) else 0.0,
            _plain(logs.std()) if len(logs) else 0.0,
            MeanDistance.learn(gram, rows.squares),
        )

    def readings(self, frame: pd.DataFrame) -> Iterator[tuple[slice, Array]]:
        """Standardised readings of new rows, columns a few at a time; NaN where missing or not known."""
        for at, values in _chunks(frame, self.numbers, self.levels):
            if at.start < len(self.numbers):
                values = _read(values, self.centre[at], self.width[at])
            yield at, _standardise(values, self.average[at], self.deviation[at])

    @property
    def columns(self) -> list[str]:
        """(p + L,) the column each reading comes from."""
        return [*self.numbers, *(column for column, _ in self.levels)]

    @property
    def reach(self) -> Array:
        """(p + L,) how far a standardised reading can lie from its mean."""
        far = np.concatenate([CLIP + np.abs(self.average[: len(self.numbers)]), np.ones(len(self.levels))])
        with np.errstate(divide="ignore"):
            return np.asarray(far / self.deviation)

    def to_mapping(self) -> dict[str, Any]:
        """Plain data for JSON; the names of the number columns stand in the schema."""
        return {
            "rows": self.rows,
            "units": self.units,
            "levels": [list(pair) for pair in self.levels],
            **{name: getattr(self, name).tolist() for name in _ARRAYS},
            "known": _shortened(self.known),
            "length_mean": self.length_mean,
            "length_sd": self.length_sd,
            "apart": self.apart.to_mapping(),
        }

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any], numbers: Sequence[str]) -> Self:
        """The profile that :meth:`to_mapping` wrote, for a block with these number columns.

        Raises
        ------
        ValueError
            If it was made for other columns.
        """
        arrays = {name: np.array(data[name], dtype=np.float64) for name in _ARRAYS}
        levels = tuple((str(column), str(level)) for column, level in data["levels"])
        size = len(numbers) + len(levels)
        said = data["known"]
        known = np.full(size, said) if isinstance(said, int) else np.array(said)
        for name, wanted in (("centre", len(numbers)), ("width", len(numbers)), ("average", size)):
            if len(arrays[name]) != wanted:
                raise ValueError(f"{name} has {len(arrays[name])} entries, the block {wanted}")
        if not len(arrays["deviation"]) == len(known) == size:
            raise ValueError("deviation and known do not fit the block")
        return cls(
            rows=int(data["rows"]),
            units=int(data["units"]),
            numbers=tuple(numbers),
            levels=levels,
            centre=arrays["centre"],
            width=arrays["width"],
            average=arrays["average"],
            deviation=arrays["deviation"],
            known=known.astype(np.int64),
            length_mean=float(data["length_mean"]),
            length_sd=float(data["length_sd"]),
            apart=MeanDistance.from_mapping(data["apart"]),
        )


def as_measured(table: Table) -> pd.DataFrame:
    """The columns that a profile speaks of: those of a table; of sequences length and composition."""
    return compose(table) if isinstance(table, Sequences) else table.frame


_ARRAYS = ("centre", "width", "average", "deviation")


class Tally:
    """Sums over new rows in a profile's readings, batch by batch, in memory that does not grow.

    Parameters
    ----------
    profile
        What the training rows looked like.
    """

    def __init__(self, profile: BlockProfile) -> None:
        self.profile = profile
        self.rows = 0
        size = len(profile.average)
        self.known = np.zeros(size, dtype=np.int64)
        self.sums = np.zeros(size)
        self._log_length = 0.0
        self._lengths = 0

    def add(self, frame: pd.DataFrame) -> None:
        """Count these rows in; those without any value of the block are passed over."""
        rows = _RowSums(len(frame))
        for at, values in self.profile.readings(frame):
            seen = ~np.isnan(values)
            self.known[at] += seen.sum(axis=0)
            self.sums[at] += np.nansum(values, axis=0)
            rows.add(values)
        lengths = rows.mean_squares()
        self.rows += int((rows.known > 0).sum())
        self._lengths += int((lengths > 0).sum())
        self._log_length += float(np.log(lengths[lengths > 0]).sum())

    @property
    def means(self) -> Array:
        """(p + L,) mean standardised reading, NaN where nothing is known: training has 0."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.sums / self.known)

    @property
    def length_mean(self) -> float:
        """Mean log length of the rows; that of training where no row has one."""
        return self._log_length / self._lengths if self._lengths else self.profile.length_mean


class _RowSums:
    """Row by row, the mean of squares over columns that come a few at a time."""

    def __init__(self, n: int) -> None:
        self.squares, self.known = np.zeros(n), np.zeros(n)

    def add(self, values: Array) -> None:
        self.squares += np.nansum(values * values, axis=1)
        self.known += (~np.isnan(values)).sum(axis=1)

    def mean_squares(self) -> Array:
        return np.divide(self.squares, self.known, out=np.zeros(len(self.squares)), where=self.known > 0)


def _is_number(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "fiub"


def _spaced(n: int, most: int) -> NDArray[np.intp]:
    """At most so many row positions, evenly spaced."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.intp))


def _independent(n: int, groups: NDArray[np.object_] | None) -> int:
    """Groups count as one row each, where there are enough of them to say anything."""
    count = n if groups is None else len(set(groups.tolist()))
    return count if count >= 2 * LEAST_ROWS else n


def _frequent_levels(frame: pd.DataFrame, numbers: Sequence[str]) -> tuple[Level, ...]:
    found: list[Level] = []
    for name in frame.columns.difference(list(numbers), sort=False):
        counts = frame[name].astype(object).value_counts()
        least = max(LEAST_HOLDERS, LEAST_SHARE * float(counts.sum()))
        found += [(str(name), str(level)) for level in sorted(counts.index[counts >= least])]
    return tuple(found)


def _chunks(
    frame: pd.DataFrame, numbers: Sequence[str], levels: Sequence[Level]
) -> Iterator[tuple[slice, Array]]:
    """Columns a few at a time: values of numbers, then 0 and 1 for levels; NaN where missing."""
    width = max(1, _CELLS // max(len(frame), 1))
    whole = len(numbers) == frame.shape[1] and list(numbers) == list(frame.columns)
    for start in range(0, len(numbers), width):
        at = slice(start, min(start + width, len(numbers)))
        part = frame.iloc[:, at] if whole else frame.reindex(columns=list(numbers[at]))
        yield at, part.to_numpy(dtype=np.float64, na_value=np.nan)
    for name in dict.fromkeys(column for column, _ in levels):
        kept = [level for column, level in levels if column == name]
        start = len(numbers) + levels.index((name, kept[0]))
        codes = np.full(len(frame), -1)
        if name in frame:
            codes = pd.Index(kept).get_indexer(pd.Index(frame[name].astype(object)))
        out = (codes[:, None] == np.arange(len(kept))).astype(np.float64)
        out[codes < 0] = np.nan
        yield slice(start, start + len(kept)), out


def _scale(values: Array) -> tuple[Array, Array]:
    """Centre and width of columns, robust where there are rows enough, rounded so that no value shows."""
    some = values[_spaced(len(values), _SCALE_ROWS)]
    count = (~np.isnan(some)).sum(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        filled = np.where(np.isnan(some), 0.0, some)
        mean = filled.sum(axis=0) / np.maximum(count, 1)
        apart = np.where(np.isnan(some), 0.0, some - mean)
        sd = np.sqrt((apart * apart).sum(axis=0) / np.maximum(count - 1, 1))
    ordered = np.sort(some, axis=0)  # missing ones come last
    quarter, half, most = (_quantile(ordered, count, share) for share in (0.25, 0.5, 0.75))
    robust = (count >= QUANTILE_ROWS) & (most > quarter)
    width = np.where(robust, (most - quarter) / _IQR, sd)
    width = np.where(np.isfinite(width) & (width > 0), width, 1.0)
    power = 10.0 ** np.floor(np.log10(width))
    width = np.round(width / power, 1) * power
    step = power / 10
    with np.errstate(over="ignore", invalid="ignore"):
        centre = np.round(np.where(robust, half, mean) / step) * step
    return _significant(np.nan_to_num(centre), 12), _significant(width, 3)


def _quantile(ordered: Array, count: NDArray[np.intp], share: float) -> Array:
    at = np.floor(np.maximum(count - 1, 0) * share + 0.5).astype(np.intp)
    return np.asarray(np.nan_to_num(np.take_along_axis(ordered, at[None, :], axis=0)[0]))


def _read(values: Array, centre: Array, width: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.clip((values - centre) / width, -CLIP, CLIP)


def _moments(values: Array) -> tuple[Array, Array, NDArray[np.int64]]:
    """Mean, standard deviation and count; a deviation that fewer than five rows make counts as none."""
    known = (~np.isnan(values)).sum(axis=0)
    mean = np.nansum(values, axis=0) / np.maximum(known, 1)
    squares = np.nan_to_num(values - mean) ** 2
    total, fourth = squares.sum(axis=0), (squares * squares).sum(axis=0)
    spread = np.sqrt(total / np.maximum(known - 1, 1))
    usable = (known >= LEAST_ROWS) & (spread > 1e-9) & (total**2 >= LEAST_HOLDERS * fourth)
    return _significant(mean, 6), _significant(np.where(usable, spread, 0.0), 6), known.astype(np.int64)


def _standardise(values: Array, average: Array, deviation: Array) -> Array:
    """Training has mean 0 and variance 1; a column that was constant says nothing."""
    inverse = np.divide(1.0, deviation, out=np.full(len(deviation), np.nan), where=deviation > 0)
    return np.asarray((values - average) * inverse)


def _significant(values: Array, digits: int) -> Array:
    return np.array([float(f"{value:.{digits}g}") for value in values.tolist()], dtype=np.float64)


def _plain(value: Any) -> float:
    return float(f"{float(value):.6g}")


def _shortened(known: NDArray[np.int64]) -> int | list[int]:
    """One number where all columns have as many values."""
    values: list[int] = known.tolist()
    return values[0] if values and len(set(values)) == 1 else values
