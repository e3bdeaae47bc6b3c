"""What every test may use: a private state folder, public data, small cohorts with a known answer."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from prognome.core.cohort import Cohort
from prognome.core.study import Study
from prognome.core.table import Table

os.environ.setdefault("OMP_NUM_THREADS", "1")
settings.register_profile("quiet", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("quiet")


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory, monkeypatch):
    """The ledger of test looks belongs to the test, not to the user."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(scope="session")
def data() -> Path:
    """The public data sets; skips where they are absent."""
    root = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get("PROGNOME_DATA", root.parent / "shared" / "data"))
    if not (folder / "golub").is_dir():
        pytest.skip(f"no data sets at {folder}; set PROGNOME_DATA")
    return folder


def patients_table(n: int = 120, seed: int = 0) -> pd.DataFrame:
    """A small clinic: age and g1 matter, the other genes do not; families of three; two sites."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"id": [f"P{k:04d}" for k in range(n)]})
    frame["age"] = rng.normal(60, 10, n).round(1)
    frame["sex"] = rng.choice(["f", "m"], n)
    for gene in range(1, 7):
        frame[f"g{gene}"] = rng.normal(0, 1, n).round(3)
    frame.loc[rng.choice(n, n // 10, replace=False), "g2"] = np.nan
    frame["family"] = [f"F{k // 3}" for k in range(n)]
    frame["site"] = rng.choice(["north", "south"], n)
    logit = 1.5 * frame["g1"] + 0.08 * (frame["age"] - 60)
    frame["ill"] = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    frame["stage"] = pd.cut(
        logit + rng.normal(0, 0.5, n), [-np.inf, -0.7, 0.7, np.inf], labels=["I", "II", "III"]
    )
    frame["dose"] = (30 + 6 * frame["g1"] + 0.2 * (frame["age"] - 60) + rng.normal(0, 2, n)).round(2)
    return frame


@pytest.fixture
def patients(tmp_path) -> Path:
    """That clinic as a TSV."""
    path = tmp_path / "patients.tsv"
    patients_table().to_csv(path, sep="\t", index=False)
    return path


@pytest.fixture
def clinic_study(patients) -> Study:
    """A quick study of that clinic."""
    return make_study(patients)


def make_study(path: Path, **changes: object) -> Study:
    """A quick study of that clinic, with changes."""
    said: dict[str, object] = {
        "name": "clinic",
        "rows": {"id": "id"},
        "blocks": {
            "clinical": {"path": str(path), "columns": ["age", "sex"]},
            "genes": {"path": str(path), "columns": ["g*"]},
        },
        "target": {"path": str(path), "column": "ill", "kind": "binary", "positive": 1},
        "split": {"outer": {"folds": 3}},
        "judge": {"bootstrap": 100},
        "models": ["logistic", {"random_forest": {"n_estimators": 10}}],
        "seed": 3,
    }
    return Study.from_mapping({**said, **changes}, folder=path.parent)


@pytest.fixture
def cohort() -> Cohort:
    """The clinic as a cohort, without files."""
    frame = patients_table()
    ids = frame["id"].to_numpy(dtype=object)
    return Cohort(
        ids,
        {
            "clinical": Table(ids, frame[["age", "sex"]]),
            "genes": Table(ids, frame[[f"g{k}" for k in range(1, 7)]]),
        },
        frame["ill"].to_numpy(),
        ("0", "1"),
        frame["family"].to_numpy(dtype=object),
    )
