"""The section on trainings: what is drawn, and when a training is called unfinished."""

import numpy as np
import pandas as pd

from prognome.core.files import write_tsv
from prognome.report.folder import read_run
from prognome.report.report import build_report, write_report
from prognome.report.training_history import (
    Training,
    read_trainings,
    training_section,
    training_words,
)


def history(fold, validation, best=None, train=None, member="1", model="cnn", part="cv"):
    """Lines of training.tsv; half a second an epoch."""
    epochs = len(validation)
    best = int(np.nanargmin(validation)) + 1 if best is None else best
    return pd.DataFrame(
        {
            "model": model, "part": part, "repeat": 1, "fold": fold, "member": member,
            "epoch": range(1, epochs + 1), "train_loss": train or np.linspace(1.0, 0.1, epochs),
            "validation_loss": validation, "seconds": 0.5,
            "best": [int(k + 1 == best) for k in range(epochs)],
        }
    )  # fmt: skip


RISEN = [0.9, 0.6, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85]  # kept: 3
FALLING = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]  # kept: the last
FLAT = [1.0, 0.5, 0.4, 0.35, 0.32, 0.31, 0.305, 0.303, 0.3015, 0.301]  # the last, but it gained nothing more


def made(make_run, *histories, **wanted):
    folder = make_run(models=("logistic", "cnn"), **wanted)
    write_tsv(pd.concat(histories), folder / "training.tsv")
    return folder


def training(validation):
    best = int(np.argmin(validation)) + 1
    return Training(np.ones(len(validation)), np.array(validation), best, 1.0)


def test_unfinished_is_what_still_fell_in_its_last_fifth_and_kept_its_last_epochs():
    assert training(FALLING).still_learning  # .2 of .9 gained in the last two epochs: 22 %
    assert not training(FLAT).still_learning  # .002 of .699: 0.3 %
    assert not training(RISEN).still_learning
    assert not training([1.0, 0.5, 0.1]).still_learning, "three epochs tell nothing"
    blind = Training(np.ones(10), np.full(10, np.nan), 10, 1.0)
    assert not blind.still_learning


def test_words_count_trainings_and_kept_epochs(make_run):
    run = read_run(made(make_run, history(1, RISEN), history(2, FLAT), history(3, RISEN, best=4)))
    assert training_words(run, "cnn") == [
        "Convolutional network (CNN): 3 trainings in 4-fold cross-validation, 15 s in all. Of 10 epochs that "
        "were run, epochs 3 to 10 were kept; none was still learning when it stopped."
    ]


def test_words_say_where_more_epochs_may_help_and_where_there_was_nothing_to_learn(make_run):
    run = read_run(made(make_run, history(1, RISEN), history(2, FALLING)))
    assert "In 1 of 2 trainings the validation loss was still falling" in training_words(run, "cnn")[0]
    run = read_run(made(make_run, history(1, RISEN, best=1), history(2, RISEN, best=2)))
    assert "In every training it got no better after the second epoch" in training_words(run, "cnn")[0]
    run = read_run(made(make_run, history(1, [np.nan] * 4, best=4)))
    assert (
        "No rows were kept aside to say when to stop, so all epochs were run (4)"
        in (training_words(run, "cnn")[0])
    )


def test_members_are_trainings_of_their_own_and_the_refit_is_not_among_them(make_run):
    folder = made(
        make_run, history(1, RISEN), history(1, FLAT, member="2"),
        history(np.nan, FALLING, part="refit"),
    )  # fmt: skip
    found = read_trainings(read_run(folder), "cnn")
    assert [one.best for one in found] == [3, 10]


def test_notes_and_networks_that_diverged_are_told(make_run):
    def change(record):
        record["models"][2]["training_notes"] = [
            "not enough memory on the GPU: went on with batches of 8 rows"
        ]
        record["failures"] = {"lstm": "WorkError: epoch 3: the loss of the network is no number."}

    page, _ = build_report(read_run(made(make_run, history(1, RISEN), change=change)))
    assert "went on with batches of 8 rows." in page
    assert "came to no end: WorkError: epoch 3: the loss of the network is no number." in page


def test_a_chart_has_one_line_a_training_and_a_dot_on_each_kept_epoch(make_run):
    folder = made(make_run, history(1, RISEN), history(2, FLAT))
    write_report(folder)
    assert (folder / "figures" / "training_cnn.svg").is_file()
    _, (drawing,) = training_section(read_run(folder))
    assert str(drawing.svg).count("<circle") == 2
    assert "kept epoch 3 of 10, loss 0.5" in str(drawing.svg)
    assert 'id="training"' in (folder / "report.html").read_text()


def test_without_networks_there_is_no_section(make_run):
    run = read_run(make_run())
    assert training_section(run) == (None, [])
    assert 'id="training"' not in build_report(run)[0]
