"""Where the numbers come from and how to get them again; what they are for."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import Any

from prognome.page.html import Markup, element
from prognome.page.numbers import size
from prognome.page.table import Column, pairs, table
from prognome.report.folder import Run


def provenance_section(run: Run) -> Markup:
    """Versions, inputs, seed, replay command, date."""
    record = run.record
    machine = record.get("machine", {})
    entries: list[tuple[object, object]] = [
        ("Date", element("time", _date(record["started"]), datetime=record["started"])),
        ("Seed", str(record["study"].get("seed", 0))),
        ("Study", _hash(record["study_sha256"])),
        ("Versions", ", ".join(f"{name} {version}" for name, version in record["versions"].items())),
        ("Machine", ", ".join(str(machine[k]) for k in ("system", "processor") if k in machine)),
    ]
    if "bundle" in record:
        entries.append(
            (
                "Bundle",
                [f"{record['bundle']['model']}, manifest ", _hash(record["bundle"]["manifest_sha256"])],
            )
        )
    return element(
        "section",
        element("h2", "Provenance"),
        pairs([(a, b) for a, b in entries if b]),
        _inputs(run),
        element("p", "To get the same numbers again, in the run folder:"),
        element("pre", element("code", record["replay"]), tabindex=0),
        id="provenance",
    )


def limits_section() -> Markup:
    """Intended use and limits."""
    return element(
        "section",
        element("h2", "Intended use and limits"),
        element(
            "p",
            element("strong", "For research. Not a medical device."),
            " The model behind this report has not been "
            "validated for decisions on diagnosis or treatment and must not be used for them.",
        ),
        element(
            "p",
            "The figures hold for people like those in the cohort, measured in the same way. Intervals show "
            "the chance in who was judged; they do not show what another hospital, another assay or another "
            "time would change. An association that a model uses is not a cause.",
        ),
        id="limits",
    )


def _date(stamp: str) -> str:
    return stamp.replace("T", " ").replace("+00:00", " UTC")


def _hash(digest: str) -> Markup:
    return element("code", f"sha256 {digest[:12]}…", title=digest)


def _inputs(run: Run) -> Markup:
    inputs: list[dict[str, Any]] = run.record["inputs"]
    names = Counter(PurePath(one["path"]).name for one in inputs)
    rows = []
    for one in inputs:
        path = PurePath(one["path"])
        shown = path.name if names[path.name] == 1 else "/".join(path.parts[-2:])
        rows.append([shown, size(int(one["bytes"])), _hash(one["sha256"])])
    columns = [Column("Input"), Column("Size", numeric=True), Column("Checksum")]
    caption = "Input files; full paths and checksums stand in run.json"
    return table(caption, columns, rows, name="inputs", caption_shown=True)
