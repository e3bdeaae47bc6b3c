"""At which times survival is asked about, and up to which it can be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.errors import StudyError

STEPS = 24  # of the grid on which curves are said and the Brier score is integrated
FOLLOWED_SHARE, FOLLOWED_ROWS = 0.1, 10


@dataclass(frozen=True)
class FollowUp:
    """The times of a study, in the unit of its target.

    Parameters
    ----------
    times
        At which a model says the share free of the event: a grid of equal steps up to ``tau``, and the
        horizons; rising.
    horizons
        At which figures are given by themselves; rising, all of them in ``times``.
    tau
        Up to which risk is judged. Beyond it too few rows are followed.
    """

    times: tuple[float, ...]
    horizons: tuple[float, ...]
    tau: float

    @property
    def columns(self) -> list[int]:
        """Places of the horizons in ``times``."""
        return [self.times.index(horizon) for horizon in self.horizons]

    def to_mapping(self) -> dict[str, Any]:
        """Plain data, as JSON has it."""
        return {"times": list(self.times), "horizons": list(self.horizons), "tau": self.tau}

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> FollowUp:
        """What :meth:`to_mapping` wrote."""
        return cls(
            tuple(float(one) for one in data["times"]),
            tuple(float(one) for one in data["horizons"]),
            float(data["tau"]),
        )


def learn_follow_up(
    target: NDArray[np.float64], horizons: Sequence[float] | None = None, tau: float | None = None
) -> FollowUp:
    """The times at which a study asks, where it does not say so itself.

    **Learns** ``tau`` (the latest time beyond which a tenth of the rows, and ten of them, are followed; never
    before the last horizon that was given), ``horizons`` (quartiles of the times of events up to there, to
    three digits), from the rows given.

    Parameters
    ----------
    target
        (n, 2) time and event of rows that are not test.
    horizons, tau
        What the study says; None: learn it.

    Raises
    ------
    StudyError
        For a time up to which nobody is followed, or no event before ``tau``.
    """
    time, event = target[:, 0], target[:, 1] == 1
    last = float(time.max())
    for key, given in (("judge.horizons", horizons or ()), ("judge.tau", () if tau is None else (tau,))):
        for one in given:
            if one >= last:
                raise StudyError(
                    key,
                    f"nobody outside the test part is followed beyond {one:g}",
                    seen=f"the longest time there is {last:.4g}",
                    mend="Take an earlier time, in the unit of the target's time.",
                )
    if tau is None:
        n = len(time)
        followed = max(int(np.ceil(FOLLOWED_SHARE * n)), min(FOLLOWED_ROWS, n // 2), 1)
        earlier = time[time < np.sort(time)[n - followed]]
        tau = max(float(earlier.max()) if len(earlier) else 0.0, *(horizons or (0.0,)), 0.0)
    before = time[event & (time <= tau)]
    if not len(before):
        raise StudyError(
            "judge.tau",
            f"no event happens up to {tau:.4g}, the time up to which risk is judged",
            seen=f"{int(event.sum())} events in {len(time):,} rows that are not test",
            mend="Give a later one: judge: {tau: TIME}; or check the columns of time and event.",
        )
    if horizons is None:
        quartiles = np.quantile(before, [0.25, 0.5, 0.75])
        horizons = [short if (short := float(f"{one:.3g}")) <= tau else float(one) for one in quartiles]
    if max(horizons) > tau:
        raise StudyError(
            "judge.horizons",
            f"{max(horizons):g} lies beyond judge.tau",
            seen=f"tau {tau:g}",
            mend="Take a later tau, or leave it out.",
        )
    asked = tuple(sorted({float(one) for one in horizons}))
    grid = {float(one) for one in np.linspace(0, tau, STEPS + 1)[1:]}
    return FollowUp(tuple(sorted(grid | set(asked))), asked, tau)
