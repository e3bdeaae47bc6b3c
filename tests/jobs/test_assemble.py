"""From names to candidates: menu order, baselines, stacks, and faults named before any work."""

import pytest

from prognome.core.name_feature import name_feature
from prognome.core.study import Study
from prognome.errors import StudyError
from prognome.jobs.assemble import candidates, clinical_blocks, holds_training_rows, resolve
from tests.clinic import make_study


def labels(study):
    return [candidate.label for candidate in candidates(study)]


def test_models_stand_in_menu_order_with_their_baselines(patients):
    study = make_study(patients, models=["stack", "xgboost", "logistic"])
    assert labels(study) == ["dummy", "single_best", "clinical_only", "logistic", "xgboost", "stack"]
    assert [c.label for c in candidates(study) if c.baseline] == ["dummy", "single_best", "clinical_only"]


@pytest.mark.parametrize(
    ("models", "linear"),
    [
        (["logistic", "xgboost"], False),
        ([{"logistic": {"label": "ours"}}], False),
        ([{"logistic": {"blocks": ["genes", "clinical"]}}], False),
        (["xgboost"], True),
        ([{"logistic": {"C": 0.1}}], True),
        ([{"logistic": {"blocks": ["genes"]}}], True),
    ],
)
def test_a_plain_linear_model_of_all_blocks_stands_once(patients, models, linear):
    found = {c.label: c for c in candidates(make_study(patients, models=models))}
    assert ("linear" in found) is linear
    if linear:
        assert found["linear"].baseline
        assert not found["linear"].comparison_only
        assert found["linear"].estimator[0].blocks == ["clinical", "genes"]
    else:
        assert sum(not c.baseline for c in found.values()) == len(models)


def test_numbers_have_their_own_linear_baseline(patients):
    dose = {"path": str(patients), "column": "dose", "kind": "number"}
    found = {c.label: c for c in candidates(make_study(patients, target=dose, models=["random_forest"]))}
    assert type(found["linear"].estimator[-1]).__name__ == "PenalisedLinear"
    assert type(found["single_best"].estimator[-1]).__name__ == "SingleFeatureRegressor"
    assert "linear" not in {c.label for c in candidates(make_study(patients, target=dose, models=["ridge"]))}


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        ([], []),
        (["site"], ["group_mean"]),
        (["site", "family", "site"], ["group_mean:family", "group_mean:site"]),
    ],
)
def test_every_declared_batch_column_gives_a_group_mean_that_is_never_the_best(patients, batch, expected):
    study = make_study(patients, rows={"id": "id", "batch": batch})
    found = [c for c in candidates(study) if c.label.startswith("group_mean")]
    assert [c.label for c in found] == expected
    assert all(c.baseline and c.comparison_only for c in found)
    assert {c.estimator.column for c in found} == set(batch)
    assert {c.label for c in candidates(study) if c.comparison_only} == set(expected)


def test_the_group_mean_learns_from_the_facts_that_the_loader_brings(patients):
    from prognome.jobs.load import load

    study = make_study(patients, rows={"id": "id", "batch": ["site"]})
    cohort = load(study).cohort
    found = next(c for c in candidates(study) if c.label == "group_mean")
    said = found.estimator.fit(cohort, cohort.target).predict_proba(cohort)[:, 1]
    north = cohort.facts["site"] == "north"
    assert said[north] == pytest.approx(cohort.target[north].mean())
    assert said[~north] == pytest.approx(cohort.target[~north].mean())


def test_the_single_best_may_be_named_and_narrowed_without_a_double(patients, cohort):
    study = make_study(patients, models=["logistic", {"single_best": {"blocks": ["clinical"]}}])
    found = [c for c in candidates(study) if c.label == "single_best"]
    assert len(found) == 1
    fitted = found[0].estimator.fit(cohort, cohort.target)
    assert name_feature(fitted).startswith("clinical:")


@pytest.mark.parametrize("label", ["linear", "single_best", "clinical_only", "group_mean", "group_mean:site"])
def test_names_of_baselines_are_taken(patients, label):
    with pytest.raises(StudyError, match="is taken by prognome"):
        make_study(patients, models=[{"logistic": {"label": label}}])


def test_without_a_second_block_there_is_no_clinical_baseline(patients):
    study = make_study(patients, blocks={"clinical": {"path": str(patients), "columns": ["age"]}})
    assert "clinical_only" not in labels(study)
    assert clinical_blocks(study) == ["clinical"]


def test_a_role_makes_a_block_clinical(patients):
    genes = {"path": str(patients), "columns": ["g*"]}
    visit = {"path": str(patients), "columns": ["age"], "role": "clinical"}
    assert clinical_blocks(make_study(patients, blocks={"visit": visit, "genes": genes})) == ["visit"]


def test_a_list_of_columns_is_read_once_and_its_names_stand_in_the_resolved_study(patients, tmp_path):
    (tmp_path / "panel.txt").write_text("g1\ng3\n", encoding="utf-8")
    said = make_study(patients).to_mapping()
    said["prepare"] = {"genes": ["impute.median", {"select.list": {"path": "panel.txt"}}, "scale.zscore"]}
    study = resolve(Study.from_mapping(said, folder=tmp_path))
    (tmp_path / "panel.txt").unlink()
    assert study.prepare["genes"][1].params == {"columns": ["g1", "g3"]}
    assert resolve(Study.from_mapping(study.to_mapping())) == study
    step = dict(candidates(study)[-1].estimator[0].steps["genes"])["select.list"]
    assert step.columns == ["g1", "g3"]
    said["prepare"] = {"genes": ["impute.median", {"select.list": {"path": "gone.txt"}}]}
    with pytest.raises(StudyError, match=r"prepare: genes: select.list: .*gone.txt: cannot be read"):
        resolve(Study.from_mapping(said, folder=tmp_path))


def test_a_stack_takes_all_others_but_the_baselines_or_those_it_names(patients):
    study = make_study(
        patients, models=["logistic", "svm", "xgboost", {"stack": {"members": ["svm", "xgboost"]}}]
    )
    stack = next(c for c in candidates(study) if c.label == "stack")
    assert [name for name, _ in stack.estimator.members] == ["svm", "xgboost"]
    every = next(
        c for c in candidates(make_study(patients, models=["logistic", "svm", "stack"])) if c.label == "stack"
    )
    assert [name for name, _ in every.estimator.members] == ["logistic", "svm"]


def test_a_model_narrowed_to_blocks_sees_them_alone(patients, cohort):
    study = make_study(
        patients, models=["logistic", {"logistic": {"label": "genes only", "blocks": ["genes"]}}]
    )
    narrow = next(c for c in candidates(study) if c.label == "genes only")
    fitted = narrow.estimator.fit(cohort, cohort.target)
    assert all(name.startswith("genes:") for name in fitted[0].get_feature_names_out())


def test_a_search_leaves_parameters_that_the_study_sets(patients):
    study = make_study(
        patients, models=["logistic", {"xgboost": {"max_depth": 2}}], tune={"search": "random"}
    )
    by_label = {c.label: c for c in candidates(study)}
    assert "model__max_depth" not in by_label["xgboost"].space
    assert "model__learning_rate" in by_label["xgboost"].space
    assert not next(c for c in candidates(make_study(patients)) if c.label == "logistic").space


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"models": ["logistik"]}, "no model is called 'logistik'. Did you mean 'logistic'?"),
        ({"models": ["ridge"]}, "does not serve a binary target"),
        ({"models": [{"random_forest": {"n_estimator": 3}}]}, "Did you mean 'n_estimators'?"),
        ({"models": [{"random_forest": {"n_estimators": -3}}]}, "n_estimators"),
        ({"models": ["dummy"]}, "holds nothing but a baseline"),
        ({"models": ["dummy", "single_best"]}, "holds nothing but a baseline"),
        ({"models": ["logistic", "stack"]}, "fewer than two models to stack"),
        (
            {"models": ["logistic", "svm", {"stack": {"members": ["svn"]}}]},
            "no model of the study is called 'svn'",
        ),
        ({"prepare": {"genes": ["impute.medain"]}}, "Did you mean 'impute.median'?"),
        ({"prepare": {"genes": [{"select.anova": {"n": 3}}]}}, "select.anova"),
    ],
)
def test_faults_are_named_before_any_work(patients, changes, expected):
    with pytest.raises(StudyError) as caught:
        candidates(make_study(patients, **changes))
    assert expected in str(caught.value)


def test_the_resolved_study_spells_out_steps_and_metric(patients):
    resolved = resolve(make_study(patients))
    assert [step.name for step in resolved.prepare["genes"]][-1] == "scale.zscore"
    assert resolved.judge.primary == "auc_roc"
    assert resolve(resolved) == resolved


@pytest.mark.parametrize(
    ("models", "prepare", "label", "expected"),
    [
        (["logistic"], {}, "logistic", False),
        (["svm"], {}, "svm", True),
        (["svm_linear"], {}, "svm_linear", False),
        (["logistic"], {"genes": ["impute.knn"]}, "logistic", True),
        (["logistic", "svm", "stack"], {}, "stack", True),
        (["logistic"], {"clinical": ["scale.rank"]}, "clinical_only", True),
        (["logistic"], {"genes": ["impute.knn"]}, "clinical_only", False),
        (["logistic"], {"genes": ["impute.knn"]}, "single_best", True),
        (["svm"], {}, "linear", False),
        (["logistic"], {"genes": ["impute.knn"]}, "group_mean:site", False),
        (["logistic", "xgboost", "stack"], {}, "stack", False),
    ],
)
def test_a_bundle_says_whether_it_holds_training_rows(patients, models, prepare, label, expected):
    assert holds_training_rows(make_study(patients, models=models, prepare=prepare), label) is expected


def test_a_model_of_another_package_is_found_by_its_entry_point(patients, monkeypatch):
    from sklearn.naive_bayes import GaussianNB

    from prognome.core.menu import Entry
    from prognome.model.catalog import MODELS

    theirs = Entry(
        "their_bayes", "sklearn.naive_bayes:GaussianNB", "theirs", ("binary", "multiclass"), ("table",)
    )

    class Point:
        name = "their_bayes"

        def load(self):
            return theirs

    monkeypatch.setattr("prognome.core.menu.entry_points", lambda group: [Point()])
    monkeypatch.delitem(vars(MODELS), "_entries", raising=False)
    try:
        study = make_study(patients, models=[{"their_bayes": {"var_smoothing": 1e-3}}])
        built = next(c for c in candidates(study) if c.label == "their_bayes")
        assert isinstance(built.estimator[-1], GaussianNB)
        assert built.estimator[-1].var_smoothing == 1e-3
    finally:
        vars(MODELS).pop("_entries", None)


def test_support_vectors_learn_their_steps_inside_the_calibration(patients, cohort):
    study = make_study(patients, models=["svm"], tune={"search": "random"})
    built = next(c for c in candidates(study) if c.label == "svm")
    assert set(built.space) == {"C", "gamma"}
    assert built.estimator.prepare is not None
    assert built.estimator.fit(cohort, cohort.target).predict_proba(cohort).shape == (120, 2)
