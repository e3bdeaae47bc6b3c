"""How networks were trained: losses by epoch, the epoch that was kept, and whether they had learned out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prognome.page.chart import Axis, Plot, draw, key, line, points
from prognome.page.html import Markup, element
from prognome.page.numbers import count, seconds, significant
from prognome.page.palette import role
from prognome.report.drawing import Drawing, figures, slug
from prognome.report.folder import Run
from prognome.report.words import in_part, model_name, sentence

MOST_LINES = 60
FEWEST_EPOCHS = 5
LAST_FIFTH = 0.8
LAST_TENTH = 0.9
NAMED_GAIN = 0.05
DIVERGED = "is no number"


@dataclass(frozen=True, eq=False)
class Training:
    """One training.

    Parameters
    ----------
    train, validation
        (epochs,) losses; the latter NaN where no rows were kept aside.
    best
        The kept epoch, from 1.
    seconds
        Of all its epochs.
    """

    train: NDArray[np.float64]
    validation: NDArray[np.float64]
    best: int
    seconds: float

    @property
    def epochs(self) -> int:
        """How many were run."""
        return len(self.train)

    @property
    def judged(self) -> bool:
        """Whether rows were kept aside."""
        return bool(np.isfinite(self.validation).any())

    @property
    def still_learning(self) -> bool:
        """Whether the validation loss still fell when the epochs ran out.

        The kept epoch is among the last tenth, and the last fifth of the epochs brought more than 5 % of all
        that was gained since the first.
        """
        if not self.judged or self.epochs < FEWEST_EPOCHS or self.best <= LAST_TENTH * self.epochs:
            return False
        cut = int(LAST_FIFTH * self.epochs)
        before, after = np.nanmin(self.validation[:cut]), np.nanmin(self.validation[cut:])
        gained = self.validation[0] - min(before, after)
        return bool(gained > 0 and before - after > NAMED_GAIN * gained)


def training_section(run: Run) -> tuple[Markup | None, list[Drawing]]:
    """A chart and a sentence for each network; None where none was trained."""
    if not len(run.training):
        return None, []
    labels = [label for label in run.labels if label in set(run.training["model"])]
    drawings = [training_drawing(run, label) for label in labels]
    lines = [element("li", words) for label in labels for words in training_words(run, label)]
    lines += [
        element("li", f"{sentence(model_name(run, label))} came to no end: {why}")
        for label, why in run.record.get("failures", {}).items()
        if DIVERGED in why
    ]
    body = element(
        "section",
        element("h2", "Training"),
        element("ul", lines),
        figures(drawings),
        element(
            "p",
            "Validation rows are some of the training rows of a fit, kept aside to say when to stop; none of "
            "them judges. All losses: training.tsv in the run folder.",
            class_="note",
        ),
        id="training",
    )
    return body, drawings


def read_trainings(run: Run, label: str) -> list[Training]:
    """The trainings of a model on the part that chose the best, in their order."""
    here = run.training[(run.training["model"] == label) & (run.training["part"] == run.main)]
    return [
        Training(
            one["train_loss"].to_numpy(float),
            one["validation_loss"].to_numpy(float),
            int(one.loc[one["best"] == 1, "epoch"].iloc[0]) if (one["best"] == 1).any() else len(one),
            float(one["seconds"].sum()),
        )
        for _, one in here.groupby(["repeat", "fold", "member"], sort=False, dropna=False)
    ]


def training_words(run: Run, label: str) -> list[str]:
    """What the histories of one model say, and its notes."""
    done = read_trainings(run, label)
    name = sentence(model_name(run, label))
    said = []
    if done:
        spent = seconds(sum(one.seconds for one in done))
        how_many = f"{count(len(done), 'training')} {in_part(run, run.main)}, {spent} in all"
        said.append(f"{name}: {how_many}. {_verdict(done)}")
    models = [one for one in run.record["models"] if one["label"] == label]
    notes = [str(note) for one in models for note in one.get("training_notes", [])]
    return [*said, *(f"{name}: {note}." for note in notes)]


def _verdict(done: list[Training]) -> str:
    """Whether they had learned out when they stopped."""
    judged = [one for one in done if one.judged]
    epochs = _span([one.epochs for one in done])
    if not judged:
        return f"No rows were kept aside to say when to stop, so all epochs were run ({epochs})."
    best = [one.best for one in judged]
    kept = f"Of {epochs} epochs that were run, "
    kept += f"epoch {_span(best)} was kept" if min(best) == max(best) else f"epochs {_span(best)} were kept"
    rising = sum(one.still_learning for one in judged)
    early = sum(one.best <= 2 < one.epochs for one in judged)
    if rising:
        return (
            f"{kept}. In {_share(rising, len(judged))} the validation loss was still falling when the epochs "
            "ran out: more epochs may help."
        )
    if early > len(judged) / 2:
        return (
            f"{kept}. In {_share(early, len(judged))} it got no better after the second epoch: there was "
            "little to learn that holds for other rows, or the learning rate is too high."
        )
    return f"{kept}; none was still learning when it stopped."


def _share(some: int, everything: int) -> str:
    return "every training" if some == everything else f"{some} of {everything} trainings"


def _span(numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"


def training_drawing(run: Run, label: str) -> Drawing:
    """Loss by epoch, one thin line a training, the kept epochs marked."""
    everything = read_trainings(run, label)
    done = everything[:MOST_LINES]
    longest = max((one.epochs for one in done), default=1)
    losses = [value for one in done for value in (*one.train, *one.validation)]
    unit = "squared error of the scaled target" if run.kind == "number" else "cross-entropy"
    plot = Plot(
        Axis.around([0, longest], "Epoch"),
        Axis.around(losses, f"Loss ({unit})"),
        width=400,
        height=290,
        left=68,
        top=34,
    )
    drawn: list[Markup] = []
    for one in done:
        at = np.arange(1, one.epochs + 1)
        drawn.append(line(plot, at, one.train, role("soft"), width=1, dash="3 3", opacity=0.6))
    for one in done:
        at = np.arange(1, one.epochs + 1)
        drawn.append(line(plot, at, one.validation, role("s1"), width=1.2, opacity=0.7))
    judged = [one for one in done if one.judged]
    best = [one.validation[one.best - 1] for one in judged]
    drawn.append(points(plot, [one.best for one in judged], best, role("s1"), radius=3.6))
    drawn.append(key([("training rows", role("soft"), "3 3")], plot.left, 20))
    drawn.append(key([("validation rows", role("s1"), "")], plot.left + 140, 20))
    name = model_name(run, label)
    told = "; ".join(
        f"kept epoch {one.best} of {one.epochs}, loss {significant(float(one.validation[one.best - 1]))}"
        for one in judged
    )
    left_out = (
        f", the first {count(len(done))} of {count(len(everything))}" if len(everything) > len(done) else ""
    )
    caption = (
        f"{sentence(name)}: loss by epoch, one line a training{left_out}. The dot is the epoch that was kept."
    )
    title = f"Training of the {name}" if name != label else f"Training of {label}"
    return Drawing(f"training_{slug(label)}", title, caption, draw(plot, drawn, title, told))
