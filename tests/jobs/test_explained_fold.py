"""Reasons of folds at the edges: who chooses columns, a single judge, no parts, columns without weight."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from prognome.core.cohort import Cohort
from prognome.core.metrics import find_metric
from prognome.core.split import Fold
from prognome.core.table import Table
from prognome.explain.attribution import Attribution
from prognome.explain.correlated import Clusters, correlated_clusters
from prognome.explain.pathways import GeneSet
from prognome.explain.permutation import Permuted
from prognome.jobs.beside_markers import Beside
from prognome.jobs.explained_fold import (
    ExplainedFold,
    ExplainTask,
    Wanted,
    associate,
    columns_of,
    explain_fold,
    strongest,
)
from prognome.jobs.marker_tables import Answers, Explanation, put_together
from prognome.model.support_vectors import SupportVectorClassifier
from prognome.prepare.fuse import default_steps, fuse
from prognome.validate.candidate import Candidate

AUC = find_metric("auc_roc", "binary")
TRAIN, JUDGE = np.arange(60), np.arange(60, 100)


def cohort() -> Cohort:
    """``taught`` goes with the target among the first 60 rows alone, ``judged`` among the others."""
    rng = np.random.default_rng(5)
    target = np.arange(100) % 2
    frame = pd.DataFrame(rng.normal(0, 1, (100, 5)), columns=["taught", "judged", "n1", "n2", "n3"])
    frame.loc[TRAIN, "taught"] += 0.9 * target[TRAIN]
    frame.loc[JUDGE, "judged"] += 5 * target[JUDGE]
    ids = np.array([f"P{k}" for k in range(100)], dtype=object)
    return Cohort(ids, {"all": Table(ids, frame)}, target, ("no", "yes"))


def without_parts(kind: str) -> Candidate:
    prepare = fuse({"all": default_steps("table")}, ["all"], random_state=None)
    if kind == "pipeline":
        return Candidate("own", Pipeline([("prepare", prepare), ("model", KNeighborsClassifier())]), 9)
    return Candidate("svm", SupportVectorClassifier(prepare=prepare), 9)


def ask(candidate: Candidate, judge: np.ndarray, *, top: int, panel: bool = False) -> ExplainedFold:
    here = cohort()
    task = ExplainTask(candidate, {}, "reasons", 1, 1, TRAIN, 0, Wanted(top, 2, panel, {}))
    return explain_fold(task, here, {"judge": here.rows(judge)}, AUC)


@pytest.mark.parametrize("kind", ["pipeline", "whole"])
def test_columns_that_are_shuffled_are_chosen_by_the_training_rows_alone(kind):
    """Over all rows ``judged`` is the stronger; the fold must not know."""
    assert associate(cohort()).set_index("feature")["p"].idxmin() == "all:judged"
    assert ask(without_parts(kind), JUDGE, top=1).shuffled.units == ("all:taught",)


def test_a_pipeline_without_parts_has_no_panel_though_one_is_wanted():
    found = ask(without_parts("pipeline"), JUDGE, top=2, panel=True)
    assert found.parts is None
    assert (found.ranking, dict(found.panel)) == ((), {})


@pytest.mark.parametrize("kind", ["pipeline", "whole"])
def test_a_fold_that_judges_one_row_shuffles_nothing(kind):
    found = ask(without_parts(kind), JUDGE[:1], top=2)
    assert found.shuffled.units == ()
    assert found.shuffled.drops.shape == (0, 2)


def a_fold(parts: list[float], drops: dict[str, float]) -> ExplainedFold:
    """A fold with one judged row and these parts of the columns of :func:`cohort`."""
    columns = tuple(columns_of(cohort()).columns)
    said = Attribution(np.array([parts]), np.float64(0), np.array([sum(parts)]), "log-odds")
    cost = Permuted(tuple(drops), np.ones(len(drops), np.intp), np.array([[d] for d in drops.values()]), 0.9)
    return ExplainedFold("logistic", "reasons", 1, 1, columns, cost, parts=said)


def together(found: list[ExplainedFold], clusters: Clusters | None = None, top: int = 3) -> Explanation:
    here = cohort()
    fold = Fold("cv", 1, 1, TRAIN, JUDGE[:1])
    rules: Any = SimpleNamespace(metric=AUC, interval=SimpleNamespace(level=0.95))
    genes = Beside({"S": GeneSet("", frozenset(["taught", "judged", "n1", "n2", "n3"]))})
    answers = Answers(
        "logistic", here, [fold] * len(found), found, [], associate(here),
        clusters or correlated_clusters(columns_of(here)),
    )  # fmt: skip
    return put_together(answers, top, rules, genes)


def test_a_drop_is_the_mean_over_all_folds_also_those_that_do_without_the_column():
    """n1 costs .08 in one fold and has no part in three: .02, and not beyond doubt."""
    first = a_fold([1.0, 0.0, 0.5, 0.0, 0.0], {"all:taught": 0.2, "all:n1": 0.08})
    others = [a_fold([1.0, 0.0, 0.0, 0.0, 0.0], {"all:taught": 0.2 + k / 100}) for k in range(3)]
    table = together([first, *others]).tables["markers"].set_index("feature")
    assert table.loc["all:n1", "drop"] == pytest.approx(0.02)
    assert table.loc["all:n1", "drop_low"] < 0
    assert table.loc["all:taught", "drop"] == pytest.approx(0.2075)
    assert np.isnan(table.loc["all:judged", "drop"])  # no fold asked


def test_a_drop_that_not_every_fold_knows_has_no_interval_and_says_on_how_many_folds_it_stands():
    """n1 has weight in all folds and was shuffled in two, where others had less: their mean flatters it."""
    drops = [{"all:taught": 0.2 + k / 100} | ({"all:n1": 0.08 + k / 100} if k < 2 else {}) for k in range(4)]
    found = [a_fold([1.0, 0.0, 0.5, 0.0, 0.0], one) for one in drops]
    table = together(found).tables["markers"].set_index("feature")
    assert table.loc["all:n1", "drop"] == pytest.approx(0.085)
    assert table.loc["all:n1", "drop_folds"] == 2
    assert table.loc["all:n1", ["drop_low", "drop_high", "drop_p_holm"]].isna().all()
    assert table.loc["all:taught", "drop_folds"] == 4
    assert table.loc["all:taught", "drop_low"] > 0
    assert table.loc["all:n1", "overlooked"] == ""  # it is not beyond doubt


def test_ways_that_name_a_marker_are_counted_and_those_that_looked_at_it():
    """Of the first two: SHAP taught and n1; shuffling n1 alone; the model itself has none; the plain test."""
    found = [a_fold([1.0, 0.0, 0.5, 0.1, 0.0], {"all:n1": 0.1 + k / 100}) for k in range(3)]
    plain = strongest(associate(cohort()))[:2]
    assert plain[0] == "all:judged"
    table = together(found, top=2).tables["markers"].set_index("feature")
    named = {"all:taught": 1, "all:n1": 2, "all:judged": 0, "all:n2": 0, "all:n3": 0}
    named = {name: number + (name in plain) for name, number in named.items()}
    assert table["ways_top"].to_dict() == named
    # a column without weight was shuffled in no fold: nobody knows what it costs
    assert table["ways"].to_dict() == {
        "all:taught": 2,
        "all:n1": 3,
        "all:judged": 2,
        "all:n2": 2,
        "all:n3": 2,
    }


def test_columns_without_weight_are_no_markers_of_a_pathway():
    folds = [a_fold([1.0, 0.0, 0.0, 0.0, 0.0], {"all:taught": 0.2 + k / 100}) for k in range(2)]
    pathways = together(folds).tables["pathways"]
    assert pathways[["size", "markers", "genes"]].values.tolist() == [[5, 1, "taught"]]


def test_panels_that_no_fold_could_score_are_left_out():
    """As where every fold judges one class: the area under the curve is defined in none."""
    one = a_fold([1.0, 0.5, 0.0, 0.0, 0.0], {"all:taught": 0.2})
    names = tuple(columns_of(cohort()).columns)
    found = together([replace(one, ranking=names, panel={1: np.nan, 5: np.nan})] * 2)
    assert "panel" not in found.tables
    assert found.said["panel"] is None


def test_neighbours_are_counted_also_where_no_fold_used_them():
    here = cohort()
    frame = here.blocks["all"].frame
    frame["taught2"] = frame["taught"]
    clusters = correlated_clusters(columns_of(here))
    table = together([a_fold([1.0, 0.0, 0.0, 0.0, 0.0], {})] * 2, clusters).tables["markers"]
    assert table.set_index("feature")["neighbours"].to_dict() == {
        "all:taught": 1, "all:judged": 0, "all:n1": 0, "all:n2": 0, "all:n3": 0,
    }  # fmt: skip
