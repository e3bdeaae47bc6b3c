"""The command learns an encoder, says where it is, and explains itself."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from prognome.cli import main

LETTERS = np.random.default_rng(0).choice(list("ACGT"), (80, 40))


@pytest.fixture
def study(tmp_path):
    pd.DataFrame({"sequence": ["".join(row) for row in LETTERS]}).to_csv(
        tmp_path / "windows.tsv", sep="\t", index=False
    )
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nlicence: CC0\n"
        "blocks: {window: {read: sequence, path: windows.tsv, stranded: false}}\n"
        "pretrain: {task: masked, params: {width: 8, depth: 1}, epochs: 1, batch_size: 16}\n"
    )
    return path


def call(*words):
    main._register()
    return CliRunner().invoke(main.app, [*map(str, words)])


def test_it_learns_and_says_where_the_encoder_is(study, tmp_path):
    done = call("pretrain", study, "-o", tmp_path / "enc")
    assert done.exit_code == 0
    assert "masked letters: loss" in done.stdout
    assert (tmp_path / "enc" / "encoder.safetensors").is_file()
    card = json.loads((tmp_path / "enc" / "card.json").read_text())
    assert card["command"] == "prognome pretrain mine.yaml -o enc"
    assert 0.5 < card["losses"]["masked letters"]["training"] < 3  # guessing: log 4 = 1.39


def test_json_and_changes(study, tmp_path):
    done = call(
        "pretrain", study, "-o", tmp_path / "enc", "--json", "-q", "--set", "pretrain.params.width=12"
    )
    said = json.loads(done.stdout)
    assert said["params"] == {"width": 12, "depth": 1}
    assert said["command"].endswith("--set pretrain.params.width=12")


def test_the_place_must_be_free(study, tmp_path):
    assert call("pretrain", study, "-o", tmp_path / "enc", "-q").exit_code == 0
    again = call("pretrain", study, "-o", tmp_path / "enc", "-q")
    assert "already holds something" in str(again.exception)
    assert call("pretrain", study, "-o", tmp_path / "enc", "-q", "--overwrite").exit_code == 0


def test_help_has_examples():
    said = call("pretrain", "--help").stdout
    assert "prognome pretrain study.yaml -o encoder" in said
    assert "transfer" in said
