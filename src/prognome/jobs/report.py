"""Write the report of a run folder anew, or lay two run folders side by side."""

from __future__ import annotations

from pathlib import Path

from prognome.core.files import explain_os, new_file
from prognome.errors import OutputError
from prognome.report.report import write_report
from prognome.report.side_by_side import compare_runs


def rewrite(folder: Path) -> Path:
    """Write report.html, figures, tables and cards of a run folder anew; its figures do not change.

    Raises
    ------
    OutputError
        If it is no run folder.
    """
    with explain_os(folder):
        write_report(folder)
    return folder / "report.html"


def side_by_side(first: Path, second: Path, out: Path, *, overwrite: bool = False) -> Path:
    """Write one HTML file on two run folders.

    Raises
    ------
    OutputError
        If one is no run folder, or something stands at ``out``.
    """
    if first.resolve() == second.resolve():
        raise OutputError(str(second), "is the same run folder twice", mend="Give two.")
    if out.is_dir():
        raise OutputError(
            str(out), "is a folder", expected="a file", mend="Give a name such as compare.html."
        )
    if out.exists() and not overwrite:
        raise OutputError(
            str(out), "is there already", mend="Give another place with -o, or say --overwrite."
        )
    page = compare_runs(first, second)
    with new_file(out) as made:
        made.write_text(page, encoding="utf-8", newline="\n")
    return out
