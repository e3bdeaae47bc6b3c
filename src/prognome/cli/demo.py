"""``prognome demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prognome.cli.console import Debug, Json, Overwrite, Quiet, Verbose, listen, say

EPILOG = """
[bold]Examples[/bold]

  prognome demo

  prognome demo -o elsewhere --people 400      smaller and quicker

  prognome demo --no-run                       only write the cohort and its study
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="demo", epilog=EPILOG)(demo_command)


def demo_command(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for cohort and results.")] = Path("demo"),
    people: Annotated[
        int, typer.Option("--people", min=60, help="People in both hospitals together.")
    ] = 1200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed writes the same bytes.")] = 1,
    run: Annotated[bool, typer.Option("--run/--no-run", help="Run the study too.")] = True,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Processes; default: all cores.", show_default=False),
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Write a small simulated cohort (VCF, expression, clinical table) and run its study."""
    listen(quiet=quiet, verbose=verbose, debug=debug)
    from prognome.jobs.demo import write_demo

    path = write_demo(out, seed=seed, people=people, overwrite=overwrite)
    say(f"wrote a simulated cohort and {path}")
    if not run:
        return
    from prognome.cli.run import execute
    from prognome.core.study import Study

    execute(Study.from_file(path), out / "out", workers=workers, overwrite=True, as_json=as_json)
