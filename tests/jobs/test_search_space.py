"""What a search may try: the menu's space, the study's own, steps; faults are named before any work."""

import json

import pandas as pd
import pytest

from prognome.core.space import Choice, Real, Whole
from prognome.errors import StudyError
from prognome.jobs.assemble import candidates
from prognome.jobs.run import run
from tests.clinic import make_study

STEPS = {"genes": ["impute.median", "scale.zscore", "select.anova", {"select.variance": {"k": 5}}]}


def spaces(patients, models=("logistic",), **tune):
    study = make_study(patients, models=list(models), prepare=STEPS, tune=tune)
    return {one.label: dict(one.space) for one in candidates(study)}


def test_without_a_search_nothing_is_searched(patients):
    assert spaces(patients)["logistic"] == {}


def test_the_menu_says_what_may_be_tried_less_what_the_study_fixes(patients):
    models = ["random_forest", {"random_forest": {"label": "fixed", "max_features": 0.5}}]
    found = spaces(patients, models, search="random")
    assert "model__max_features" in found["random_forest"]
    assert set(found["random_forest"]) - set(found["fixed"]) == {"model__max_features"}


def test_the_studys_own_space_takes_the_place_of_the_menus(patients):
    own = {"logistic": {"C": {"low": 0.1, "high": 10, "log": True}, "genes.select.anova.k": [1, 3, 6]}}
    found = spaces(patients, search="random", space=own)
    assert found["logistic"] == {
        "model__C": Real(0.1, 10, True),
        "prepare__genes__select.anova__k": Choice((1, 3, 6)),
    }
    assert "model__C" in found["single_best"] or found["single_best"] == {}, "others keep the menu's"


def test_whole_ends_are_whole_numbers_unless_told_otherwise(patients):
    own = {"random_forest": {"max_depth": {"low": 2, "high": 8}, "max_features": {"low": 0.1, "high": 1}}}
    found = spaces(patients, ["random_forest"], search="random", space=own)["random_forest"]
    assert found == {"model__max_depth": Whole(2, 8), "model__max_features": Real(0.1, 1.0)}
    wide = {"logistic": {"C": {"low": 1, "high": 9, "whole": False}}}
    assert spaces(patients, search="random", space=wide)["logistic"]["model__C"] == Real(1.0, 9.0)


def test_steps_bring_their_own_space_where_asked_less_what_is_fixed(patients):
    found = spaces(patients, search="random", steps=True)["logistic"]
    assert "prepare__genes__select.anova__k" in found
    assert "prepare__genes__select.variance__k" not in found, "the study says k: 5"


@pytest.mark.parametrize(
    ("tune", "words"),
    [
        ({"space": {"logistik": {"C": [1]}}}, "no model of the study is called 'logistik'.*logistic"),
        ({"space": {"stack": {"C": [1]}}}, "is a stack, whose members are searched"),
        ({"space": {"logistic": {"c": [1]}}}, "no parameter 'c'"),
        ({"space": {"logistic": {"C": [-1]}}}, r"space.logistic.C"),
        ({"space": {"forest": {"max_depth": [3]}}}, "is fixed by the model and searched"),
        ({"space": {"logistic": {"gene.select.anova.k": [1]}}}, "no block called 'gene'.*genes"),
        ({"space": {"logistic": {"genes.select.chance.k": [1]}}}, "has no step 'select.chance'"),
        ({"space": {"logistic": {"genes.select.anova.k": [0]}}}, "select.anova"),
        ({"space": {"logistic": {"genes.select.anova.q": [1]}}}, "no parameter is called 'q'"),
        ({"space": {"logistic": {"genes.select.variance.k": [1]}}}, "fixed by the study and searched"),
        ({"space": {"logistic": {"C": {"low": 3, "high": 1}}}}, "'low' must be below 'high'"),
        ({"space": {"logistic": {"C": {"low": 0, "high": 1, "log": True}}}}, "must be above 0"),
        ({"space": {"logistic": {"C": []}}}, "tune.space.logistic.C"),
    ],
)
def test_faults_are_named_before_any_work(patients, tune, words):
    models = ["logistic", {"random_forest": {"label": "forest", "max_depth": 4}}, "stack"]
    with pytest.raises(StudyError, match=words):
        spaces(patients, models, search="random", **tune)


def test_a_space_without_a_search_is_a_mistake(patients):
    with pytest.raises(StudyError, match=r"'space' is given, but nothing is searched"):
        spaces(patients, space={"logistic": {"C": [1]}})


def test_a_grid_larger_than_the_trials_is_refused_with_its_size(patients):
    own = {"logistic": {"C": [0.1, 1, 10], "genes.select.anova.k": [1, 2, 3, 4]}}
    with pytest.raises(StudyError, match=r"tune: logistic: its grid has 12 settings.*at most the 10"):
        spaces(patients, search="grid", space=own)


@pytest.mark.parametrize("plan", ["grid", "bayesian", "halving"])
def test_a_run_writes_every_setting_and_takes_the_best(patients, tmp_path, plan):
    own = {"logistic": {"C": [0.01, 1.0], "genes.select.anova.k": [1, 2, 3]}}
    study = make_study(
        patients, models=["logistic"], prepare=STEPS, tune={"search": plan, "trials": 6, "space": own}
    )
    result = run(study, tmp_path / "out", workers=1)
    table = pd.read_csv(tmp_path / "out" / "search.tsv", sep="\t", keep_default_na=False)
    here = table[(table["model"] == "logistic") & (table["part"] == "cv") & (table["share"] == 1)]
    for _, fold in here.groupby("fold"):
        taken = fold[fold["chosen"] == 1]
        assert float(taken["score"].iloc[0]) == fold["score"].astype(float).max()
    if plan == "grid":
        tried = [json.loads(text) for text in here[here["fold"] == here["fold"].iloc[0]]["parameters"]]
        assert tried[0] == {"model__C": 0.01, "prepare__genes__select.anova__k": 1}
        assert len(tried) == 6
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert 'id="search"' in page
    assert "genes.select.anova.k" in page
    assert result.evaluation.params_of("logistic")
