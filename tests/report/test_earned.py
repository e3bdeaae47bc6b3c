"""Whether a model earned its cost: gain over the best simple model, and processor time beside it."""

import pandas as pd
import pytest

from prognome.core.files import write_tsv
from prognome.report.earned import best_simple, earned, earned_words
from prognome.report.folder import read_run
from prognome.report.report import build_report


def costing(folder, **seconds):
    """The run with these processor seconds a fit."""
    timing = pd.read_csv(folder / "timing.tsv", sep="\t")
    for label, spent in seconds.items():
        timing.loc[timing["model"] == label, "fit_cpu_seconds"] = spent
    write_tsv(timing, folder / "timing.tsv")
    return read_run(folder)


def test_gain_is_the_difference_to_the_best_simple_model_and_its_price_a_multiple(make_run):
    run = costing(make_run(models=("logistic", "cnn"), best="cnn"), logistic=0.5, cnn=20.0)
    assert best_simple(run) == "logistic"
    found = earned(run, "cnn")
    expected = run.figure("cnn", "cv").value - run.figure("logistic", "cv").value
    assert found.gain == pytest.approx(expected)
    assert found.times == 40
    assert earned(run, "logistic") is None
    words = str(earned_words(run))
    assert "A fit took 20 s of the processor against 0.50 s, 40 times as much." in words
    assert "the best simple model, logistic regression, in 4-fold cross-validation" in words
    assert "by the test " in words


def test_for_an_error_less_is_a_gain(make_run):
    run = costing(make_run("number", models=("ridge", "cnn"), best="cnn"), ridge=1.0, cnn=1.0)
    found = earned(run, "cnn")
    assert found.gain == pytest.approx(run.figure("ridge", "cv").value - run.figure("cnn", "cv").value)
    assert "times as much" not in str(earned_words(run))


def test_a_simple_best_model_without_networks_needs_no_sentence(make_run):
    run = read_run(make_run(models=("logistic", "forest"), best="logistic"))
    assert earned_words(run) is None


def test_the_table_of_costs_has_gain_and_all_seconds(make_run):
    folder = make_run(models=("logistic", "cnn"), best="logistic")
    run = costing(folder, logistic=0.5, cnn=20.0)
    page, _ = build_report(run)
    table = page[page.index("What every model costs") :]
    table = table[: table.index("</table>")]
    assert "Gain" in table
    # judging the network: 0.25 s of search, 20 s of fit and 0.5 s of answers
    assert 'value="20.75"' in table
