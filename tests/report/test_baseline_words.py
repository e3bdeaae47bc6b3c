"""How baselines are named and explained."""

import re
from typing import Any

import pytest

from prognome.report.answer import answer_section
from prognome.report.folder import read_run
from prognome.report.words import model_name


def said(folder: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer_section(read_run(folder), None)))


def with_baseline(label: str, **entry: Any) -> Any:
    """The run's first model under the name of a baseline."""

    def change(record: dict[str, Any]) -> None:
        for one in record["models"]:
            if one["label"] == label:
                one.update(baseline=True, **entry)
        record["study"].setdefault("rows", {})["batch"] = ["site", "plate"]

    return change


@pytest.mark.parametrize(
    ("label", "entry", "expected"),
    [
        ("linear", {}, "“plain linear model” (logistic regression on all data)"),
        ("single_best", {}, "(the one feature that tells most by itself in the training rows)"),
        (
            "single_best",
            {"features": [{"name": "genes:g1", "folds": 4}]},
            "in the training rows: genes:g1)",
        ),
        (
            "single_best",
            {"features": [{"name": "genes:g1", "folds": 3}, {"name": "genes:g3", "folds": 1}]},
            "in the training rows: genes:g1 in 3 of 4 folds and genes:g3 in 1)",
        ),
        (
            "single_best",
            {"features": [{"name": f"genes:g{k}", "folds": 1} for k in range(5)]},
            "genes:g0 in 1 of 5 folds, genes:g1 in 1, genes:g2 in 1 and others in 2)",
        ),
        ("group_mean:site", {}, "“group mean by site” (the shares of the classes among the training rows of "
                                "the same site, no feature)"),
        ("group_mean", {}, "of the same “site” and “plate”, no feature)"),
    ],
)  # fmt: skip
def test_a_baseline_is_explained_in_the_answer(
    make_run: Any, label: str, entry: dict[str, Any], expected: str
) -> None:
    folder = make_run("binary", models=("logistic", label), change=with_baseline(label, **entry))
    assert expected in said(folder)


def test_a_group_mean_of_numbers_is_a_mean(make_run: Any) -> None:
    folder = make_run(
        "number", models=("logistic", "group_mean:site"), change=with_baseline("group_mean:site")
    )
    assert "the mean among the training rows of the same site" in said(folder)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("linear", "No model stood out from a plain linear one."),
        ("single_best", "No model stood out from the single best feature"),
    ],
)
def test_a_baseline_that_is_best_says_what_was_not_shown(make_run: Any, label: str, expected: str) -> None:
    folder = make_run("binary", best=label, models=(label, "logistic"), change=with_baseline(label))
    assert expected in said(folder)


def test_a_label_with_a_colon_of_the_users_own_stays(make_run: Any) -> None:
    run = read_run(make_run("binary"))
    assert model_name(run, "forest: deep") == "forest: deep"
    assert model_name(run, "group_mean:plate") == "group mean by plate"
