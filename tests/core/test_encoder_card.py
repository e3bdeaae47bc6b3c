"""An encoder's folder is read whole or not at all, and its card says what it was shown."""

import json
import shutil

import pytest

from prognome.core.encoder_card import (
    CARD,
    ENCODER_LAYOUT,
    SHIPPED,
    WEIGHTS,
    Apart,
    EncoderCard,
    Shown,
    find_encoder,
    is_encoder,
    shipped_encoders,
    write_encoder,
)
from prognome.errors import BundleError, StudyError

MADE = EncoderCard(
    name="mine",
    description="Windows of a genome.",
    licence="CC-BY-4.0",
    encoder="cnn",
    params={"width": 8},
    alphabet="dna",
    weights=1234,
    shown=(Shown("ctcf", "ctcf.tsv", "ab" * 32, 1000, 12, 101, "label (binary)"),),
    apart=(Apart("test.tsv", "cd" * 32, 500),),
    run=24,
    never_shown=("No patient.",),
    losses={"ctcf": {"training": 0.51, "validation": None}},
    command="prognome pretrain mine.yaml -o mine",
    seed=3,
    seconds=61.0,
    versions={"torch": "2.13"},
)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "mine"
    place.mkdir()
    write_encoder(place, b"weights", MADE)
    return place


def test_what_was_written_is_found_again(folder):
    assert sorted(one.name for one in folder.iterdir()) == sorted(ENCODER_LAYOUT)
    found = find_encoder(str(folder))
    assert (found.name, found.data) == ("mine", b"weights")
    assert found.card["shown"][0]["left_out"] == 12
    assert is_encoder(folder)
    assert not is_encoder(folder.parent)


def test_the_card_can_be_read_by_people(folder):
    said = (folder / "card.md").read_text()
    for words in (
        "1,234 weights",
        "CC-BY-4.0",
        "`prognome pretrain mine.yaml -o mine`, seed 3",
        "| ctcf | ctcf.tsv | 1,000 | 12 | 101 | label (binary) |",
        "shares 24 letters",
        "| test.tsv | 500 |",
        "- No patient.",
        "| ctcf | 0.510 |  |",
    ):
        assert words in said


@pytest.mark.parametrize("name", [WEIGHTS, CARD])
def test_a_changed_or_missing_file_is_told(folder, name):
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(BundleError, match=f"{name}.*changed"):
        find_encoder(str(folder))
    (folder / name).unlink()
    with pytest.raises(BundleError, match="missing"):
        find_encoder(str(folder))


def test_other_folders_are_no_encoders(folder, tmp_path):
    with pytest.raises(StudyError, match="there is no encoder 'nowhere'"):
        find_encoder("nowhere")
    with pytest.raises(BundleError, match=r"no manifest\.json"):
        find_encoder(str(tmp_path))
    (folder / "manifest.json").write_text(json.dumps({"format": 99, "files": {}}))
    with pytest.raises(BundleError, match="newer"):
        find_encoder(str(folder))
    (folder / "manifest.json").write_text("[]")
    with pytest.raises(BundleError, match="cannot be read"):
        find_encoder(str(folder))


def test_shipped_encoders_are_found_by_name_and_whole(tmp_path):
    assert shipped_encoders()
    for name in shipped_encoders():
        found = find_encoder(name)
        assert found.name == name
        assert len(found.data) <= 10_000_000
        shutil.copytree(SHIPPED / name, tmp_path / name)
        assert find_encoder(str(tmp_path / name)).sha256 == found.sha256
