"""A batch of new patients from another platform is answered with a word; a few, or their like, without."""

import contextlib

import numpy as np
import pandas as pd
import pytest

from prognome.cli.main import main
from prognome.core.bundle import Bundle
from prognome.jobs.predict import predict, sources_for
from prognome.jobs.run import run
from tests.clinic import make_study


def people(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(8, 1, size=(n, 12)).round(3)).add_prefix("g")
    frame.insert(0, "id", [f"P{seed}_{k}" for k in range(n)])
    frame["ill"] = (frame["g1"] + rng.normal(size=n) > 8).astype(int)
    return frame


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    path = folder / "here.tsv"
    people(150, 0).to_csv(path, sep="\t", index=False)
    study = make_study(path, blocks={"genes": {"path": str(path), "columns": ["g*"]}}, models=["logistic"])
    run(study, folder / "out", workers=1)
    return folder


def ask(folder, frame):
    path = folder / "new.tsv"
    frame.drop(columns="ill").to_csv(path, sep="\t", index=False)
    bundle = Bundle.load(folder / "out" / "bundle")
    return predict(bundle, sources_for(bundle, {}, str(path)), folder / "answers.tsv", overwrite=True)


def other_platform(n, seed):
    frame = people(n, seed)
    frame[[f"g{k}" for k in range(12)]] += 1.5
    return frame


def test_a_shifted_batch_is_answered_with_a_word(folder):
    said = ask(folder, other_platform(30, 1)).shift
    assert said.startswith(
        "these rows do not look like the training rows (block genes: column means differ by"
    )
    assert "30 rows against 150 training rows" in said


def test_their_like_and_a_few_are_answered_without(folder):
    assert ask(folder, people(30, 2)).shift == ""
    assert ask(folder, other_platform(19, 3)).shift == ""


def call(monkeypatch, capsys, *words):
    monkeypatch.setattr("sys.argv", ["prognome", *map(str, words)])
    with contextlib.suppress(SystemExit):
        main()
    return capsys.readouterr()


def test_the_command_says_it_beside_the_answers(folder, monkeypatch, capsys):
    new = folder / "batch.tsv"
    other_platform(25, 4).drop(columns="ill").to_csv(new, sep="\t", index=False)
    bundle = folder / "out" / "bundle"
    said = call(monkeypatch, capsys, "predict", bundle, new)
    assert "note: these rows do not look like the training rows" in said.err
    assert len(said.out.splitlines()) == 26
    said = call(monkeypatch, capsys, "predict", bundle, new, "-o", folder / "a.tsv", "--overwrite", "--json")
    assert '"shift": "these rows do not look like' in said.out
