"""``prognome run``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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

if TYPE_CHECKING:
    from prognome.core.study import Study
    from prognome.jobs.run import RunResult
    from prognome.jobs.watch import Said

EPILOG = r"""
[bold]Examples[/bold]

  prognome run study.yaml -o out

  prognome run study.yaml -o quick --set split.outer.folds=3 --set models=\[logistic]

  prognome run study.yaml -o out --set guards=strict      nothing is judged while a guard has an alarm

  prognome run --replay out/run.json -o again      the same numbers once more
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="run", epilog=EPILOG)(run_command)


def run_command(
    study: Annotated[
        Path | None, typer.Argument(readable=False, help="Study file.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path("out"),
    changes: Changes = [],  # noqa: B006 - typer reads it, nobody writes it
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            help="Processes; default: all cores. Results do not depend on it.",
            show_default=False,
        ),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option("--replay", metavar="RUN.JSON", help="Do an earlier run again.", show_default=False),
    ] = None,
    overwrite: Overwrite = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew: take up nothing of an interrupted run.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Answer a study's question: split, judge models honestly, write scores, report and bundle."""
    listen(quiet=quiet, verbose=verbose, debug=debug)
    from prognome.core.study import Study
    from prognome.errors import StudyError

    if (study is None) == (replay is None):
        raise StudyError(
            "run", "give either a study file or --replay RUN.JSON", mend="See: prognome run --help."
        )
    if replay is not None:
        from prognome.jobs.record import other_versions, read_replay

        if changes:
            raise StudyError("run --replay", "takes no --set: it does the same again")
        question = read_replay(replay)
        for change in other_versions(replay):
            say(f"note: another version than in that run: {change}")
    else:
        assert study is not None
        question = Study.from_file(study, changes=changes)
    execute(question, out, workers=workers, overwrite=overwrite, as_json=as_json, fresh=fresh)


def execute(
    study: Study,
    out: Path,
    *,
    workers: int | None,
    overwrite: bool,
    as_json: bool,
    fresh: bool = False,
) -> None:
    """Run a study and show what came of it."""
    from prognome.jobs.run import run

    say(_meaning(study))
    with bar("judging") as progress:
        result = run(
            study, out, workers=workers, overwrite=overwrite, fresh=fresh,
            progress=progress, say=detail, notice=say,
        )  # fmt: skip
    if as_json:
        show_json({key: value for key, value in result.record.items() if key != "study"} | {"out": str(out)})
        return
    for note in result.record["notes"]:
        say(f"note: {note}")
    for label, why in result.record["failures"].items():
        say(f"failed: {label}: {why}")
    show(table(result))
    show(verdict(result))
    for part, sentence in result.judgement.verdicts.items():
        show(sentence)
        for line in result.judgement.subgroups.get(part, []):
            show(line)
    if result.judgement.added.summary:
        show(result.judgement.added.summary)
    tell_guards(result.guards)
    show(f"report: {out / 'report.html'}")


def tell_guards(told: Sequence[Said]) -> None:
    """Every alarm with its remedy, on stderr; what was accepted with its reason."""
    for one in told:
        if one.status == "alarm":
            say(f"guard {one.guard} ({one.where}): {one.what} {one.remedy}")
        elif one.status == "accepted":
            say(f"guard {one.guard} ({one.where}), accepted ({one.reason}): {one.what}")


def _meaning(study: Study) -> str:
    """The kind of target, repeated: a classic to get wrong in silence."""
    target = study.target
    meant = f"binary, the event is '{target.positive}'" if target.kind == "binary" else target.kind
    return f"{study.name}: {target.column} is {meant}; judged by {study.primary}"


def table(result: RunResult) -> Any:
    """Models by parts: the primary metric with its interval."""
    from rich.table import Table

    lines = result.record["summary"]
    parts = list(dict.fromkeys(line["part"] for line in lines))
    baselines = {model["label"] for model in result.record["models"] if model["baseline"]}
    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column("model")
    for part in parts:
        grid.add_column(f"{part.removeprefix('external:')} {result.record['primary']}", justify="right")
    for label in dict.fromkeys(line["model"] for line in lines):
        cells = {line["part"]: line for line in lines if line["model"] == label}
        mark = " (best)" if label == result.best else " (baseline)" if label in baselines else ""
        if label == "chosen":
            mark = " (picked by inner folds)"
        style = "bold" if label == result.best else "dim" if label in baselines else None
        grid.add_row(label + mark, *(figure(cells.get(part)) for part in parts), style=style)
    return grid


def figure(line: dict[str, Any] | None) -> str:
    """``0.812 [0.77, 0.85]``."""
    if line is None:
        return ""
    if line["value"] is None:
        return "not defined"
    digits = 3 if abs(line["value"]) < 10 else 1
    if line["low"] is None:
        return f"{line['value']:.{digits}f}"
    return f"{line['value']:.{digits}f} [{line['low']:.{digits}f}, {line['high']:.{digits}f}]"


def verdict(result: RunResult) -> str:
    """One sentence: what was best, and how good it honestly is."""
    record = result.record
    lines = {(line["model"], line["part"]): line for line in record["summary"]}
    level = f"{record['study']['judge']['level']:.0%}"
    part = "cv" if (result.best, "cv") in lines else "validation"
    own = lines[(result.best, part)]
    baseline = next(model["baseline"] for model in record["models"] if model["label"] == result.best)
    text = (
        f"{result.best} is the simplest model within one standard error of the best {part} "
        f"{record['primary']}: {figure(own)} ({level} interval)."
    )
    if baseline:
        text += " It is a baseline: nothing more was learned."
    for (model, other), line in lines.items():
        if model == result.best and other != part:
            text += f" On {other.removeprefix('external:')} ({line['n']:,} rows): {figure(line)}."
    return text
