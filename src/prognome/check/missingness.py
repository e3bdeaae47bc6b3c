"""Guard: which values are missing predicts the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f, fisher_exact
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from prognome.check.association import macro_auc, percent, r_squared, target_of
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.seeds import seed_of

GUARD = "missingness_predicts"
LEVEL = 0.005  # over all patterns together
AUC = 0.6  # of one column's missingness
JOINT_AUC = 0.65  # of all together, out of fold
R2 = 0.05
JOINT_R2 = 0.1
STANDARD_ERRORS = 3.1  # one-sided .001
PATTERNS = 100  # in the joint model; chosen by how often they occur, never by the target
LEAST_ROWS = 5
NAMED = 8
WIDTH = 1024

_REMEDY = (
    "Find out why values are missing: where tests are ordered, or annotations exist, because of the "
    "outcome, a model "
    "that sees them (or their imputed middle) learns that and not biology. Leave the columns out "
    "(exclude:), or "
    "accept {guard} if values will be missing for the same reason where the model is used."
)


@dataclass(frozen=True, eq=False)
class Pattern:
    """Columns that are missing for exactly the same rows."""

    missing: NDArray[np.bool_]
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Single:
    """What one pattern alone tells."""

    pattern: Pattern
    strength: float
    p: float


def missingness_predicts(cohort: Cohort, *, seed: int = 0) -> list[Alarm]:
    """Predict the target from what is missing alone, column by column and all together.

    A column speaks where its missingness is associated with the target beyond chance (Fisher's exact
    test, or F; Bonferroni over distinct patterns) and reaches an AUC of .6 (numbers: R² of .05); all
    together where a penalised linear model reaches .65 (.1) out of fold, three standard errors above
    nothing.

    Parameters
    ----------
    cohort
        Training rows; an optional block that is absent counts as one column.
    seed
        For the folds.
    """
    target, classes = target_of(cohort), len(cohort.classes)
    patterns = patterns_of(cohort)
    if not patterns or len(np.unique(target)) < 2:
        return []
    singles = [_single(one, target, classes) for one in patterns]
    enough = AUC if classes else R2
    speaking = sorted(
        (one for one in singles if one.p * len(patterns) <= LEVEL and one.strength >= enough),
        key=lambda one: (-one.strength, one.pattern.columns),
    )
    joint, sure = _together(patterns, target, classes, seed_of(seed, "guard", GUARD))
    joint_speaks = sure and joint >= (JOINT_AUC if classes else JOINT_R2)
    if not speaking and not joint_speaks:
        return []
    return [_alarm(cohort, patterns, speaking, joint)]


def patterns_of(cohort: Cohort) -> list[Pattern]:
    """Distinct patterns of missing rows, five or more missing and five or more not; commonest first."""
    found: dict[bytes, list[str]] = {}
    several = len(cohort.blocks) > 1
    for block, present in cohort.present.items():
        _add(found, ~present, f"{block} (the whole block)")
    for block, table in cohort.blocks.items():
        rows = cohort.present.get(block)
        for start in range(0, table.shape[1], WIDTH):
            part = table.frame.iloc[:, start : start + WIDTH]
            missing = part.isna().to_numpy()
            if rows is not None:
                missing[~rows] = False  # said once, by the whole block
            for at in np.flatnonzero(missing.any(axis=0)):
                name = str(part.columns[int(at)])
                _add(found, missing[:, at], f"{block}: {name}" if several else name)
    n = len(cohort)
    patterns = [
        Pattern(np.unpackbits(np.frombuffer(key, dtype=np.uint8), count=n).astype(bool), tuple(columns))
        for key, columns in found.items()
    ]
    return sorted(
        patterns, key=lambda one: (-min(int(one.missing.sum()), int((~one.missing).sum())), one.columns)
    )


def _add(found: dict[bytes, list[str]], missing: NDArray[np.bool_], name: str) -> None:
    count = int(missing.sum())
    if min(count, len(missing) - count) >= LEAST_ROWS:
        found.setdefault(np.packbits(missing).tobytes(), []).append(name)


def _single(pattern: Pattern, target: NDArray[Any], classes: int) -> Single:
    missing = pattern.missing
    n = len(target)
    if not classes:
        r2 = float(np.corrcoef(missing, target)[0, 1] ** 2)
        return Single(pattern, r2, float(f.sf(r2 / max(1 - r2, 1e-300) * (n - 2), 1, n - 2)))
    inside = np.bincount(target[missing], minlength=classes).astype(float)
    total = np.bincount(target, minlength=classes).astype(float)
    shares = inside / np.maximum(total, 1)
    rest = (inside.sum() - inside) / np.maximum(n - total, 1)
    auc = np.where(total > 0, 0.5 + np.abs(shares - rest) / 2, 0.5)
    strength = float(auc.max())
    return Single(pattern, strength, _smallest_p(inside, total, n) if strength >= AUC else 1.0)


def _smallest_p(inside: NDArray[np.float64], total: NDArray[np.float64], n: int) -> float:
    """Fisher's exact test of each class against the rest, times the classes looked at."""
    tests = np.flatnonzero(total > 0)
    tests = tests[-1:] if len(tests) == 2 else tests
    missing = inside.sum()
    smallest = 1.0
    for code in tests:
        table = [
            [inside[code], missing - inside[code]],
            [total[code] - inside[code], n - missing - total[code] + inside[code]],
        ]
        smallest = min(smallest, float(fisher_exact(np.array(table, dtype=int)).pvalue))
    return min(1.0, smallest * len(tests))


def _together(patterns: list[Pattern], target: NDArray[Any], classes: int, seed: int) -> tuple[float, bool]:
    """AUC or R² out of fold of a penalised linear model on the patterns; and whether it is beyond chance."""
    x = np.column_stack([one.missing for one in patterns[:PATTERNS]]).astype(float)
    if len(patterns) > 1:
        x = np.column_stack([x, x.mean(axis=1)])
    if not classes:
        folds = KFold(5, shuffle=True, random_state=seed)
        said = cross_val_predict(
            make_pipeline(StandardScaler(), Ridge(len(target) / 10)), x, target, cv=folds
        )
        r = float(np.corrcoef(said, target)[0, 1]) if said.std() > 0 else 0.0
        return r_squared(target, said), bool(r * np.sqrt(len(target)) > STANDARD_ERRORS)
    sizes = np.bincount(target, minlength=classes)
    usable = np.flatnonzero(sizes >= 5)
    kept = np.isin(target, usable)
    if len(usable) < 2:
        return 0.5, False
    codes = pd.factorize(target[kept], sort=True)[0]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=200))
    splits = StratifiedKFold(5, shuffle=True, random_state=seed)
    said = cross_val_predict(model, x[kept], codes, cv=splits, method="predict_proba")
    joint = macro_auc(said, codes, len(usable))
    smallest, n = sizes[usable].min(), kept.sum()
    error = np.sqrt((n + 1) / (12 * smallest * (n - smallest)))  # of an AUC of .5, by the smallest class
    return joint, bool(joint - 0.5 > STANDARD_ERRORS * error)


def _alarm(cohort: Cohort, patterns: list[Pattern], speaking: list[Single], joint: float) -> Alarm:
    measure = "AUC" if cohort.classes else "R²"
    columns = [name for one in speaking for name in one.pattern.columns]
    said = f"{measure} {joint:.2f} out of fold from what is missing, without any value"
    if speaking:
        first = speaking[0]
        listed = ", ".join(f"'{name}'" for name in columns[:NAMED])
        more = f" and {len(columns) - NAMED} more" if len(columns) > NAMED else ""
        what = (
            f"Which values are missing predicts the target: {said}; most by {listed}{more}"
            f"{_shares(cohort, first)}."
        )
    else:
        what = f"Which values are missing predicts the target: {said}, by many columns together."
    facts: dict[str, Any] = {
        "measure": measure,
        "joint": round(joint, 4),
        "patterns": len(patterns),
        "columns": [
            {"name": name, "value": round(one.strength, 4), "p": float(f"{one.p:.3g}")}
            for one in speaking
            for name in one.pattern.columns
        ][:50],
    }
    where = f"column {columns[0]}" if len(columns) == 1 else "missing values"
    return Alarm(GUARD, where, what, _REMEDY.format(guard=GUARD), facts)


def _shares(cohort: Cohort, one: Single) -> str:
    """How often the first is present, by class; a number target has no such sentence."""
    if not cohort.classes or len(cohort.classes) > 3:
        return ""
    target = target_of(cohort)
    shares = [
        f"{percent(1 - one.pattern.missing[target == code].mean())} of class {name}"
        for code, name in enumerate(cohort.classes)
        if (target == code).any()
    ]
    return f" (the first is present for {', '.join(shares)})"
