"""``prognome list``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from prognome.cli.console import Debug, Json, Quiet, Verbose, listen, show, show_json
from prognome.errors import StudyError, nearest

EPILOG = """
[bold]Examples[/bold]

  prognome list models

  prognome list guards      what is looked for, and when

  prognome list --schema > study.schema.json      for editors that check YAML
"""
MENUS = ("models", "steps", "metrics", "readers", "guards")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="list", epilog=EPILOG)(list_command)


def list_command(
    what: Annotated[
        str, typer.Argument(help="models, steps, metrics, readers or guards.", show_default=False)
    ] = "",
    schema: Annotated[bool, typer.Option("--schema", help="The JSON schema of a study file.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Show what a study can name: models, steps, metrics, readers, guards."""
    listen(quiet=quiet, verbose=verbose, debug=debug)
    if schema:
        from prognome.jobs.schema import study_schema

        show_json(study_schema())
        return
    if what and what not in MENUS:
        raise StudyError("list", f"there is no menu '{what}'", mend=nearest(what, MENUS))
    menus = {name: _lines(name) for name in ([what] if what else MENUS)}
    if as_json:
        show_json(menus)
        return
    for name, lines in menus.items():
        show(_table(name, lines))


def _lines(name: str) -> list[dict[str, Any]]:
    if name == "metrics":
        from prognome.core.metrics import METRICS

        return [{"name": m.name, "for": list(m.targets), "help": m.help} for m in METRICS.values()]
    from prognome.jobs.schema import menu

    lines = [{"name": e.name, "for": list(e.targets), "help": e.help} for e in menu(name)]
    if name == "guards":
        for line, entry in zip(lines, menu(name), strict=True):
            line["for"] = [entry.stage.replace("_", " ")]
    return lines


def _table(name: str, lines: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold", title_justify="left", title_style="bold")
    grid.add_column(name.removesuffix("s"), no_wrap=True)
    targets = any(line["for"] for line in lines)
    if targets:
        grid.add_column("asked" if name == "guards" else "for")
    grid.add_column("what it is")
    for line in lines:
        served = _served(line["for"])
        grid.add_row(line["name"], *([served] if targets else []), line["help"])
    return grid


def _served(kinds: list[str]) -> str:
    """Kinds of target in few words."""
    if len(kinds) < 3:
        return ", ".join(kinds)
    return "any target" if len(kinds) == 4 else "classes, numbers"
