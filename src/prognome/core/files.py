"""Writing so that nothing is ever half-written: a temporary name first, then one rename."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from prognome.errors import OutputError


@contextlib.contextmanager
def new_folder(path: Path, *, overwrite: bool = False, layout: Sequence[str] = ()) -> Iterator[Path]:
    """A folder that appears at ``path`` whole, or not at all.

    Parameters
    ----------
    path
        Where it shall stand.
    overwrite
        Replace what stands there; otherwise that is an error.
    layout
        Names that such a folder holds, its sign first: what is replaced must hold the sign and nothing
        else than these. Empty replaces anything.

    Yields
    ------
    The temporary folder beside it, to be filled.

    Raises
    ------
    OutputError
        If the place is taken or cannot be written, or the disk is full.
    """
    path = Path(path).absolute()
    refuse_taken(path, overwrite=overwrite, layout=layout)
    with _parents_of(path), explain_os(path):
        made = _partial(path)
        try:
            made.mkdir()
            yield made
            _exchange(made, path)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise


def refuse_taken(path: Path, *, overwrite: bool, layout: Sequence[str] = ()) -> None:
    """Raise OutputError if something stands at ``path`` and may not be replaced (see :func:`new_folder`)."""
    if path.is_file():
        raise OutputError(str(path), "is a file, not a folder", mend="Give another folder with -o.")
    with explain_os(path):
        there = sorted(entry.name for entry in path.iterdir()) if path.exists() else []
    if not there:
        return
    if not overwrite:
        raise OutputError(
            str(path), "already holds something", mend="Give another folder with -o, or say --overwrite."
        )
    strange = [name for name in there if name not in layout]
    if layout and (strange or layout[0] not in there):
        raise OutputError(
            str(path),
            "holds what prognome did not write there, so it is not replaced",
            seen=f"{len(strange)} such, first {strange[0]}" if strange else f"no {layout[0]}",
            mend="Give another folder with -o, or clear this one by hand.",
        )


def _exchange(made: Path, path: Path) -> None:
    if not path.exists():
        made.rename(path)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{path.name}.old-", dir=path.parent)) / path.name
    path.rename(old)
    try:
        made.rename(path)
    except OSError:
        old.rename(path)
        raise
    finally:
        shutil.rmtree(old.parent, ignore_errors=True)


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A file that appears at ``path`` whole, or not at all; yields the temporary name."""
    path = Path(path).absolute()
    with _parents_of(path), explain_os(path):
        made = _partial(path)
        try:
            made.touch(exist_ok=False)
            yield made
            made.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                made.unlink(missing_ok=True)
            raise


def _partial(path: Path) -> Path:
    """A free name beside ``path``; what is made there has the rights that the user's umask gives."""
    return path.parent / f".{path.name}.partial-{secrets.token_hex(4)}"


@contextlib.contextmanager
def _parents_of(path: Path) -> Iterator[None]:
    """Make the folders above ``path``; take them away again if the work fails."""
    absent = [parent for parent in path.parents if not parent.exists()]
    try:
        with explain_os(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in absent:
            with contextlib.suppress(OSError):  # somebody else put something there meanwhile
                parent.rmdir()
        raise


@contextlib.contextmanager
def explain_os(path: Path) -> Iterator[None]:
    """Turn the system's refusals into an OutputError that says what to do."""
    try:
        yield
    except OutputError:
        raise
    except PermissionError as error:
        raise OutputError(
            str(path), "cannot be written; no permission", mend="Choose a folder of your own with -o."
        ) from error
    except OSError as error:
        mend = {
            27: "The file is larger than allowed here: raise the limit (ulimit -f) or choose another place.",
            28: "The disk is full: free some space or choose another disk with -o.",
            122: "Your disk quota is used up: free some space or choose another disk with -o.",
            30: "The file system is read-only: choose another place with -o.",
        }.get(error.errno or 0, "Choose another place with -o.")
        raise OutputError(
            str(path), f"cannot be written; {(error.strerror or 'system error').lower()}", mend=mend
        ) from error


def write_tsv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table: tab-separated UTF-8, empty = missing, every digit that a float needs."""
    frame.to_csv(path, sep="\t", index=False, lineterminator="\n")


def sha256(path: Path) -> str:
    """Checksum of a file, read in pieces."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as handle:
        while piece := handle.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
