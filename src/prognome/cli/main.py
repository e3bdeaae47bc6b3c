"""``prognome``: the commands, and what becomes of an error."""

from __future__ import annotations

import signal
import sys
from typing import Annotated, NoReturn

import typer

from prognome.cli.console import TOLD, complain, say
from prognome.core.foreign_error import tell
from prognome.errors import PrognomeError
from prognome.version import __version__

_INTERRUPTED = 130  # what typer makes of Ctrl-C

app = typer.Typer(
    name="prognome",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Machine learning on genomic data for personalised medicine, with results that hold up.",
    epilog="Begin with: [bold]prognome demo[/bold]   or   "
    "[bold]prognome init patients.tsv --target response[/bold]",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"prognome {__version__}")
        raise typer.Exit


@app.callback()
def _all(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


def _register() -> None:
    from prognome.cli import demo, doctor, init, listing, predict, pretrain, report, run

    if app.registered_commands:  # called more than once in one process
        return
    for command in (demo, init, doctor, run, report, pretrain, predict, listing):
        command.register(app)


def main() -> None:
    """Run the command line; a user's mistake gets a message, never a traceback."""
    signal.signal(signal.SIGTERM, _terminate)
    _register()
    try:
        status = app(standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        _stop()
    except PrognomeError as error:
        if TOLD.debug:
            raise
        complain(str(error))
        sys.exit(error.exit_status)
    except MemoryError:
        complain("out of memory. Use fewer workers (--workers 1), fewer features, or a larger machine.")
        sys.exit(1)
    except OSError as error:
        if TOLD.debug:
            raise
        place, why = error.filename or "the output", (error.strerror or "the system refused").lower()
        complain(
            f"{place}: cannot be read or written; {why}. Look at the path, its permissions and the disk."
        )
        sys.exit(2)
    except Exception as error:
        if hasattr(error, "show") and hasattr(error, "exit_code"):  # click's own words on a wrong call
            error.show()
            sys.exit(error.exit_code)
        if TOLD.debug:
            raise
        complain(
            f"{tell(error)} This is a fault in prognome, not yours: please report it with what --debug "
            "shows, when you have seen that it quotes no patient."
        )
        sys.exit(1)
    if status == _INTERRUPTED:
        _stop()
    if status:
        sys.exit(status)


def _terminate(*_: object) -> NoReturn:
    """Leave by the door, so that what is half-written is taken away."""
    sys.exit(128 + signal.SIGTERM)


def _stop() -> NoReturn:
    say("stopped by Ctrl-C; nothing was left half-written.")
    sys.exit(2)
