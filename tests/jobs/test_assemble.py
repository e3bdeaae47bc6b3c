"""From names to candidates: menu order, baselines, stacks, and faults named before any work."""

import pytest

from prognome.errors import StudyError
from prognome.jobs.assemble import candidates, clinical_blocks, holds_training_rows, resolve
from tests.clinic import make_study


def labels(study):
    return [candidate.label for candidate in candidates(study)]


def test_models_stand_in_menu_order_with_their_baselines(patients):
    study = make_study(patients, models=["stack", "xgboost", "logistic"])
    assert labels(study) == ["dummy", "clinical_only", "logistic", "xgboost", "stack"]
    assert [c.label for c in candidates(study) if c.baseline] == ["dummy", "clinical_only"]


def test_without_a_second_block_there_is_no_clinical_baseline(patients):
    study = make_study(patients, blocks={"clinical": {"path": str(patients), "columns": ["age"]}})
    assert "clinical_only" not in labels(study)
    assert clinical_blocks(study) == ["clinical"]


def test_a_role_makes_a_block_clinical(patients):
    genes = {"path": str(patients), "columns": ["g*"]}
    visit = {"path": str(patients), "columns": ["age"], "role": "clinical"}
    assert clinical_blocks(make_study(patients, blocks={"visit": visit, "genes": genes})) == ["visit"]


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
        "naive_bayes", "sklearn.naive_bayes:GaussianNB", "theirs", ("binary", "multiclass"), ("table",)
    )

    class Point:
        name = "naive_bayes"

        def load(self):
            return theirs

    monkeypatch.setattr("prognome.core.menu.entry_points", lambda group: [Point()])
    monkeypatch.delitem(vars(MODELS), "_entries", raising=False)
    try:
        study = make_study(patients, models=[{"naive_bayes": {"var_smoothing": 1e-3}}])
        built = next(c for c in candidates(study) if c.label == "naive_bayes")
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
