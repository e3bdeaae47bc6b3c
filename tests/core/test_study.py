"""Every rule of the study language."""

import pytest

from prognome.core.study import Study
from prognome.errors import StudyError

BLOCKS = {"mrna": {"path": "mrna.tsv"}}
SAID = {"blocks": BLOCKS, "target": {"column": "ill", "kind": "binary", "positive": 1}}


def refusal(data, **more) -> str:
    with pytest.raises(StudyError) as caught:
        Study.from_mapping(data, **more)
    return str(caught.value)


def test_a_study_that_says_only_what_cannot_be_guessed_is_complete():
    study = Study.from_mapping(SAID)
    assert [m.name for m in study.models] == ["logistic", "random_forest", "xgboost"]
    assert (study.split.outer.folds, study.split.inner.folds) == (5, 3)
    assert study.primary == "auc_roc"
    assert study.tune.search == "none"


def test_numbers_get_a_linear_model_and_mean_absolute_error():
    study = Study.from_mapping({"blocks": BLOCKS, "target": {"column": "dose", "kind": "number"}})
    assert study.models[0].name == "ridge"
    assert study.primary == "mae"


def test_the_resolved_study_reads_back_equal(tmp_path):
    study = Study.from_mapping(
        {**SAID, "models": ["svm", {"random_forest": {"n_estimators": 5, "blocks": "mrna"}}]}
    )
    path = tmp_path / "study.yaml"
    path.write_text(study.to_yaml())
    assert Study.from_file(path) == study


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({**SAID, "modles": []}, "unknown key 'modles'. Did you mean 'models'?"),
        ({**SAID, "blocks": {"m": {"path": "x", "colums": []}}}, "Did you mean 'columns'?"),
        ({**SAID, "split": {"outer": {"fold": 3}}}, "Did you mean 'folds'?"),
        ({**SAID, "target": {"column": "y", "kind": "binary", "postive": 1}}, "Did you mean 'positive'?"),
        ({**SAID, "external": [{"name": "a", "blocs": {}}]}, "Did you mean 'blocks'?"),
        ({"blocks": BLOCKS}, "'target' is missing"),
        ({"target": SAID["target"]}, "'blocks' is missing"),
        ({**SAID, "target": {"kind": "survival", "time": "t"}}, "survival needs 'time' and 'event'"),
        ({**SAID, "target": {"column": "t", "kind": "binary"}}, "needs 'positive'"),
        ({**SAID, "target": {"column": "t", "kind": "number", "positive": 1}}, "belongs to a binary target"),
        ({**SAID, "split": {"outer": {"folds": 1}}}, "greater than or equal to 2"),
        ({**SAID, "split": {"fractions": [0.7, 0.3]}}, "three shares"),
        ({**SAID, "split": {"fractions": [0.7, 0.2, 0.2]}}, "sum to 1"),
        ({**SAID, "split": {"test": {"column": "part"}}}, "column and value go together"),
        (
            {**SAID, "split": {"test": {"fraction": 0.2, "column": "p", "value": 1}}},
            "either fraction, or column",
        ),
        ({**SAID, "split": {"outer": {"leave_out": "a", "group": "b"}}}, "leave_out already says the groups"),
        ({**SAID, "split": {"outer": {"time": "t", "repeats": 2}}}, "cannot be repeated"),
        ({**SAID, "models": ["svm", "svm"]}, "'svm' stands twice"),
        ({**SAID, "blocks": {"a:b": {"path": "a.tsv"}}}, "the name 'a:b' holds ':'"),
        ({**SAID, "models": [{"svm": {"label": "my__svm"}}]}, "label 'my__svm' holds '__'"),
        ({**SAID, "models": [{"svm": {"label": "chosen"}}]}, "the label 'chosen' is taken"),
        ({**SAID, "models": [{"svm": {"label": "dummy"}}]}, "the label 'dummy' is taken"),
        (
            {**SAID, "split": {"fractions": [0.7, 0.15, 0.15], "outer": {"time": "t"}}},
            "fractions has no folds",
        ),
        ({**SAID, "models": [{"svm": {"blocks": ["x"]}}]}, "no block is called 'x'"),
        ({**SAID, "prepare": {"mRNA": []}}, "Did you mean 'mrna'?"),
        ({**SAID, "external": [{"name": "a", "blocks": {}}]}, "block 'mrna' is not given"),
        (None, "is empty"),
        ([1], "is not a mapping"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_named(data, expected):
    assert expected in refusal(data)


def test_the_line_of_the_fault_is_named(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("name: x\nblocks:\n  m: {path: a.tsv}\ntarget:\n  column: y\n  kind: nmber\n")
    with pytest.raises(StudyError, match=r"study\.yaml, line 6"):
        Study.from_file(path)


def test_a_key_that_stands_twice_is_refused(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("seed: 1\nseed: 2\n")
    with pytest.raises(StudyError, match="line 2: key 'seed' stands twice"):
        Study.from_file(path)


def test_yaml_words_stay_words(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("blocks: {m: {path: a.tsv}}\ntarget: {column: on, kind: binary, positive: NO}\n")
    target = Study.from_file(path).target
    assert (target.column, target.positive) == ("on", "NO")


def test_a_study_in_windows_clothes_is_read(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_bytes(b"\xef\xbb\xbfblocks: {m: {path: a.tsv}}\r\ntarget: {column: y, kind: number}\r\n")
    assert Study.from_file(path).target.column == "y"


def test_broken_yaml_names_the_line(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("name: x\nblocks: [unclosed\n")
    with pytest.raises(StudyError, match="line 3: is not valid YAML"):
        Study.from_file(path)


def test_yaml_makes_no_objects(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("name: !!python/object/apply:os.system ['true']\n")
    with pytest.raises(StudyError, match="is not valid YAML"):
        Study.from_file(path)


def test_labels_are_text_however_yaml_writes_them():
    assert Study.from_mapping(SAID).target.positive == "1"
    said = {**SAID, "target": {"column": "y", "kind": "binary", "positive": True}}
    assert Study.from_mapping(said).target.positive == "true"


def test_paths_start_at_the_folder_of_the_study(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_DATA", "/data")
    said = {**SAID, "blocks": {"a": {"path": "x.tsv"}, "b": {"path": ["${MY_DATA}/y.tsv"]}}}
    study = Study.from_mapping(said, folder=tmp_path)
    assert study.blocks["a"].path == [str(tmp_path / "x.tsv")]
    assert study.blocks["b"].path == ["/data/y.tsv"]
    assert "MY_UNSET is not set" in refusal({**SAID, "blocks": {"a": {"path": "${MY_UNSET}/x"}}})


def test_set_lays_values_over_the_study():
    changes = ["split.outer.folds=10", "models=[svm]", "blocks.mrna.optional=true"]
    study = Study.from_mapping(SAID, changes=changes)
    assert study.split.outer.folds == 10
    assert [m.name for m in study.models] == ["svm"]
    assert study.blocks["mrna"].optional is True


@pytest.mark.parametrize(
    "change", ["split.outer.folds", "name.x=1", "external.0.name=a", "models.0.logistic.C=1"]
)
def test_a_set_that_cannot_be_laid_is_refused(change):
    with pytest.raises(StudyError):
        Study.from_mapping({**SAID, "name": "n", "external": [], "models": ["logistic"]}, changes=[change])


def test_a_fault_of_a_set_is_not_blamed_on_the_file(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("blocks: {m: {path: a}}\ntarget: {column: y, kind: number}\njudge: {bootstrap: 1000}\n")
    with pytest.raises(StudyError, match=r"^--set judge\.bootstrap=50"):
        Study.from_file(path, changes=["judge.bootstrap=50"])


def test_a_study_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Study.from_mapping(SAID).seed = 2
