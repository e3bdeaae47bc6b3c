"""An encoder's folder: its file, its card, and checksums of both; ours or the user's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from prognome.core.files import sha256
from prognome.errors import BundleError, StudyError, nearest

FORMAT = 1
LETTERS = "masked letters"
ENCODER_LAYOUT = ("manifest.json", "encoder.safetensors", "card.json", "card.md")
WEIGHTS, CARD = ENCODER_LAYOUT[1:3]
SHIPPED = Path(__file__).resolve().parents[1] / "encoders"
_FRESH = "Take a fresh copy from whoever made it; do not use this one."


@dataclass(frozen=True)
class Shown:
    """A file that the encoder learned from.

    Parameters
    ----------
    task
        What it was shown for.
    file
        Its name, without the folder.
    sha256
        Its checksum.
    rows
        Windows used, of all files of the task.
    left_out
        Windows of the task that share a run of letters with what was kept apart.
    letters
        Length of the longest window.
    told
        What was to be told: a column's classes or numbers, ``masked letters`` (no label), or both.
    """

    task: str
    file: str
    sha256: str
    rows: int
    left_out: int
    letters: int
    told: str


@dataclass(frozen=True)
class Apart:
    """A file whose windows, and all that share a long run of letters with one, were kept from the encoder.

    Parameters
    ----------
    file
        Its name, without the folder.
    sha256
        Its checksum.
    windows
        How many it holds.
    """

    file: str
    sha256: str
    windows: int


@dataclass(frozen=True)
class EncoderCard:
    """What a user must know of an encoder before building on it.

    Parameters
    ----------
    name, description, licence
        As the study says.
    encoder, params, alphabet
        Of the trunk.
    weights
        How many numbers it holds.
    shown
        Files it learned from.
    apart
        Files kept from it, checked by runs of ``run`` letters.
    run
        Letters of such a run.
    never_shown
        What it has never seen, or what overlaps, in sentences.
    losses
        Task → losses of the last epoch.
    command, seed, seconds, versions, settings
        How it was made, enough to make it again.
    """

    name: str
    description: str
    licence: str
    encoder: str
    params: Mapping[str, Any]
    alphabet: str
    weights: int
    shown: tuple[Shown, ...]
    apart: tuple[Apart, ...]
    run: int
    never_shown: tuple[str, ...]
    losses: Mapping[str, Mapping[str, float | None]]
    command: str
    seed: int
    seconds: float
    versions: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def to_markdown(self) -> str:
        """The card to be read."""
        params = ", ".join(f"{key} {value}" for key, value in self.params.items()) or "defaults"
        lines = [
            f"# Encoder {self.name}",
            "",
            self.description.strip(),
            "",
            f"- Reads: {self.alphabet}, windows of any length",
            f"- Made of: {self.encoder} ({params}), {self.weights:,} weights",
            f"- Licence: {self.licence}",
            f"- Made by: `{self.command}`, seed {self.seed}, {self.seconds:,.0f} seconds",
            f"- With: {', '.join(f'{name} {version}' for name, version in self.versions.items())}",
            "",
            "## What it was shown",
            "",
            "| task | file | windows used | left out | letters | told | SHA-256 |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {one.task} | {one.file} | {one.rows:,} | {one.left_out:,} | {one.letters:,} | {one.told} "
            f"| `{one.sha256}` |"
            for one in self.shown
        ]
        lines += ["", "## What it was never shown, and what overlaps", ""]
        if self.apart:
            lines += [
                f"No window that shares {self.run} letters (on either strand, short repeats aside) with one "
                "of these files was used, and no shorter one that is the same as a whole:",
                "",
                "| file | windows | SHA-256 |",
                "|---|---|---|",
            ]
            lines += [f"| {one.file} | {one.windows:,} | `{one.sha256}` |" for one in self.apart]
            lines.append("")
        lines += [f"- {sentence}" for sentence in self.never_shown]
        if not self.apart and not self.never_shown:
            lines.append("Nothing is said.")
        lines += [
            "",
            "## Losses of the last epoch",
            "",
            "Cross-entropy of classes and letters, squared error of numbers (of variance 1). Validation rows "
            "were kept aside at random; nothing was chosen by them.",
            "",
            "| task | training | validation |",
            "|---|---|---|",
        ]
        lines += [
            f"| {task} | {_figure(said['training'])} | {_figure(said['validation'])} |"
            for task, said in self.losses.items()
        ]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, eq=False)
class StoredEncoder:
    """An encoder as found.

    Parameters
    ----------
    name
        As on its card.
    data
        The safetensors file, checked.
    card
        What ``card.json`` says.
    sha256
        Of the file.
    """

    name: str
    data: bytes
    card: Mapping[str, Any]
    sha256: str


def write_encoder(folder: Path, data: bytes, card: EncoderCard) -> None:
    """Write file, card and checksums into an existing empty folder."""
    (folder / WEIGHTS).write_bytes(data)
    said = json.dumps({"format": FORMAT, **asdict(card)}, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / CARD).write_text(said + "\n", encoding="utf-8")
    (folder / "card.md").write_text(card.to_markdown(), encoding="utf-8")
    manifest = {"format": FORMAT, "files": {name: sha256(folder / name) for name in ENCODER_LAYOUT[1:]}}
    (folder / ENCODER_LAYOUT[0]).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def shipped_encoders() -> tuple[str, ...]:
    """Names of the encoders that come with the package."""
    if not SHIPPED.is_dir():
        return ()
    return tuple(sorted(one.name for one in SHIPPED.iterdir() if is_encoder(one)))


def is_encoder(folder: Path) -> bool:
    """Whether a folder says that it is one."""
    return (folder / ENCODER_LAYOUT[0]).is_file() and (folder / WEIGHTS).is_file()


def find_encoder(encoder: str) -> StoredEncoder:
    """Read an encoder by the name of one that we ship, or by its folder, after checking its files.

    Raises
    ------
    StudyError
        If there is none.
    BundleError
        If a file is missing, was changed, or is of a newer prognome.
    """
    folder = SHIPPED / encoder if encoder in shipped_encoders() else Path(encoder)
    if not folder.is_dir():
        raise StudyError(
            "encoder",
            f"there is no encoder '{encoder}'",
            expected=f"a folder that prognome pretrain wrote, or one of: {', '.join(shipped_encoders())}",
            mend=nearest(encoder, shipped_encoders()),
        )
    manifest = _manifest(folder)
    for name in (WEIGHTS, CARD):
        if not (folder / name).is_file() or sha256(folder / name) != manifest["files"].get(name):
            raise BundleError(
                str(folder / name), "is missing or was changed since the encoder was made", mend=_FRESH
            )
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        name = str(card["name"])
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(str(folder / CARD), "cannot be read as an encoder's card", mend=_FRESH) from error
    return StoredEncoder(name, (folder / WEIGHTS).read_bytes(), card, manifest["files"][WEIGHTS])


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / ENCODER_LAYOUT[0]
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        made = int(manifest["format"])
        dict(manifest["files"])
    except FileNotFoundError as error:
        raise BundleError(
            str(folder),
            f"is no encoder: it has no {path.name}",
            mend="Give the folder that prognome pretrain wrote.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(str(path), "cannot be read as an encoder's manifest", mend=_FRESH) from error
    if made > FORMAT:
        raise BundleError(
            str(folder),
            "was made by a newer prognome",
            seen=f"format {made}",
            expected=f"at most {FORMAT}",
            mend="Update prognome: pip install --upgrade prognome.",
        )
    return manifest


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
