"""What the user sees: results on stdout, everything else on stderr, colour and bars on a terminal only."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from prognome.validate.training_watch import NetworkStatus

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but results and errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more of what is going on.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Json = Annotated[bool, typer.Option("--json", help="Write results to stdout as JSON.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what stands at the place of -o.")]
Changes = Annotated[
    list[str],
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Lay a value over the study, as in split.outer.folds=10."
    ),
]


@dataclass
class Told:
    """How much this call wants to hear; set once by the command."""

    quiet: bool = False
    verbose: bool = False
    debug: bool = False


TOLD = Told()


def listen(*, quiet: bool, verbose: bool, debug: bool) -> None:
    """Take the call's wishes."""
    TOLD.quiet, TOLD.verbose, TOLD.debug = quiet, verbose, debug
    level = (
        logging.ERROR if quiet else logging.DEBUG if debug else logging.INFO if verbose else logging.WARNING
    )
    # other libraries' debugging (numba prints every instruction) is nobody's wish here
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("prognome").setLevel(level)


def say(text: str) -> None:
    """A sentence on stderr."""
    if text and not TOLD.quiet:
        _stderr().print(text, highlight=False, markup=False, soft_wrap=True)


def detail(text: str) -> None:
    """A sentence on stderr, with --verbose alone."""
    if TOLD.verbose:
        say(text)


def show(*things: Any) -> None:
    """A result on stdout."""
    from rich.console import Console
    from rich.table import Table

    tables = any(isinstance(thing, Table) for thing in things)
    width = None if sys.stdout.isatty() else 110
    Console(width=width).print(*things, highlight=False, soft_wrap=not tables)


def show_json(data: Any) -> None:
    """A result on stdout as JSON."""
    sys.stdout.write(json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def complain(text: str) -> None:
    """An error on stderr."""
    from rich.text import Text

    _stderr().print(Text("error: ", style="bold red") + Text(text), soft_wrap=True, highlight=False)


class Move(Protocol):
    """What moves a bar."""

    def __call__(self, done: int, total: int, word: str) -> None:
        """Pieces done, pieces in all (0: not known), and a word on the last."""


class _Bar:
    """A bar of pieces, and below it one of epochs for every network that trains at this moment."""

    def __init__(self, what: str, progress: RichProgress) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=None, word="")
        self._networks: dict[str, TaskID] = {}

    def __call__(self, done: int, total: int, word: str) -> None:
        self._progress.update(self._task, completed=done, total=total or None, word=word)

    def training(self, networks: Sequence[NetworkStatus]) -> None:
        """Show these networks, and no others."""
        shown = {name_network(one): one for one in networks}
        for name in [name for name in self._networks if name not in shown]:
            self._progress.remove_task(self._networks.pop(name))
        for name, one in shown.items():
            if name not in self._networks:
                self._networks[name] = self._progress.add_task(name, total=one.most, word="")
            self._progress.update(self._networks[name], completed=one.epoch, total=one.most, word=losses(one))


def name_network(one: NetworkStatus) -> str:
    """``cnn, cv fold 2, network 3``."""
    return (
        f"{one.label}, {one.part}"
        + (f" fold {one.fold}" if one.part == "cv" else "")
        + f", network {one.network}"
    )


def losses(one: NetworkStatus) -> str:
    """``epochs at most; loss 0.412, validation 0.455``."""
    said = f"epochs at most; loss {one.train_loss:.3g}"
    return (
        said
        if one.validation_loss != one.validation_loss
        else f"{said}, validation {one.validation_loss:.3g}"
    )


@contextlib.contextmanager
def bar(what: str) -> Iterator[Move]:
    """A progress bar with time left; networks in training show their epochs, losses and time left below it.

    Where there is no terminal it is silent, or says one line a piece with --verbose.

    Yields
    ------
    A function that takes pieces done, pieces in all (0: not known), and a word on the last.
    """
    if TOLD.quiet or not sys.stderr.isatty():
        yield lambda done, total, word: detail(f"{what}: {done} of {total}, {word}" if word else "")
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("elapsed"), TimeElapsedColumn(), TextColumn("left"), TimeLeft(),
        TextColumn("[dim]{task.fields[word]}"),
    )  # fmt: skip
    with Progress(*columns, console=_stderr(), transient=True) as progress:
        _LIVE.append(progress.console)
        try:
            yield _Bar(what, progress)
        finally:
            _LIVE.pop()


_LIVE: list[Any] = []  # the console that a bar is drawn on: what is said meanwhile goes above it


def _stderr() -> Any:
    from rich.console import Console

    return _LIVE[-1] if _LIVE else Console(stderr=True)
