"""What every journey starts from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The clinic's table in a folder of its own, and the command line."""
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose study has been run; look, do not touch."""
    desk = Desk(tmp_path_factory.mktemp("finished"))
    desk.ask()
    desk.run()
    before = desk.standing()
    yield desk
    assert desk.standing() == before
