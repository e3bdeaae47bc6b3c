"""What an encoder was shown before, against the files of a study: alarm, refusal, or not known."""

import hashlib

import pytest

from prognome.core.encoder_card import Apart, EncoderCard, Shown, write_encoder
from prognome.errors import StudyError
from prognome.jobs.doctor import examine
from prognome.jobs.run import prepare
from prognome.model import transfer
from prognome.nets.encoder_file import EncoderSpec, save_encoder
from tests.jobs.test_networks_in_a_study import variants, window_study

LABELS, LETTERS = "broken (binary) and masked letters", "masked letters"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "variants.tsv"
    variants().to_csv(path, sep="\t", index=False)
    return path


def checksum(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def encoder(folder, *shown, apart=()):
    """An encoder whose card names these files, each with what it told, and others that were kept apart."""
    spec = EncoderSpec("dna", "cnn", {"width": 4, "depth": 1})
    files = tuple(Shown("t", path.name, checksum(path), 80, 0, 21, told) for path, told in shown)
    kept = tuple(Apart(path.name, checksum(path), 80) for path in apart)
    card = EncoderCard("e", "", "CC0", "cnn", {}, "dna", 1, files, kept, 24, (), {}, "", 0, 0.0)
    folder.mkdir()
    write_encoder(folder, save_encoder(spec.build(), spec), card)
    return str(folder)


def told(study):
    return [one for one in prepare(study).guards if one.guard == "encoder_shown"]


def test_an_encoder_that_learned_these_labels_gives_an_alarm(table, tmp_path):
    name = encoder(tmp_path / "e", (table, LABELS))
    study = window_study(table, models=[{"transfer": {"encoder": name}}, "logistic"])
    (one,) = told(study)
    assert (one.status, one.where) == ("alarm", f"encoder {name}")
    assert "variants.tsv" in one.what
    assert "with labels" in one.what
    assert any(check.what == "guard encoder_shown" for check in examine(study))


@pytest.mark.parametrize("mode", ["frozen", "finetune"])
def test_a_hybrid_on_it_is_refused_also_inside_a_stack(table, tmp_path, mode):
    params = {"encoder": encoder(tmp_path / "e", (table, LABELS)), "mode": mode}
    hybrid = {"hybrid": {"encoder": "transfer", "network_params": params}}
    with pytest.raises(StudyError, match=r"models: hybrid: .*labels of these very rows"):
        prepare(window_study(table, models=[hybrid, "logistic", "stack"]))


def test_letters_without_labels_give_an_alarm_and_no_refusal(table, tmp_path):
    params = {"encoder": encoder(tmp_path / "e", (table, LETTERS))}
    hybrid = {"hybrid": {"encoder": "transfer", "network_params": params}}
    (one,) = told(window_study(table, models=[hybrid]))
    assert one.status == "alarm"
    assert "without labels" in one.what


def test_labels_of_an_external_cohort_alone_refuse_no_hybrid(table, tmp_path):
    other = tmp_path / "other.tsv"
    variants(40, 1).to_csv(other, sep="\t", index=False)
    params = {"encoder": encoder(tmp_path / "e", (other, LABELS))}
    there = {
        "name": "there",
        "blocks": {"window": {"path": str(other)}, "scores": {"path": str(other)}},
        "target": {"path": str(other)},
    }
    hybrid = {"hybrid": {"encoder": "transfer", "network_params": params}}
    (one,) = told(window_study(table, models=[hybrid], external=[there]))
    assert one.status == "alarm"


def test_the_guard_is_silent_only_where_the_windows_were_kept_apart(table, tmp_path):
    """The same rows in another file have another checksum."""
    other = tmp_path / "other.tsv"
    other.write_text("else")
    apart = encoder(tmp_path / "apart", (other, LABELS), apart=[table])
    other.write_bytes(table.read_bytes() + b"\n")
    copied = encoder(tmp_path / "copied", (other, LABELS))
    (one,) = told(window_study(table, models=[{"transfer": {"encoder": apart}}]))
    assert one.status == "silent"
    (one,) = told(window_study(table, models=[{"transfer": {"encoder": copied}}]))
    assert one.status == "not_applicable"
    assert "is not known: no file here is one that it was shown (other.tsv)" in one.what


def test_without_an_encoder_the_guard_has_nothing_to_look_at(table):
    (one,) = told(window_study(table, models=["logistic"]))
    assert (one.status, "no model starts" in one.what) == ("not_applicable", True)


def test_what_is_not_known_is_said_beside_what_is(table, tmp_path, monkeypatch):
    empty, known = encoder(tmp_path / "empty"), encoder(tmp_path / "known", (table, LABELS))
    monkeypatch.setattr(transfer, "is_ours", lambda name: name != "somebody/model")
    study = window_study(
        table,
        models=[
            {"transfer": {"encoder": name, "label": label}}
            for label, name in (("a", empty), ("b", "somebody/model"), ("c", known))
        ],
    )
    found = {one.where: one for one in told(study)}
    assert "not known: its card names no file" in found[f"encoder {empty}"].what
    assert "not known: it has no card" in found["encoder somebody/model"].what
    assert {found[f"encoder {empty}"].status, found["encoder somebody/model"].status} == {"not_applicable"}
    assert found[f"encoder {known}"].status == "alarm"


def test_an_encoder_that_is_not_there_is_said_before_any_work(table, tmp_path):
    with pytest.raises(StudyError, match="there is no encoder"):
        prepare(window_study(table, models=[{"transfer": {"encoder": str(tmp_path / "none")}}]))
