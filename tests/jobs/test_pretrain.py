"""Pretraining reads like any study, keeps apart what must not be seen, and leaves a folder that works."""

import json

import numpy as np
import pandas as pd
import pytest

from prognome.core.bundle import Bundle
from prognome.core.encoder_card import ENCODER_LAYOUT, find_encoder
from prognome.core.study import Study
from prognome.core.study_pretrain import PretrainStudy
from prognome.errors import DataError, OutputError, StudyError
from prognome.jobs.apart import KeptApart
from prognome.jobs.pretrain import LETTERS, pretrain
from prognome.jobs.run import run
from prognome.nets.encoder_file import load_encoder

RNG = np.random.default_rng(0)


def texts(n, length, seed):
    letters = np.random.default_rng(seed).choice(list("ACGT"), (n, length))
    return ["".join(row) for row in letters]


@pytest.fixture
def files(tmp_path):
    """Two labelled tasks of different lengths, and windows without labels."""
    short, long = texts(60, 40, 1), texts(60, 60, 2)
    pd.DataFrame({"sequence": short, "label": np.arange(60) % 2}).to_csv(
        tmp_path / "short.tsv", sep="\t", index=False
    )
    pd.DataFrame({"seq": long, "activity": RNG.normal(size=60)}).to_csv(tmp_path / "long.csv", index=False)
    pd.DataFrame({"sequence": texts(60, 50, 3)}).to_csv(tmp_path / "plain.tsv", sep="\t", index=False)
    # another file: one window of the first task, shifted by 10 letters and reversed, and one that is new
    turned = (short[7][10:] + "ACGTACGGTA").translate(str.maketrans("ACGT", "TGCA"))[::-1]
    pd.DataFrame({"sequence": [turned, texts(1, 40, 9)[0]]}).to_csv(
        tmp_path / "never.tsv", sep="\t", index=False
    )
    pd.DataFrame({"sequence": texts(3, 40, 10)}).to_csv(tmp_path / "nor.tsv", sep="\t", index=False)
    return tmp_path


def study_of(folder, **parts):
    data = {
        "name": "both",
        "licence": "CC0",
        "blocks": {"plain": {"read": "sequence", "path": "plain.tsv", "stranded": False}},
        "pretrain": {
            "task": "labels",
            "params": {"width": 8, "depth": 1},
            "epochs": 2,
            "batch_size": 16,
            "validation": 0.2,
            "tasks": [
                {"name": "short", "path": "short.tsv", "kind": "binary", "positive": 1},
                {
                    "name": "long",
                    "path": "long.csv",
                    "sequence": "seq",
                    "column": "activity",
                    "kind": "number",
                },
            ],
        },
        "apart": [{"path": ["never.tsv", "nor.tsv"]}],
        "seed": 1,
        **parts,
    }
    return PretrainStudy.from_mapping(data, folder=folder)


def test_the_folder_holds_a_checked_encoder_and_its_card(files):
    heard = []
    done = pretrain(study_of(files), files / "encoder", progress=lambda *said: heard.append(said))
    assert sorted(one.name for one in (files / "encoder").iterdir()) == sorted(ENCODER_LAYOUT)
    found = find_encoder(str(files / "encoder"))
    assert sum(one.numel() for one in load_encoder(found.data).parameters()) == found.card["weights"]
    shown = {one["task"]: one for one in found.card["shown"]}
    assert (shown["short"]["rows"], shown["short"]["left_out"]) == (59, 1)
    assert (shown["long"]["rows"], shown["long"]["letters"], shown["plain"]["rows"]) == (60, 60, 60)
    assert shown["plain"]["told"] == LETTERS
    kept = [(one["file"], one["windows"]) for one in found.card["apart"]]
    assert kept == [("never.tsv", 2), ("nor.tsv", 3)]
    assert set(found.card["losses"]) == {"short", "long", LETTERS}
    assert done.card.command == "prognome pretrain both.yaml -o encoder"
    assert str(files) not in (files / "encoder" / "card.json").read_text()
    assert heard[-1][0] == heard[-1][1]


def test_the_same_study_gives_the_same_encoder(files):
    first, again, other = (
        find_encoder(str(pretrain(study_of(files, seed=seed), files / place).out)).sha256
        for seed, place in ((1, "a"), (1, "b"), (2, "c"))
    )
    assert first == again != other


def test_windows_that_share_24_letters_on_either_strand_are_kept_apart(files):
    apart = KeptApart(study_of(files))
    windows = pd.read_csv(files / "short.tsv", sep="\t")["sequence"].tolist()
    assert np.flatnonzero(~apart.allowed(windows)).tolist() == [7]
    assert apart.allowed([windows[7][:10], None]).all()  # too short to be known again
    with pytest.raises(DataError, match="no window is left"):
        pretrain(study_of(files, apart=[{"path": "short.tsv"}]), files / "encoder")


def test_short_windows_are_kept_apart_whole_on_either_strand(files):
    pd.DataFrame({"sequence": ["ACGTTGCAAGGCT", "GATTACA"]}).to_csv(files / "few.tsv", sep="\t", index=False)
    apart = KeptApart(study_of(files, apart=[{"path": "few.tsv"}]))
    assert apart.allowed(["AGCCTTGCAACGT", "gattaca", "GATTAC", "ACGTTGCAAGGCA", None]).tolist() == [
        False, False, True, True, True,
    ]  # fmt: skip


def test_a_taken_place_is_refused_and_nothing_half_written_is_left(files, monkeypatch):
    (files / "encoder").mkdir()
    (files / "encoder" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="--overwrite"):
        pretrain(study_of(files), files / "encoder")
    with pytest.raises(OutputError, match="did not write"):
        pretrain(study_of(files), files / "encoder", overwrite=True)

    def interrupt(done, total, word):
        if done == 3:
            raise KeyboardInterrupt

    before = sorted(one.name for one in files.iterdir())
    with pytest.raises(KeyboardInterrupt):
        pretrain(study_of(files), files / "other", progress=interrupt)
    assert sorted(one.name for one in files.iterdir()) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("pretrain.encoder=cmn", "Did you mean 'cnn'"),
        ("pretrain.params.widht=8", "Did you mean 'width'"),
        (
            "pretrain.tasks=[{name: a, path: short.tsv, sequence: sequenze, kind: binary, positive: 1}]",
            "sequenze",
        ),
        ("pretrain.tasks=[{name: a, path: short.tsv, column: lable, kind: binary, positive: 1}]", "lable"),
        (
            "pretrain.tasks=[{name: a, path: short.tsv, kind: binary, positive: 7}]",
            "no row has the value '7'",
        ),
        ("pretrain.alphabet=protein", "one alphabet"),
    ],
)
def test_mistakes_are_told_before_the_work(files, change, said):
    study = study_of(files).model_dump(mode="json", exclude_none=True)
    with pytest.raises((StudyError, DataError), match=said):
        pretrain(PretrainStudy.from_mapping(study, folder=files, changes=[change]), files / "encoder")
    assert not (files / "encoder").exists()


def test_letters_outside_the_alphabet_are_counted_never_shown(files):
    frame = pd.read_csv(files / "short.tsv", sep="\t")
    frame.loc[3, "sequence"] = "ACGZZZ"
    frame.to_csv(files / "short.tsv", sep="\t", index=False)
    with pytest.raises(DataError, match="1 sequence with what is no letter") as caught:
        pretrain(study_of(files), files / "encoder")
    assert "ZZZ" not in str(caught.value)


def test_a_study_uses_it_and_its_bundle_needs_it_no_more(files):
    out = pretrain(study_of(files), files / "encoder").out
    rows = pd.DataFrame({"id": [f"w{k}" for k in range(60)], "sequence": texts(60, 40, 5)})
    rows["label"] = [int(text.count("G") > 10) for text in rows["sequence"]]
    rows.to_csv(files / "rows.tsv", sep="\t", index=False)
    study = Study.from_mapping(
        {
            "rows": {"id": "id"},
            "blocks": {"window": {"read": "sequence", "path": "rows.tsv", "stranded": False}},
            "target": {"path": "rows.tsv", "column": "label", "kind": "binary", "positive": 1},
            "split": {"outer": {"folds": 2}, "inner": {"folds": 2}},
            "models": [{"transfer": {"encoder": "encoder"}}],
            "judge": {"bootstrap": 100},
            "stability": {"curve": [], "seeds": 0},
        },
        folder=files,
    )
    result = run(study, files / "out", workers=1)
    inputs = {
        one["path"]: one["sha256"] for one in json.loads((files / "out/run.json").read_text())["inputs"]
    }
    assert inputs[str(out / "encoder.safetensors")] == find_encoder(str(out)).sha256
    assert "transfer" in set(result.scores["model"])
    for one in out.iterdir():
        one.unlink()
    assert Bundle.load(files / "out" / "bundle")
