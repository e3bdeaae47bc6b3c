"""``prognome pretrain``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prognome.cli.console import (
    Changes,
    Debug,
    Json,
    Overwrite,
    Quiet,
    Verbose,
    bar,
    detail,
    listen,
    say,
    show,
    show_json,
)

EPILOG = r"""
[bold]Examples[/bold]

  prognome pretrain study.yaml -o encoder

  prognome pretrain study.yaml -o encoder --set pretrain.epochs=20

[bold]A study[/bold]: windows without labels, of which letters are hidden and to be told

  name: my-genome

  licence: CC-BY-4.0

  blocks: {window: {read: sequence, path: windows.tsv.gz, columns: \[sequence], stranded: false}}

  pretrain: {task: masked, encoder: cnn, epochs: 10}

or many labelled tasks at once: pretrain: {task: labels, tasks: \[{name: ctcf, path: ctcf.tsv, column: label,
kind: binary, positive: 1}, …]}

[bold]Afterwards[/bold], in the study of a question: models: \[{transfer: {encoder: encoder, mode: frozen}}]
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="pretrain", epilog=EPILOG)(pretrain_command)


def pretrain_command(
    study: Annotated[Path, typer.Argument(readable=False, help="Pretraining study.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the encoder.")] = Path("encoder"),
    changes: Changes = [],  # noqa: B006 - typer reads it, nobody writes it
    overwrite: Overwrite = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Learn an encoder of sequences: masked letters, or many labelled tasks at once."""
    listen(quiet=quiet, verbose=verbose, debug=debug)
    from dataclasses import asdict

    from prognome.core.study_pretrain import PretrainStudy
    from prognome.jobs.pretrain import pretrain

    question = PretrainStudy.from_file(study, changes=changes)
    told = "".join(f" --set {change}" for change in changes)
    with bar("learning") as progress:
        done = pretrain(
            question,
            out,
            overwrite=overwrite,
            command=f"prognome pretrain {study.name} -o {out.name}{told}",
            progress=progress,
            say=detail,
        )
    if as_json:
        show_json(asdict(done.card) | {"out": str(out)})
        return
    for task, losses in done.card.losses.items():
        kept = losses["validation"]
        aside = "" if kept is None else f", {kept:.3f} on windows kept aside"
        show(f"{task}: loss {losses['training']:.3f} in training{aside}")
    if not question.never_shown:
        say("note: the study says nothing of what was never shown (never_shown), and neither does the card")
    show(f"encoder: {out}   card: {out / 'card.md'}")
    show(f"use it: models: [{{transfer: {{encoder: {out}}}}}]")
