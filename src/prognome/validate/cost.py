"""What a piece of work costs: seconds, memory, and the size of what it leaves."""

from __future__ import annotations

import math
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from prognome.core.shared_work import SHARED

_MB = 1_000_000
_KIB = 1024
_FORGET_PEAK = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Cost:
    """What was spent between two moments.

    Parameters
    ----------
    wall_seconds
        On the wall.
    cpu_seconds
        Of the processor, all threads of this process.
    peak_mb
        Highest resident memory above that at the start, in 10⁶ bytes; NaN where the system does not say.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


class Meter:
    """Reads costs while a piece of work goes on; made by :func:`measured`.

    Memory that the process held already and uses again does not count, so a peak says what had to be added.
    """

    def __init__(self) -> None:
        SHARED.begin()
        _give_back_free_memory()
        self._exact = _reset_peak()
        self._base = _resident() if self._exact else _highest_ever()
        self._top = self._base
        self._began = self._lap = (time.perf_counter(), time.process_time())
        self._total: Cost | None = None

    def lap(self) -> Cost:
        """What was spent since the last lap, or the start; its peak lies above the memory of the start.

        Seconds that another piece of work spent and this one profits from count as if it had spent them: a
        model costs what it would cost alone.
        """
        cost = self._since(self._lap, self._read_peak())
        wall, cpu = SHARED.settle()
        cost = replace(cost, wall_seconds=cost.wall_seconds + wall, cpu_seconds=cost.cpu_seconds + cpu)
        self._lap = (time.perf_counter(), time.process_time())
        if self._exact:
            _reset_peak()
        return cost

    @property
    def total(self) -> Cost:
        """What was spent from the start to the end, or until now."""
        if self._total is not None:
            return self._total
        self._read_peak()
        return self._since(self._began, self._top)

    def stop(self) -> None:
        """Freeze the total."""
        self._total = self.total

    def _read_peak(self) -> float:
        """Highest memory since the last lap, and since the start in ``_top``."""
        peak = _peak() if self._exact else _highest_ever()
        self._top = max(self._top, peak)
        return peak

    def _since(self, moment: tuple[float, float], peak: float) -> Cost:
        wall, cpu = time.perf_counter() - moment[0], time.process_time() - moment[1]
        return Cost(wall, cpu, peak if math.isnan(peak) else max(0.0, (peak - self._base) / _MB))


@contextmanager
def measured() -> Iterator[Meter]:
    """Measure what the block inside costs.

    Peak memory is read from the Linux kernel, which is told to begin anew; where that cannot be done, it is
    by how much the highest memory of the whole process grew, which misses peaks below an earlier one; where
    even that is unknown, NaN. One meter at a time: one inside another would hide the outer one's earlier
    peak.

    Yields
    ------
    Meter
        Its ``total`` after the block, its ``lap()`` inside.

    Examples
    --------
    >>> with measured() as meter:
    ...     numbers = list(range(1000))
    ...     first = meter.lap()
    >>> meter.total.wall_seconds >= first.wall_seconds > 0
    True
    """
    meter = Meter()
    try:
        yield meter
    finally:
        meter.stop()


def size_kb(model: Any) -> float | None:
    """Size of a fitted model as a bundle would save it, in 10³ bytes; None for one that cannot be saved."""
    from skops import io

    try:
        return len(io.dumps(model, compression=zipfile.ZIP_DEFLATED, compresslevel=6)) / 1000
    except Exception:  # skops raises what a foreign type makes it raise
        return None


def _reset_peak() -> bool:
    """Let the kernel forget the highest memory so far; whether it did."""
    try:
        _FORGET_PEAK.write_text("5")
    except OSError:
        return False
    return not math.isnan(_peak())


def _peak() -> float:
    return _status("VmHWM:")


def _resident() -> float:
    return _status("VmRSS:")


def _status(name: str) -> float:
    """One line of what the kernel knows of this process, in bytes; NaN where there is none."""
    try:
        lines = _STATUS.read_text().splitlines()
        return float(next(line for line in lines if line.startswith(name)).split()[1]) * _KIB
    except (OSError, StopIteration, IndexError, ValueError):
        return float("nan")


def _highest_ever() -> float:
    """Highest memory since the process began, in bytes; NaN where the system does not count it."""
    try:
        import resource
        import sys

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return float(most) * (1 if sys.platform == "darwin" else _KIB)
    except (ImportError, OSError, ValueError):
        return float("nan")


def _give_back_free_memory() -> None:
    """Return what earlier work freed, so that it does not hide what this one needs."""
    try:
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
    except (ImportError, OSError, AttributeError, TypeError):
        pass
