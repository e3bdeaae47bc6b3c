"""What benchmarks/transfer.py measured, as docs/transfer.md with one figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from prognome.page.chart import Axis, Plot, as_file, draw, key, line, points, whiskers
from prognome.page.palette import role

KMERS, SCRATCH = "k-mers", "from scratch (cnn)"
COLOURS = {KMERS: "soft", SCRATCH: "s2", "frozen": "s1", "fine-tuned": "s3"}

HEAD = """# Does transfer pay

`python -m benchmarks.transfer` measures this and writes the page. Task: tf_3 of the Genome Understanding
Evaluation (is a transcription factor bound in these 101 letters). The encoder is `small-dna`, which comes
with prognome. Its card (`src/prognome/encoders/small-dna/card.md`) says what it was shown: three other tasks,
less every window that shares 24 letters with a window of tf_3. So it has seen neither a label nor a window of
this task.

Every size is drawn several times from the training file ({train:,} rows). All models learn from the same
draws and are judged on the official test file ({test:,} rows). Settings, those of the encoder too, were fixed
before, on rows of the training file alone; nothing was chosen by test rows. Seconds are of one core, for
training.

![AUC on test rows by number of training rows](images/transfer.svg)

"""

INTERVALS = """
Intervals (95 %) of sizes drawn several times are Student's over draws: how much another draw of training rows
would change the figure, on these test rows. With all rows they are a bootstrap over test rows. *AUC apart*
leaves out the test windows that share 24 letters with some training window ({clean:,} of {test:,} are left).
"""


def write_page(lines: Sequence[Any], facts: dict[str, Any], docs: Path) -> None:
    """Write docs/transfer.md and docs/images/transfer.svg."""
    (docs / "images" / "transfer.svg").write_text(figure(lines), encoding="utf-8")
    text = HEAD.format(**facts) + table(lines, facts) + INTERVALS.format(**facts) + verdict(lines)
    (docs / "transfer.md").write_text(text, encoding="utf-8")


def table(lines: Sequence[Any], facts: dict[str, Any]) -> str:
    """One line a size and model."""
    text = "| rows | draws | model | AUC | MCC | AUC apart | seconds |\n|---:|---:|---|---|---|---|---:|\n"
    for rows in sorted({one.rows for one in lines}):
        for model in COLOURS:
            by = {one.metric: one for one in lines if one.rows == rows and one.model == model}
            size = f"all {rows:,}" if rows == facts["train"] else f"{rows:,}"
            figures = " | ".join(_with_interval(by[metric]) for metric in ("auc", "mcc", "auc apart"))
            text += f"| {size} | {by['auc'].draws} | {model} | {figures} | {by['seconds'].value:.2f} |\n"
    return text


def figure(lines: Sequence[Any]) -> str:
    """AUC against the number of training rows, on a logarithmic axis."""
    sizes = sorted({one.rows for one in lines})
    auc = [one for one in lines if one.metric == "auc"]
    x = Axis(
        np.log10(sizes[0]) - 0.1,
        np.log10(sizes[-1]) + 0.1,
        "training rows",
        tuple(np.log10(sizes)),
        tuple(f"{size:,}" for size in sizes),
    )
    y = Axis.around([value for one in auc for value in (one.low, one.high)], "AUC on test rows")
    plot = Plot(x, y, width=560, height=360)
    marks: list[object] = []
    for at, (model, colour) in enumerate(COLOURS.items()):
        own = sorted((one for one in auc if one.model == model), key=lambda one: one.rows)
        place = np.log10([one.rows for one in own]) + 0.012 * (at - 1.5)
        ink, values = role(colour), [one.value for one in own]
        marks += [
            line(plot, place, values, ink),
            whiskers(plot, place, [one.low for one in own], [one.high for one in own], ink),
            points(plot, place, values, ink),
        ]
    marks.append(key([(model, role(colour), "") for model, colour in COLOURS.items()], plot.left + 14, 30))
    said = "; ".join(
        f"{one.model} with {one.rows:,} rows {one.value:.2f}"
        for one in auc
        if one.rows in (sizes[0], sizes[-1])
    )
    return as_file(str(draw(plot, marks, "AUC on test rows by number of training rows", said)))


def verdict(lines: Sequence[Any]) -> str:
    """What the figures say, in words that follow from them."""
    text = (
        "\n## What is found\n\nDifferences of AUC on the same draws (with all rows, on the same test rows). "
        "*Better* and *worse*\nmean that the interval leaves out 0.\n\n"
        "| rows | model | less from scratch | | less k-mers | |\n|---:|---|---|---|---|---|\n"
    )
    for rows in sorted({one.rows for one in lines}):
        for model in ("frozen", "fine-tuned"):
            by = {one.metric: one for one in lines if one.rows == rows and one.model == model}
            apart = [by[f"auc - {other}"] for other in (SCRATCH, KMERS)]
            cells = " | ".join(f"{_with_interval(one, sign='+')} | {_word(one)}" for one in apart)
            text += f"| {rows:,} | {model} | {cells} |\n"
    return text


def _word(one: Any) -> str:
    return "better" if one.low > 0 else "worse" if one.high < 0 else "not told apart"


def _with_interval(one: Any, *, sign: str = "") -> str:
    return f"{one.value:{sign}.3f} [{one.low:{sign}.3f}, {one.high:{sign}.3f}]"
