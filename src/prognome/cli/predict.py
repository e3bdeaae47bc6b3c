"""``prognome predict``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from prognome.cli.console import Debug, Json, Overwrite, Quiet, Verbose, bar, listen, say, show_json

EPILOG = """
[bold]Examples[/bold]

  prognome predict out/bundle new.tsv -o predictions.tsv

  prognome predict out/bundle --block mrna=new_mrna.tsv --block clinical=new_clinic.tsv

  prognome predict out/bundle new.tsv -o predictions.tsv --explain   why each row got its answer

Every row gets an answer, an answer with a caveat ([bold]flagged[/bold]), or a reasoned refusal.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="predict", epilog=EPILOG)(predict_command)


def predict_command(
    bundle: Annotated[Path, typer.Argument(readable=False, help="Bundle of a run: OUT/bundle.")],
    table: Annotated[
        Path | None,
        typer.Argument(
            readable=False, help="One file for every block that is not named.", show_default=False
        ),
    ] = None,
    blocks: Annotated[
        list[str], typer.Option("--block", metavar="NAME=FILE", help="File of one block.")
    ] = [],  # noqa: B006 - typer reads it, nobody writes it
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="TSV to write; default: stdout.", show_default=False)
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option("--id", help="Column of row ids, if not called as in training.", show_default=False),
    ] = None,
    fasta: Annotated[
        Path | None,
        typer.Option(
            "--fasta",
            readable=False,
            help="Reference, for a bundle whose windows are cut from one.",
            show_default=False,
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Tell the strongest reasons of every answer, with their own error."),
    ] = False,
    trust: Annotated[
        list[str], typer.Option("--trust", metavar="TYPE", help="A type in the bundle that you trust.")
    ] = [],  # noqa: B006 - typer reads it, nobody writes it
    overwrite: Overwrite = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Answer for new rows with a bundle."""
    listen(quiet=quiet, verbose=verbose, debug=debug)
    import sys

    from prognome.check.shift import ShiftWatch
    from prognome.core.bundle import Bundle
    from prognome.errors import StudyError
    from prognome.jobs import predict as job
    from prognome.jobs.reasons import Reasons

    named = job.parse_blocks(blocks)
    if table is None and not named:
        raise StudyError("predict", "no file is given", mend="Give a table, or --block NAME=FILE.")
    loaded = Bundle.load(bundle, trust=trust)
    reasons = Reasons.of(loaded) if explain else None
    sources = job.sources_for(
        loaded,
        named,
        None if table is None else str(table),
        id_column=id_column,
        fasta=None if fasta is None else str(fasta),
    )
    if out is None:
        rows = []
        unasked: dict[str, int] = {}
        watch = ShiftWatch(loaded.schema)
        for number, answers in enumerate(job.answers(loaded, sources, unasked, watch, reasons)):
            if as_json:
                rows += answers.to_dict("records")
            else:
                answers.to_csv(sys.stdout, sep="\t", index=False, header=number == 0, lineterminator="\n")
        if as_json:
            show_json(
                [{key: None if value != value else value for key, value in row.items()} for row in rows]
            )
        _mention(unasked, job.shift_of(watch))
        return
    with bar("rows") as progress:
        count = job.predict(
            loaded,
            sources,
            out,
            reasons=reasons,
            overwrite=overwrite,
            progress=lambda done: progress(done, 0, ""),
        )
    _mention(count.unasked, count.shift)
    if as_json:
        show_json({"out": str(out), **count.__dict__})
    else:
        say(
            f"{count.rows:,} rows: {count.ok:,} answered, {count.flagged:,} answered with a caveat, "
            f"{count.refused:,} refused; wrote {out}"
            + (f" and {job.reasons_file(out)}" if reasons is not None else "")
        )


def _mention(unasked: Mapping[str, int], shift: str) -> None:
    """Nobody vanishes without a word, and no answer stands for rows of another kind without one."""
    for block, rows in unasked.items():
        say(f"note: {rows:,} rows of block {block} are not in the first block, so they were not asked about")
    if shift:
        say(f"note: {shift}")
