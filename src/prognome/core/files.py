"""Writing so that nothing is ever half-written: a temporary name first, then one rename."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from prognome.errors import OutputError


@contextlib.contextmanager
def new_folder(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A folder that appears at ``path`` whole, or not at all.

    Parameters
    ----------
    path
        Where it shall stand.
    overwrite
        Replace what stands there; otherwise that is an error.

    Yields
    ------
    The temporary folder beside it, to be filled.

    Raises
    ------
    OutputError
        If the place is taken or cannot be written, or the disk is full.
    """
    path = Path(path).absolute()
    refuse_taken(path, overwrite=overwrite)
    with explain_os(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{path.name}.partial-", dir=path.parent))
        made.chmod(0o755)
    try:
        with explain_os(path):
            yield made
            _exchange(made, path)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def refuse_taken(path: Path, *, overwrite: bool) -> None:
    """Raise OutputError if something stands at ``path`` and may not be replaced."""
    if path.is_file():
        raise OutputError(str(path), "is a file, not a folder", mend="Give another folder with -o.")
    if path.exists() and any(path.iterdir()) and not overwrite:
        raise OutputError(
            str(path), "already holds something", mend="Give another folder with -o, or say --overwrite."
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
    with explain_os(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.partial-", dir=path.parent)
        os.close(handle)
    made = Path(name)
    try:
        with explain_os(path):
            yield made
            if made.stat().st_mode & 0o777 == 0o600:
                made.chmod(0o644)
            made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
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
