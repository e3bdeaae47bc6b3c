"""Guard: one column alone gives the target away."""

from __future__ import annotations

from prognome.check.single_columns import Column, Strengths, strengths_of
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.seeds import seed_of

GUARD = "giveaway"
LEVEL = 0.01  # over all columns together
CLASS_ERROR = 0.02  # AUC or balanced accuracy of .98
NUMBER_ERROR = 0.05  # R² of .95
APART = 8.0  # how many times less error than the next column
APART_NUMBER = 5.0
AT_MOST = 10  # so many columns may stand apart together
NAMED = 8

_REMEDY = (
    "If the column is known only after the outcome, or was made from it, leave it out (exclude: in its "
    "block). "
    "If it is honest and known in time, accept {guard} with that reason: no model is needed to use it."
)


def giveaway(cohort: Cohort, *, seed: int = 0) -> list[Alarm]:
    """Find columns that are the target in other words, or stand apart from all others in what they tell.

    Speaks of a column that is an exact copy, or whose AUC, balanced accuracy (.98) or R² (.95) alone is
    all but perfect, implausible by chance among so many columns, and has an eighth (numbers: a fifth) of
    the error of the next one. Where many columns tell much, as gene expression tells leukaemias apart,
    none stands apart and it is silent.

    Parameters
    ----------
    cohort
        Training rows.
    seed
        Of the study.
    """
    strengths = strengths_of(cohort, seed=seed_of(seed, "guard", GUARD))
    copies = [one for one in strengths.best if one.copy and _beyond_chance(one, strengths)]
    apart = _standing_apart(strengths, numbers=not cohort.classes)
    told = [one for one in strengths.best if one in copies or one in apart]
    alarms = []
    for block in dict.fromkeys(one.block for one in told):
        here = [one for one in told if one.block == block]
        alarms.append(_alarm(block, here, strengths, numbers=not cohort.classes))
    return alarms


def _beyond_chance(one: Column, strengths: Strengths) -> bool:
    return one.p * max(strengths.looked_at, 1) <= LEVEL


def _standing_apart(strengths: Strengths, *, numbers: bool) -> list[Column]:
    """The largest set of up to ten best columns whose worst is far better than what follows."""
    small, far = (NUMBER_ERROR, APART_NUMBER) if numbers else (CLASS_ERROR, APART)
    best = strengths.best
    nothing = 1.0 if numbers else 0.5
    for k in range(min(AT_MOST, len(best)), 0, -1):
        worst = best[k - 1]
        follows = best[k].error if k < len(best) else nothing
        if worst.error > small or not all(_beyond_chance(one, strengths) for one in best[:k]):
            continue
        grain = 1 / (worst.rows**2 / 4 + 1)  # half a pair of rows in the wrong order, so that 0 has a ratio
        if follows + grain >= far * (worst.error + grain):
            return list(best[:k])
    return []


def _alarm(block: str, told: list[Column], strengths: Strengths, *, numbers: bool) -> Alarm:
    measure = "R²" if numbers else "AUC or balanced accuracy"
    names = ", ".join(f"'{one.name}' ({1 - one.error:.3f})" for one in told[:NAMED])
    more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
    others = [one for one in strengths.best if one not in told]
    beside = f"; the next best column reaches {1 - others[0].error:.3f}" if others else ""
    copy = " (a copy of the target in other words)" if all(one.copy for one in told) else ""
    what = (
        f"{'One column gives' if len(told) == 1 else f'{len(told)} columns each give'} the target away "
        f"alone, "
        f"by {measure}{copy}: {names}{more}{beside}."
    )
    facts = {
        "measure": measure,
        "columns": [
            {
                "name": one.name,
                "value": round(1 - one.error, 4),
                "rows": one.rows,
                "copy": one.copy,
                "p": float(f"{one.p:.3g}"),
            }
            for one in told
        ],
        "next": round(1 - others[0].error, 4) if others else None,
        "looked_at": strengths.looked_at,
    }
    return Alarm(GUARD, f"block {block}", what, _REMEDY.format(guard=GUARD), facts)
