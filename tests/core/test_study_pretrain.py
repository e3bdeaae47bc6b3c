"""A pretraining study is as strict as any other."""

import pytest

from prognome.core.study import Study
from prognome.core.study_pretrain import PretrainStudy
from prognome.errors import StudyError

MASKED = {
    "name": "genome",
    "licence": "CC0",
    "blocks": {"window": {"read": "sequence", "path": "w.tsv", "stranded": False}},
    "pretrain": {"task": "masked"},
}
LABELS = {
    "licence": "CC0",
    "pretrain": {
        "task": "labels",
        "tasks": [{"name": "a", "path": "a.tsv", "kind": "binary", "positive": 1}],
    },
}


def changed(base, **parts):
    return {**base, **parts}


def test_defaults_are_spelled_out_and_paths_start_at_the_file(tmp_path):
    study = PretrainStudy.from_mapping(LABELS, folder=tmp_path)
    assert study.pretrain.tasks[0].path == [str(tmp_path / "a.tsv")]
    assert (study.pretrain.encoder, study.pretrain.share, study.alphabet) == ("cnn", 0.15, "dna")
    file = tmp_path / "study.yaml"
    file.write_text(study.to_yaml())
    assert PretrainStudy.from_file(file) == study
    assert PretrainStudy.from_file(file, changes=["pretrain.epochs=3"]).pretrain.epochs == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (changed(MASKED, licence=None), "licence"),
        (changed(MASKED, pretrian={}), "Did you mean 'pretrain'"),
        (changed(MASKED, blocks={}), "needs 'blocks'"),
        (changed(MASKED, blocks={"t": {"path": "t.tsv"}}), "no block of sequences"),
        (changed(LABELS, pretrain={"task": "labels"}), "needs 'tasks'"),
        (changed(MASKED, pretrain={**LABELS["pretrain"], "task": "masked"}), "belongs to task: labels"),
        (
            changed(LABELS, pretrain={"task": "labels", "tasks": LABELS["pretrain"]["tasks"] * 2}),
            "same name",
        ),
        (
            changed(LABELS, pretrain={"task": "labels", "tasks": [{"name": "a", "path": "a.tsv"}]}),
            "'positive' belongs to a binary task",
        ),
        (
            changed(LABELS, blocks={"p": {"read": "sequence", "path": "p.tsv", "alphabet": "protein"}}),
            "one alphabet",
        ),
        ([], "no mapping"),
    ],
)
def test_what_does_not_hold_is_told(data, said):
    with pytest.raises(StudyError, match=said):
        PretrainStudy.from_mapping(data)


def test_a_fault_has_its_line(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text("name: x\nlicence: CC0\npretrain:\n  task: masked\n  epoch: 3\n")
    with pytest.raises(StudyError, match=r"line 5: unknown key 'pretrain\.epoch'.*'epochs'"):
        PretrainStudy.from_file(file)
    with pytest.raises(StudyError, match="no such file"):
        PretrainStudy.from_file(tmp_path / "other.yaml")


def test_the_folder_of_an_encoder_is_made_absolute_and_a_name_is_not(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "manifest.json").write_text("{}")

    def encoder(said):
        study = Study.from_mapping(
            {
                "blocks": {"w": {"read": "sequence", "path": "w.tsv"}},
                "target": {"column": "y", "kind": "number"},
                "models": [{"transfer": {"encoder": said}}],
            },
            folder=tmp_path,
        )
        return study.models[0].params["encoder"]

    assert encoder("mine") == str(tmp_path / "mine")
    assert encoder("./later") == str(tmp_path / "later")
    assert encoder("small-dna") == "small-dna"
    assert encoder("owner/model") == "owner/model"
