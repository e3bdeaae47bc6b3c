"""The section on the search: what was taken, and how the best rose."""

import json

import numpy as np
import pandas as pd

from prognome.core.files import write_tsv
from prognome.report.folder import read_run
from prognome.report.report import build_report
from prognome.report.searched import search_drawing, search_section


def lines(model, fold, scores, params, share=1.0, chosen=None):
    chosen = int(np.nanargmax(scores)) if chosen is None else chosen
    return pd.DataFrame(
        {
            "model": model, "part": "cv", "repeat": 1, "fold": fold, "trial": range(1, len(scores) + 1),
            "share": share, "score": scores, "seconds": 1.0,
            "chosen": [int(k == chosen) for k in range(len(scores))],
            "failure": ["ValueError" if np.isnan(s) else "" for s in scores],
            "parameters": [json.dumps(one) for one in params],
        }
    )  # fmt: skip


PARAMS = [{}, {"model__C": 0.5, "prepare__genes__select.anova__k": 20}, {"model__C": 2.0}]


def made(make_run, *tables, tune=None):
    def change(record):
        record["study"]["tune"] = tune or {"search": "random", "trials": 3}

    folder = make_run(change=change)
    if tables:
        write_tsv(pd.concat(tables), folder / "search.tsv")
    return read_run(folder)


def test_without_a_search_there_is_no_section(make_run):
    run = made(make_run)
    assert search_section(run) == (None, [])
    assert 'id="search"' not in build_report(run)[0]


def test_the_table_says_what_the_folds_took(make_run):
    run = made(
        make_run,
        lines("logistic", 1, [0.70, 0.80, 0.75], PARAMS),
        lines("logistic", 2, [0.90, 0.80, 0.85], PARAMS),
    )
    page, _ = search_section(run)
    row = next(line for line in str(page).split("<tr") if "logistic regression" in line)
    for told in (">6<", ">0.80<", ">0.85<", "1 of 2", "C: 0.5", "genes.select.anova.k: 20"):
        assert told in row, told  # defaults (.70 + .90) / 2, chosen (.80 + .90) / 2


def test_a_span_of_numbers_and_counts_of_words(make_run):
    settings = [{"model__C": 0.5, "model__penalty": "l1"}], [{"model__C": 2.0, "model__penalty": "l2"}]
    run = made(make_run, *(lines("logistic", k, [0.7], one) for k, one in enumerate(settings, start=1)))
    assert "C: 0.5 to 2; penalty: l1 (1×), l2 (1×)" in str(search_section(run)[0])


def test_the_figure_shows_the_best_so_far_as_mean_of_the_folds(make_run):
    """Fold 1: .70 .80 .80; fold 2: .60 (failed: stays) .90; means .65, .70, .85."""
    run = made(
        make_run,
        lines("logistic", 1, [0.70, 0.80, 0.75], PARAMS),
        lines("logistic", 2, [0.60, np.nan, 0.90], PARAMS),
    )
    drawing = search_drawing(run, run.search)
    assert "0.650 to 0.850 in 3 settings" in drawing.svg
    assert "1 setting failed" in str(search_section(run)[0])


def test_settings_on_few_rows_are_not_in_the_figure(make_run):
    run = made(
        make_run,
        lines("logistic", 1, [0.99, 0.98, 0.97], PARAMS, share=1 / 3, chosen=9),
        lines("logistic", 1, [0.70, 0.75], PARAMS[:2]),
        tune={"search": "halving", "trials": 3, "minutes": 2},
    )
    assert "0.700 to 0.750" in search_drawing(run, run.search).svg
    words = str(search_section(run)[0])
    assert "the best third" in words
    assert "after 2 minutes, so another machine" in words
