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
    found (:func:`why_not_known`).

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


def why_not_known(
    card: Mapping[str, Any] | None, files: Collection[str], windows: Collection[str]
) -> str | None:
    """Why a card cannot tell whether the encoder was shown these windows; None where it can.

    It can where it names a file of the study as shown, and where it names all files of windows as kept apart.

    Parameters
    ----------
    card
        Of the encoder; None if it has none.
    files
        As for :func:`encoder_shown`.
    windows
        SHA-256 of those that hold sequences.
    """
    if card is None:
        return "it has no card"
    shown = {one["sha256"]: one["file"] for one in card.get("shown", ())}
    if not shown:
        return "its card names no file"
    if shown.keys() & set(files) or set(windows) <= {one["sha256"] for one in card.get("apart", ())}:
        return None
    return (
        f"no file here is one that it was shown ({_listed(list(shown.values()))}) by checksum, but the same "
        "windows may stand in another file"
    )


def _sentence(seen: Mapping[str, str], told: Mapping[str, str]) -> str:
    files = _listed(list(seen.values()))
    if told:
        return (
            f"It was shown {files} of this study with labels, so that it may know the answers of rows "
            "that judge it here; folds do not part it from them, and its figures may flatter."
        )
    return (
        f"It was shown {files} of this study without labels: the windows that judge it are not new to "
        "it, and its figures may flatter a little."
    )


def _listed(files: list[str]) -> str:
    more = f" and {len(files) - NAMED} more" if len(files) > NAMED else ""
    return ", ".join(files[:NAMED]) + more
