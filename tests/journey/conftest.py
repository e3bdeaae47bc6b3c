"""What every journey starts from."""

from pathlib import Path

import pytest

from tests.journey.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The clinic's table in a folder of its own, and the command line."""
    return Desk(tmp_path, capsys, monkeypatch)
