"""What init infers it says, and what it writes runs."""

import pandas as pd
import pytest

from prognome.core.study import Study
from prognome.errors import StudyError
from prognome.jobs.init import infer, study_text
from prognome.jobs.run import prepare
from tests.clinic import patients_table


def test_it_finds_ids_kind_event_and_groups(patients):
    inferred = infer(str(patients), "ill")
    assert (inferred.id, inferred.kind, inferred.positive) == ("id", "binary", "1")
    assert inferred.groups == ["family", "site"]
    assert {"family", "site"} <= set(inferred.exclude)
    assert not {"family", "site"} & set(inferred.columns)
    assert any("kind is taken to be binary" in sentence for sentence in inferred.said)


@pytest.mark.parametrize(("target", "kind"), [("dose", "number"), ("stage", "multiclass"), ("sex", "binary")])
def test_it_infers_the_kind_from_the_values(patients, target, kind):
    assert infer(str(patients), target).kind == kind


def test_the_event_is_the_word_that_sounds_like_one_else_the_rarer(tmp_path):
    path = tmp_path / "t.csv"
    pd.DataFrame({"id": list("abcd"), "x": [1, 2, 3, 4], "t": ["no", "yes", "yes", "yes"]}).to_csv(
        path, index=False
    )
    assert infer(str(path), "t").positive == "yes"
    pd.DataFrame({"id": list("abcd"), "x": [1, 2, 3, 4], "t": ["B", "A", "A", "A"]}).to_csv(path, index=False)
    assert infer(str(path), "t").positive == "B"


def test_columns_that_cannot_be_features_are_left_out_with_the_reason(tmp_path):
    frame = patients_table(n=150).assign(void=None, same=1, note=[f"text {k}" for k in range(150)])
    path = tmp_path / "p.tsv"
    frame.to_csv(path, sep="\t", index=False)
    inferred = infer(str(path), "ill", id_column="id")
    assert inferred.exclude["void"] == "empty throughout"
    assert inferred.exclude["same"] == "one value only"
    assert inferred.exclude["note"].startswith("free text")


def test_the_file_it_writes_is_a_study_that_can_be_prepared(patients, tmp_path):
    out = tmp_path / "study.yaml"
    out.write_text(study_text(str(patients), "ill", infer(str(patients), "ill"), out=out))
    study = Study.from_file(out)
    assert study.target.positive == "1"
    ready = prepare(study)
    assert len(ready.loaded.cohort) == 120
    assert "id" not in ready.loaded.cohort.blocks["patients"].names


def test_awkward_names_survive_the_way_through_yaml(tmp_path):
    frame = patients_table().rename(columns={"ill": "ill: yes, 'or' #no", "id": "the id"})
    path = tmp_path / "odd name, really.tsv"
    frame.to_csv(path, sep="\t", index=False)
    out = tmp_path / "study.yaml"
    target = "ill: yes, 'or' #no"
    out.write_text(study_text(str(path), target, infer(str(path), target, id_column="the id"), out=out))
    study = Study.from_file(out)
    assert study.target.column == target
    assert study.rows.id == "the id"


def test_a_column_that_is_not_there_is_refused_with_the_nearest(patients):
    with pytest.raises(StudyError, match="Did you mean 'ill'"):
        infer(str(patients), "il")
