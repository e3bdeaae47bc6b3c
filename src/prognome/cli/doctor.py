"""``prognome doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prognome.cli.console import Changes, Debug, Json, Quiet, Verbose, listen, show, show_json

EPILOG = """
[bold]Examples[/bold]

  prognome doctor study.yaml

  prognome doctor study.yaml --time      how long will it take?

  prognome doctor study.yaml --set rows.match=relaxed
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="doctor", epilog=EPILOG)(doctor_command)


def doctor_command(
    study: Annotated[Path, typer.Argument(readable=False, help="Study file.")],
    timed: Annotated[
        bool, typer.Option("--time", help="Fit every model a few times to estimate how long a run takes.")
    ] = False,
    changes: Changes = [],  # noqa: B006 - typer reads it, nobody writes it
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Say everything that will go wrong, before any work: ids, columns, classes, folds, models."""
    listen(quiet=quiet, verbose=verbose, debug=debug)
    from rich.text import Text

    from prognome.core.study import Study
    from prognome.jobs.doctor import Check, examine

    marks = {"ok": ("ok   ", "green"), "note": ("note ", "yellow"), "fault": ("fault", "bold red")}
    found: list[Check] = []
    for check in examine(Study.from_file(study, changes=changes), timed=timed):
        found.append(check)
        if not as_json and not (quiet and check.state == "ok"):
            mark, style = marks[check.state]
            show(Text.assemble((mark, style), "  ", (f"{check.what:<20}", "bold"), " ", check.text))
    if as_json:
        show_json([{"state": one.state, "what": one.what, "text": one.text} for one in found])
    if any(one.state == "fault" for one in found):
        raise typer.Exit(2)
