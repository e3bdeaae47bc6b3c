"""What the user sees: results on stdout, everything else on stderr, colour and bars on a terminal only."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer

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
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


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


@contextlib.contextmanager
def bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar with time left, silent when not on a terminal or with --quiet.

    Yields
    ------
    A function that takes pieces done, pieces in all (0: not known), and a word on the last.
    """
    if TOLD.quiet or not sys.stderr.isatty():
        yield lambda done, total, word: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("elapsed"), TimeElapsedColumn(), TextColumn("left"), TimeLeft(),
        TextColumn("[dim]{task.fields[word]}"),
    )  # fmt: skip
    with Progress(*columns, console=_stderr(), transient=True) as progress:
        task = progress.add_task(what, total=None, word="")

        def move(done: int, total: int, word: str) -> None:
            progress.update(task, completed=done, total=total or None, word=word)

        yield move


def _stderr() -> Any:
    from rich.console import Console

    return Console(stderr=True)
