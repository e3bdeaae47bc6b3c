"""The demonstration: a simulated cohort with its study, ready to run."""

from __future__ import annotations

from pathlib import Path

from prognome.core.files import new_folder
from prognome.simulate.cohort import write_cohort
from prognome.simulate.study import write_study

LAYOUT = ("truth.json", "truth_risk.tsv", "README.txt", "study.yaml", "north", "south", "out")


def write_demo(folder: Path, *, seed: int = 1, people: int = 1200, overwrite: bool = False) -> Path:
    """Write cohort and study into a new folder, whole or not at all; return the study's path.

    Parameters
    ----------
    folder
        Where it shall stand.
    seed
        The same seed writes the same bytes.
    people
        In both hospitals together.
    overwrite
        Replace an earlier demonstration.
    """
    with new_folder(folder, overwrite=overwrite, layout=LAYOUT) as made:
        write_cohort(made, seed=seed, people=people)
        write_study(made)
    return folder / "study.yaml"
