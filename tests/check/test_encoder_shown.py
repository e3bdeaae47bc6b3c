"""An encoder that was shown a file of the study is found by the checksum on its card."""

from prognome.check.encoder_shown import GUARD, encoder_shown, why_not_known


def shown(sha, told, file="train.tsv"):
    return {"task": "t", "file": file, "sha256": sha, "told": told}


def test_labels_are_told_apart_from_letters_and_both_count_as_labels():
    cards = {
        "both": {"shown": [shown("aa", "label (binary) and masked letters"), shown("bb", "masked letters")]},
        "letters": {"shown": [shown("aa", "masked letters")]},
        "elsewhere": {"shown": [shown("cc", "label (binary)")]},
    }
    both, letters = encoder_shown(cards, {"aa", "bb", "dd"})
    assert (both.guard, both.where, both.facts["labels"]) == (GUARD, "encoder both", ["aa"])
    assert "with labels" in both.what
    assert (letters.where, letters.facts["labels"]) == ("encoder letters", [])
    assert "without labels" in letters.what
    assert all("train.tsv" in one.what and one.remedy for one in (both, letters))


def test_many_files_are_counted():
    (alarm,) = encoder_shown(
        {"e": {"shown": [shown(str(k), "y (number)", f"{k}.tsv") for k in range(5)]}}, "01234"
    )
    assert "0.tsv, 1.tsv, 2.tsv and 2 more" in alarm.what


def test_what_a_card_can_tell_and_what_not():
    card = {"shown": [shown("aa", "y (number)")], "apart": [{"sha256": "bb"}, {"sha256": "cc"}]}
    assert why_not_known(None, {"dd"}, {"dd"}) == "it has no card"
    assert why_not_known({}, {"dd"}, {"dd"}) == "its card names no file"
    assert why_not_known(card, {"aa", "dd"}, {"dd"}) is None
    assert why_not_known(card, {"bb", "dd"}, {"bb"}) is None
    assert "train.tsv" in why_not_known(card, {"bb", "dd"}, {"bb", "dd"})
