"""prognome: machine learning on genomic data for personalised medicine, with results that hold up.

>>> import prognome
>>> study = prognome.Study.from_mapping(
...     {"blocks": {"mrna": {"path": "mrna.tsv"}}, "target": {"column": "dose", "kind": "number"}}
... )
>>> [model.label for model in study.models]
['ridge', 'random_forest', 'xgboost']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prognome.version import __version__

if TYPE_CHECKING:
    from prognome.core.bundle import Bundle
    from prognome.core.cohort import Cohort
    from prognome.core.study import Study
    from prognome.jobs.load import load
    from prognome.jobs.run import RunResult, run

__all__ = ["Bundle", "Cohort", "RunResult", "Study", "__version__", "load", "run"]

_HOMES = {
    "Bundle": "prognome.core.bundle",
    "Cohort": "prognome.core.cohort",
    "RunResult": "prognome.jobs.run",
    "Study": "prognome.core.study",
    "load": "prognome.jobs.load",
    "run": "prognome.jobs.run",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that ``import prognome`` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'prognome' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
