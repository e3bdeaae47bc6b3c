"""The bar of pieces and networks on a terminal; one line a piece, or nothing, elsewhere."""

import io

import pytest
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn

from prognome.cli import console
from prognome.cli.console import Told, _Bar, bar, losses, name_network
from prognome.validate.training_watch import NetworkStatus, WatchesTraining

CNN = NetworkStatus("cnn", "cv", 1, 2, 3, 7, 40, 0.41234, 0.45678)


@pytest.fixture
def shown():
    """A terminal of 120 columns."""
    return Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)


def test_a_network_says_its_model_fold_and_losses():
    assert name_network(CNN) == "cnn, cv fold 2, network 3"
    assert losses(CNN) == "epochs at most; loss 0.412, validation 0.457"
    blind = NetworkStatus("cnn", "test", 1, 1, 1, 7, 40, 0.41234, float("nan"))
    assert name_network(blind) == "cnn, test, network 1"
    assert losses(blind) == "epochs at most; loss 0.412"


def test_networks_come_and_go_below_the_bar_of_pieces(shown):
    columns = TextColumn("{task.description}"), MofNCompleteColumn(), TextColumn("{task.fields[word]}")
    progress = Progress(*columns, console=shown, auto_refresh=False)
    one = _Bar("judging", progress)
    assert isinstance(one, WatchesTraining)
    one(2, 20, "cnn, cv fold 1")
    one.training([CNN])
    shown.print(progress.get_renderable())
    text = shown.file.getvalue()
    assert "2/20" in text
    assert "cnn, cv fold 1" in text
    assert "cnn, cv fold 2, network 3" in text
    assert "7/40" in text
    assert "loss 0.412, validation 0.457" in text
    one.training([])
    assert [task.description for task in progress.tasks] == ["judging"]


def test_elsewhere_it_is_silent_but_for_one_line_a_piece_with_verbose(capsys, monkeypatch):
    monkeypatch.setattr(console, "TOLD", Told())
    with bar("judging") as move:
        move(1, 20, "cnn, cv fold 1")
        assert not isinstance(move, WatchesTraining), "nobody asks networks where nobody can see them"
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(console, "TOLD", Told(verbose=True))
    with bar("judging") as move:
        move(0, 20, "")
        move(1, 20, "cnn, cv fold 1")
    assert capsys.readouterr().err == "judging: 1 of 20, cnn, cv fold 1\n"
