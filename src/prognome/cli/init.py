"""``prognome init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prognome.cli.console import Debug, Overwrite, Quiet, Verbose, listen, say, show

EPILOG = """
[bold]Examples[/bold]

  prognome init patients.tsv --target response

  prognome init patients.tsv --target died --time days

  prognome init patients.tsv --target dose_mg_week --kind number --id subject -o dose.yaml
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="init", epilog=EPILOG)(init_command)


def init_command(
    table: Annotated[
        Path, typer.Argument(readable=False, help="Table with the target: TSV, CSV, Parquet or Excel.")
    ],
    target: Annotated[str, typer.Option("--target", "-t", help="Column to be predicted.")],
    id_column: Annotated[
        str | None, typer.Option("--id", help="Column of row ids; default: looked for.", show_default=False)
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            help="binary, multiclass, number or survival (with --time); default: inferred, and said.",
            show_default=False,
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            "--time",
            help="Survival: column of the time; --target is then the event.",
            show_default=False,
        ),
    ] = None,
    positive: Annotated[
        str | None, typer.Option("--positive", help="The value that counts as the event.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Study file to write.")] = Path("study.yaml"),
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Begin a study from a table; every default stands in the file as a comment."""
    listen(quiet=quiet, verbose=verbose, debug=debug)
    from prognome.core.files import new_file
    from prognome.errors import OutputError, StudyError, nearest
    from prognome.jobs.init import infer, study_text

    kinds = ("binary", "multiclass", "number", "survival")
    if kind is not None and kind not in kinds:
        raise StudyError("--kind", f"'{kind}' is no kind of target", mend=nearest(kind, kinds))
    if (kind == "survival") > (time is not None) or (time is not None and kind not in (None, "survival")):
        raise StudyError("--time", "belongs to kind: survival, which needs it", mend="Give --time COLUMN.")
    if out.exists() and not overwrite:
        raise OutputError(str(out), "is already there", mend="Give another file with -o, or say --overwrite.")
    if out.absolute() == table.absolute():
        raise OutputError(str(out), "is the table itself", mend="Give another file with -o.")
    inferred = infer(
        str(table),
        target,
        id_column=id_column,
        kind=kind,  # type: ignore[arg-type]
        positive=positive,
        time=time,
    )
    with new_file(out) as made:
        made.write_text(study_text(str(table), target, inferred, out=out), encoding="utf-8")
    for sentence in inferred.said:
        say(sentence)
    show(f"wrote {out}; look it over, then: prognome doctor {out}")
