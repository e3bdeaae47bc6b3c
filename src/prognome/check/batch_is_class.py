"""Guard: batch and class are the same thing, or nearly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prognome.check.association import Association, associate, classes_at_home, percent, target_of
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.seeds import seed_of

GUARD = "batch_is_class"
FEWEST_SHOWN = 5
LEVEL = 0.005  # over all batch columns together
SAME = 0.8  # Cramér's V from which batch and class are the same for practical purposes
UNEQUAL = 0.3  # Cohen's w (V · √(smaller side − 1)) of a medium association
EXPLAINED = 0.5  # adjusted R² of batch means, for numbers
SHOWN = 20

_REMEDY = (
    "Judge batches that no model has seen (split: {{outer: {{leave_out: {column}}}}}), and read the "
    "baseline of "
    "group means beside the models. No correction can part batch from {what} where one implies the other; "
    "naive ones remove both."
)


def batch_is_class(cohort: Cohort, batch: Sequence[str], *, seed: int = 0) -> list[Alarm]:
    """Compare each batch column with the target.

    Speaks where the association is beyond chance (permutation, over all columns) and large: Cramér's V of .8,
    a class that stands in one batch only, Cohen's w of .3 (medium: the mix is unequal); for numbers where
    batch means explain half of the variance.

    Parameters
    ----------
    cohort
        Training rows, the batch columns among its facts.
    batch
        Columns of ``rows.batch``.
    seed
        Of the study.

    References
    ----------
    Cohen (1988), Statistical power analysis for the behavioral sciences, chapter 7.
    Soneson, Gerster, Delorenzi (2014), Batch effect confounding leads to strong bias in performance estimates
    obtained by cross-validation, 10.1371/journal.pone.0100335.
    """
    found = []
    target = target_of(cohort)
    for column in batch:
        tie = associate(
            cohort.facts[column], target, len(cohort.classes), seed=seed_of(seed, "guard", GUARD, column)
        )
        if tie is None or tie.p * len(batch) > LEVEL:
            continue
        what = _say(cohort, column, tie) if cohort.classes else _say_number(column, tie)
        if what:
            remedy = _REMEDY.format(column=column, what="class" if cohort.classes else "target")
            found.append(Alarm(GUARD, f"column {column}", what, remedy, _facts(cohort, tie)))
    return found


def _say(cohort: Cohort, column: str, tie: Association) -> str:
    counts, classes = tie.counts, cohort.classes
    at_home = classes_at_home(counts)
    batches = len(counts)
    strength = f"(Cramér's V {tie.strength:.2f}, {tie.rows:,} rows, {batches:,} batches)"
    if len(at_home) == int((counts.sum(axis=0) > 0).sum()):
        return f"Each class stands in one batch only by '{column}': batch and class are the same {strength}."
    if tie.strength >= SAME:
        return f"'{column}' and the class are nearly the same {strength}."
    if at_home:
        names = ", ".join(classes[code] for code in at_home[:8])
        return f"Some classes stand in one batch only by '{column}': {names} {strength}."
    if tie.strength * np.sqrt(min(batches, int((counts.sum(axis=0) > 0).sum())) - 1) < UNEQUAL:
        return ""
    total = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    empty = int(((counts == 0) & (expected >= 5)).any(axis=1).sum())
    if empty:
        return f"{empty:,} of {batches:,} batches by '{column}' lack some of the classes {strength}."
    code, low, high = _widest(counts)
    return (
        f"Classes are mixed unequally over '{column}': {classes[code]} is {percent(low)} of one batch "
        f"and {percent(high)} of another {strength}."
    )


def _widest(counts: np.ndarray) -> tuple[int, float, float]:
    """The class whose share differs most between batches of five rows and more, with both shares."""
    sizes = counts.sum(axis=1)
    large = sizes >= 5 if (sizes >= 5).sum() > 1 else sizes > 0
    shares = counts[large] / sizes[large, None]
    code = int(np.argmax(shares.max(axis=0) - shares.min(axis=0)))
    return code, float(shares[:, code].min()), float(shares[:, code].max())


def _say_number(column: str, tie: Association) -> str:
    if tie.strength < EXPLAINED:
        return ""
    return (
        f"'{column}' alone explains {percent(tie.strength)} of the target's variance "
        f"(adjusted R² of batch means, {tie.rows:,} rows, {len(tie.counts):,} batches)."
    )


def _hidden(count: int) -> int | str:
    """A count of one to four people could tell who they are."""
    return f"< {FEWEST_SHOWN}" if 0 < count < FEWEST_SHOWN else count


def _facts(cohort: Cohort, tie: Association) -> dict[str, object]:
    name = "cramers_v" if cohort.classes else "adjusted_r2"
    return {
        name: round(tie.strength, 4),
        "p": round(tie.p, 6),
        "batches": len(tie.counts),
        "classes": list(cohort.classes),
        "counts": [[_hidden(n) for n in row] for row in tie.counts[:SHOWN].tolist()],
    }
