"""``prognome report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prognome.cli.console import Debug, Overwrite, Quiet, Verbose, listen, show

EPILOG = """
[bold]Examples[/bold]

  prognome report out                          write the report of a run anew, with this version's words

  prognome report first second                 two runs side by side, in compare.html

  prognome report first second -o both.html
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="report", epilog=EPILOG)(report_command)


def report_command(
    run: Annotated[Path, typer.Argument(help="Run folder.", show_default=False)],
    other: Annotated[
        Path | None, typer.Argument(help="A second one, to compare.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="HTML file for two runs; default: compare.html.", show_default=False
        ),
    ] = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Write the report of a run folder anew, or lay two runs side by side."""
    listen(quiet=quiet, verbose=verbose, debug=debug)
    from prognome.errors import StudyError
    from prognome.jobs.report import rewrite, side_by_side

    if other is not None:
        place = side_by_side(run, other, out or Path("compare.html"), overwrite=overwrite)
        show(f"comparison: {place}")
        return
    if out is not None:
        raise StudyError(
            "report",
            "-o belongs to two run folders; the report of one is written into it",
            mend="Leave out -o, or give a second run folder.",
        )
    show(f"report: {rewrite(run)}")
