"""Guard: an encoder that learned elsewhere was shown files of this very study."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from prognome.core.alarm import Alarm
from prognome.core.encoder_card import LETTERS

GUARD = "encoder_shown"
NAMED = 3

_REMEDY = (
    "Judge on files that it was never shown, learn an encoder that keeps these apart (apart: in the study of "
    "prognome pretrain), or take a network that learns from these rows alone, such as cnn."
)


def encoder_shown(cards: Mapping[str, Mapping[str, Any]], files: Collection[str]) -> list[Alarm]:
    """Compare what cards say was shown with the files of a study.

    Files are known by their checksum alone: the same windows in another file, or compressed anew, are not
    found.

    Parameters
    ----------
    cards
        Encoder → its card as read, with ``shown``.
    files
        SHA-256 of every file that the study takes rows or external cohorts from.

    Returns
    -------
    list[Alarm]
        One for each encoder that was shown such a file. ``facts["labels"]`` holds the checksums of those
        whose labels it was told.
    """
    alarms = []
    for name, card in cards.items():
        shown = [one for one in card.get("shown", ()) if one["sha256"] in files]
        if not shown:
            continue
        told = {one["sha256"]: one["file"] for one in shown if one["told"] != LETTERS}
        seen = {one["sha256"]: one["file"] for one in shown}
        alarms.append(Alarm(GUARD, f"encoder {name}", _sentence(seen, told), _REMEDY, {"labels": list(told)}))
    return alarms


def says_nothing(card: Mapping[str, Any] | None) -> bool:
    """Whether nobody knows what an encoder was shown: it has no card, or one that names no file."""
    return card is None or not card.get("shown")


def _sentence(seen: Mapping[str, str], told: Mapping[str, str]) -> str:
    files = ", ".join(list(seen.values())[:NAMED])
    more = f" and {len(seen) - NAMED} more" if len(seen) > NAMED else ""
    if told:
        return (
            f"It was shown {files}{more} of this study with labels, so that it may know the answers of rows "
            "that judge it here; folds do not part it from them, and its figures may flatter."
        )
    return (
        f"It was shown {files}{more} of this study without labels: the windows that judge it are not new to "
        "it, and its figures may flatter a little."
    )
