"""What every test may use: a private state folder, public data, small cohorts with a known answer."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from prognome.core.cohort import Cohort
from prognome.core.study import Study
from prognome.core.table import Table
from tests.clinic import make_study, patients_table

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
