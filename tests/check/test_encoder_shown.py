"""An encoder that was shown a file of the study is found by the checksum on its card."""

import pytest

from prognome.check.encoder_shown import GUARD, encoder_shown, says_nothing


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


@pytest.mark.parametrize("card", [None, {}, {"shown": []}])
def test_without_a_card_or_a_file_on_it_nothing_is_known(card):
    assert says_nothing(card)


def test_a_card_with_files_says_something():
    assert not says_nothing({"shown": [shown("aa", "masked letters")]})
