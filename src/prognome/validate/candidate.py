"""A model that stands for election."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prognome.core.space import Space


@dataclass(frozen=True, eq=False)
class Candidate:
    """An unfitted estimator with its name, its place on the menu and what may be searched.

    Parameters
    ----------
    label
        Its name in every table.
    estimator
        Unfitted; takes a cohort. It is cloned before every fit.
    rank
        Its place on the menu; a smaller one is simpler.
    space
        Parameter path → what a search may try; empty means nothing to search.
    baseline
        Whether it stands to be beaten.
    reluctant
        Whether it is the best only where no other comes within one standard error of it, however simple it
        is: it stands for comparison, and nobody asked for it as an answer.
    comparison_only
        Whether it can never be the best, since it cannot answer for a new row.
    members
        Candidates that stand in the same study and whose answers it joins; then it is not fitted by itself
        (:mod:`prognome.validate.join`).
    """

    label: str
    estimator: Any
    rank: int
    space: Space = field(default_factory=dict)
    baseline: bool = False
    reluctant: bool = False
    comparison_only: bool = False
    members: tuple[Candidate, ...] = ()

    @property
    def standing(self) -> tuple[bool, int]:
        """Its place in an election: the reluctant stand behind all others."""
        return (self.reluctant, self.rank)

    def with_params(self, params: Mapping[str, Any]) -> Any:
        """A fresh clone with these parameters."""
        from sklearn.base import clone

        return clone(self.estimator).set_params(**params)
