"""How often the judge's comparisons claim a difference where there is none, and where there is one.

::

    OMP_NUM_THREADS=1 python -m benchmarks.false_positives          # rewrites docs/false_positives.md
    OMP_NUM_THREADS=1 python -m benchmarks.false_positives --quick  # prints a rough version

Simulated worlds of known truth. The tests are the ones that ``prognome.validate.compare`` calls.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.null_worlds import (
    Array,
    Learner,
    Rows,
    Scheme,
    auc,
    best_features,
    centroid,
    classes,
    discriminant,
    features,
    out_of_fold,
    squares,
    stratified,
)
from prognome.core import delong
from prognome.core.bootstrap import percentile_interval, replicate_weights
from prognome.core.metrics import METRICS, Judged
from prognome.core.paired_tests import (
    corrected_resampled_t,
    mcnemar,
    paired_bootstrap,
    paired_t,
    wilcoxon_signed_rank,
)
from prognome.validate.candidate import Candidate
from prognome.validate.choose import Standing, choose
from prognome.validate.compare import (
    A_BETTER,
    B_BETTER,
    LEAST_SHARE,
    MORE_ALIKE,
    HolmFamily,
    compare,
    find_family,
)
from prognome.validate.score import Interval, JudgedFold

PAGE = Path(__file__).resolve().parents[1] / "docs" / "false_positives.md"
SCHEMES = (Scheme(5), Scheme(5, 3), Scheme(10))
SIZES = (80, 200, 500)
LIMIT = 0.055
PIECE = 250
AUC = METRICS["auc_roc"]


# --- two models over folds ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """Two models that learn alike, each from features of its own and some that both see.

    Parameters
    ----------
    name
        In the table.
    learner
        Of both.
    shared, first, second
        Shift of every feature in events, in standard deviations.
    constant
        Whether the second says the same of every row instead.
    """

    name: str
    learner: Learner
    shared: tuple[float, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]
    constant: bool = False


NOTHING = tuple([0.0] * 50)
SOME = (0.6, 0.6, 0.6, *NOTHING[3:])
EQUAL = (
    Pair("no signal, 4 features each", centroid, (), (0.0,) * 4, (0.0,) * 4),
    Pair("no signal, against a constant", centroid, (), (0.0,) * 4, (), constant=True),
    Pair("no signal, the best 1 of 50", best_features(1), (), NOTHING, NOTHING),
    Pair("the best 1 of 50, 3 with signal", best_features(1), (), SOME, SOME),
    Pair("signal, 5 features each and 5 shared", discriminant, (0.3,) * 5, (0.3,) * 5, (0.3,) * 5),
)
UNEQUAL = (
    Pair("AUC about .80 against .65", discriminant, (), (0.55,) * 5, (0.25,) * 5),
    Pair("AUC about .80 against a constant", discriminant, (), (0.55,) * 5, (), constant=True),
)


def fold_differences(pair: Pair, n: int, scheme: Scheme, worlds: int, seed: int) -> Array:
    """(worlds, folds) AUC of the first less AUC of the second."""
    rng = np.random.default_rng(seed)
    event = classes(n)
    folds = stratified(event, scheme, seed)
    pieces = []
    for start in range(0, worlds, PIECE):
        count = min(PIECE, worlds - start)
        shared = features(count, event, np.array(pair.shared), rng)
        one = fold_aucs(
            [shared, features(count, event, np.array(pair.first), rng)], event, folds, pair.learner
        )
        other: Array | float = 0.5
        if not pair.constant:
            second = features(count, event, np.array(pair.second), rng)
            other = fold_aucs([shared, second], event, folds, pair.learner)
        pieces.append(one - other)
    return np.concatenate(pieces)


def fold_aucs(blocks: Sequence[Array], event: Any, folds: Sequence[Rows], learner: Learner) -> Array:
    """(worlds, folds)."""
    said = out_of_fold(np.concatenate(blocks, axis=2), event, folds, learner)
    return np.stack([auc(score, event[rows]) for score, rows in zip(said, folds, strict=True)], axis=1)


def rates_over_folds(differences: Array, scheme: Scheme) -> list[float]:
    """Share of worlds with p ≤ .05: prognome's verdict, the published form, plain t, Wilcoxon."""
    share = 1 / (scheme.folds - 1)
    strict = max(LEAST_SHARE, MORE_ALIKE * share)
    forms: tuple[Callable[[Array], Any], ...] = (
        lambda d: corrected_resampled_t(d, strict, freedom=scheme.folds - 1),
        lambda d: corrected_resampled_t(d, share),
        paired_t,
        wilcoxon_signed_rank,
    )
    return [float(np.mean([form(d).p <= 0.05 for d in differences])) for form in forms]


def table_over_folds(pairs: Sequence[Pair], worlds: int, sizes: Sequence[int]) -> Iterator[list[Any]]:
    """Lines of the table of pairs over folds."""
    for pair in pairs:
        for n in sizes:
            for scheme in SCHEMES:
                differences = fold_differences(pair, n, scheme, worlds, seed=n + scheme.folds)
                yield [pair.name, n, scheme.label, *rates_over_folds(differences, scheme)]


# --- two models on rows judged once ---------------------------------------------------------------------


@dataclass(frozen=True)
class RowTest:
    """A test on rows judged once, and how else one might do it.

    Parameters
    ----------
    name, naive
        What is tested, and the other way.
    p_values
        (rng, n, gain) → p of the two ways; ``gain`` above 0 makes the first model better.
    """

    name: str
    naive: str
    p_values: Callable[[np.random.Generator, int, float], tuple[float, float]]

    @property
    def more(self) -> int:
        """How many times as many worlds, where no bootstrap is drawn."""
        return 1 if "bootstrap" in self.name else 4


GROUP = 4


def _alike(rng: np.random.Generator, n: int, *, grouped: bool = False) -> Array:
    """(2, n) exchangeable normal errors of two models, correlated by .5; in groups of four by .5 as well."""

    def draw(k: int) -> Array:
        both = rng.standard_normal(k)
        return np.asarray((both + rng.standard_normal((2, k))) / np.sqrt(2))

    if not grouped:
        return draw(n)
    return (np.repeat(draw(n // GROUP), GROUP, axis=1) + draw(n)) / np.sqrt(2)


def _auc_rows(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float]:
    event = classes(n)
    a, b = _alike(rng, n) + event * np.array([[1 + gain], [1.0]])
    unpaired = [delong.influence(event, score) for score in (a, b)]
    error = np.sqrt(sum(delong.variance(one) for one in unpaired))
    from scipy.stats import norm

    z = (unpaired[0].auc - unpaired[1].auc) / error
    return delong.paired_test(event, a, b).p, float(2 * norm.sf(abs(z)))


def _auc_groups(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float]:
    groups = np.repeat(np.arange(n // GROUP), GROUP)
    event = rng.permutation(classes(n // GROUP))[groups]
    a, b = _alike(rng, n, grouped=True) + event * np.array([[1 + gain], [1.0]])
    return _p_of_verdict(event, a, b, groups), delong.paired_test(event, a, b).p


def _p_of_verdict(event: Any, a: Array, b: Array, groups: Any) -> float:
    """Of the AUC on a part with groups, through the very function that draws the verdict."""
    said = {
        (label, "test"): [
            JudgedFold(1, 1, np.arange(len(event)), Judged(event.astype(int), np.c_[-one, one]))
        ]
        for label, one in (("a", a), ("b", b))
    }
    family = HolmFamily("a", ("a", "b"), (), "b")
    table = compare(said, AUC, family=family, groups_of=lambda part: groups, interval=Interval(100, 0.95, 0))
    return float(table["p"].iloc[0])


def _decisions(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float]:
    from scipy.stats import chi2

    a, b = _alike(rng, n) > np.array([[-0.7 - gain], [-0.7]])  # right in 76 of 100
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    corrected = max(abs(only_a - only_b) - 1, 0) ** 2 / max(only_a + only_b, 1)
    return mcnemar(a, b).p, float(chi2.sf(corrected, 1))


def _bootstrap(
    metric: str, a: Judged, b: Judged, groups: Any, rng: np.random.Generator
) -> tuple[float, float]:
    seed, look = int(rng.integers(2**31)), rng.random() < 0.25
    p = paired_bootstrap(METRICS[metric], a, b, groups=groups, seed=seed).p
    if not look:
        return p, float("nan")
    weights = np.concatenate(list(replicate_weights(len(a.truth), None, 1000, seed)))
    drawn = METRICS[metric].weighted(a, weights) - METRICS[metric].weighted(b, weights)
    low, high = percentile_interval(drawn, 0.95)
    return p, float(low <= 0 <= high)  # 0: the percentile interval of rows leaves nought out


def _numbers(*, grouped: bool = False, heavy: bool = False) -> Any:
    def p_values(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float]:
        truth = rng.standard_normal(n)
        errors = _alike(rng, n, grouped=grouped)
        if heavy:
            errors = errors / np.sqrt(rng.chisquare(3, n) / 3)
        a, b = truth + errors * np.array([[1 / (1 + gain)], [1.0]])
        groups = np.repeat(np.arange(n // GROUP), GROUP) if grouped else None
        return _bootstrap("mae", Judged(truth, a), Judged(truth, b), groups, rng)

    return p_values


def _probabilities(metric: str) -> Any:
    def p_values(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float]:
        event = classes(n)
        logit = 1.5 * (_alike(rng, n) + (event - 0.4) * np.array([[1 + gain], [1.0]]))
        p = 1 / (1 + np.exp(-logit))
        a, b = (Judged(event.astype(int), np.c_[1 - one, one]) for one in p)
        return _bootstrap(metric, a, b, None, rng)

    return p_values


PERCENTILE = "percentile bootstrap"
ON_ROWS = (
    RowTest("AUC: DeLong", "the two taken as independent", _auc_rows),
    RowTest("AUC, groups of 4: DeLong by groups, t", "DeLong, groups ignored", _auc_groups),
    RowTest("accuracy: McNemar, mid-p", "McNemar, corrected χ²", _decisions),
    RowTest("MAE: paired bootstrap", PERCENTILE, _numbers()),
    RowTest("MAE, heavy tails: paired bootstrap", PERCENTILE, _numbers(heavy=True)),
    RowTest("MAE, groups of 4: paired bootstrap", "percentile, groups ignored", _numbers(grouped=True)),
    RowTest("Brier: paired bootstrap", PERCENTILE, _probabilities("brier")),
    RowTest("F1: paired bootstrap", PERCENTILE, _probabilities("f1")),
)


def table_on_rows(worlds: int, sizes: Sequence[int]) -> Iterator[list[Any]]:
    """Lines of the table of tests on rows: size of both ways, and power where the first is better."""
    for test in ON_ROWS:
        for n in sizes:
            rng = np.random.default_rng(n)
            none = np.array([test.p_values(rng, n, 0.0) for _ in range(test.more * worlds)])
            real = np.array([test.p_values(rng, n, 0.35) for _ in range(max(100, worlds // 8))])
            size = [float((p[~np.isnan(p)] <= 0.05).mean()) for p in none.T]
            yield [test.name, n, size[0], test.naive, size[1], float((real[:, 0] <= 0.05).mean())]


# --- the whole family, after the best was chosen on the same folds --------------------------------------


@dataclass(frozen=True)
class Member:
    """A model of a family: which columns it sees and how it learns; without a learner it is constant."""

    label: str
    columns: slice
    learner: Learner | None
    baseline: bool = False
    reluctant: bool = False


@dataclass(frozen=True)
class World:
    """Models judged together, and which claims about them are false.

    Parameters
    ----------
    name
        In the table.
    shifts
        Of all columns.
    members
        In the order of the menu.
    false
        Whether a claim about this rival is false.
    """

    name: str
    shifts: tuple[float, ...]
    members: tuple[Member, ...]
    false: Callable[[str], bool]


_USUAL = (
    Member("dummy", slice(0, 1), None, baseline=True),
    Member("clinical_only", slice(0, 3), discriminant, baseline=True),
    Member("single_best", slice(3, 33), best_features(1), baseline=True, reluctant=True),
    Member("linear", slice(0, 33), discriminant),
    Member("naive_bayes", slice(0, 33), centroid),
    Member("top_five", slice(0, 33), best_features(5)),
    Member("squares", slice(0, 33), squares),
)
_MANY = (
    Member("dummy", slice(0, 1), None, baseline=True),
    *(Member(f"model_{k}", slice(4 * k, 4 * k + 8), discriminant) for k in range(10)),
)
_TWINS = (
    Member("dummy", slice(0, 1), None, baseline=True),
    *(Member(f"model_{k}", slice(5 * k, 5 * k + 5), discriminant) for k in range(4)),
)
FAMILIES = (
    World("no signal; three baselines, four models", (0.0,) * 33, _USUAL, lambda rival: True),
    World("no signal; dummy, ten models", (0.0,) * 44, _MANY, lambda rival: True),
    World(
        "signal; dummy, four models as good as each other",
        (0.3,) * 20,
        _TWINS,
        lambda rival: rival != "dummy",
    ),
)


def table_of_families(worlds: int, sizes: Sequence[int]) -> Iterator[list[Any]]:
    """Lines of the table of whole families."""
    for world in FAMILIES:
        for n in sizes:
            for scheme in SCHEMES:
                yield [world.name, n, scheme.label, *family_rates(world, n, scheme, worlds)]


def family_rates(world: World, n: int, scheme: Scheme, worlds: int) -> list[float]:
    """Share of worlds with any false verdict; with any p ≤ .05 of the plain paired t, highest mean first."""
    rng = np.random.default_rng(n + scheme.folds)
    event = classes(n)
    folds = stratified(event, scheme, n)
    ours, plain = [], []
    for start in range(0, worlds, PIECE):
        x = features(min(PIECE, worlds - start), event, np.array(world.shifts), rng)
        values = {one.label: member_aucs(one, x, event, folds) for one in world.members}
        for k in range(len(x)):
            here = {label: value[k] for label, value in values.items()}
            ours.append(any_false_verdict(world, here, folds, scheme))
            highest = max(here, key=lambda label: float(here[label].mean()))
            rivals = [label for label in here if label != highest and world.false(label)]
            plain.append(any(paired_t(here[highest] - here[rival]).p <= 0.05 for rival in rivals))
    return [float(np.mean(ours)), float(np.mean(plain))]


def member_aucs(member: Member, x: Array, event: Any, folds: Sequence[Rows]) -> Array:
    """(worlds, folds)."""
    if member.learner is None:
        return np.full((len(x), len(folds)), 0.5)
    return fold_aucs([x[:, :, member.columns]], event, folds, member.learner)


def any_false_verdict(world: World, values: dict[str, Array], folds: Sequence[Rows], scheme: Scheme) -> bool:
    """Choose and compare as a run does; the AUC of every fold was computed beforehand."""
    candidates = [
        Candidate(one.label, None, rank, baseline=one.baseline, reluctant=one.reluctant)
        for rank, one in enumerate(world.members)
    ]
    given = replace(AUC, value=lambda judged: float(judged.score[0, 0]))
    said = {
        (label, "cv"): [
            JudgedFold(
                k // scheme.folds + 1, k % scheme.folds + 1, rows, Judged(rows, np.array([[value[k]]]))
            )
            for k, rows in enumerate(folds)
        ]
        for label, value in values.items()
    }
    best = choose(
        [
            Standing(one.label, one.standing, tuple(values[one.label]), repeats=scheme.repeats)
            for one in candidates
        ],
        AUC,
    )
    family = replace(find_family(candidates, said, given, best=best), models=())  # no exploratory lines
    table = compare(said, given, family=family, groups_of=lambda part: None, interval=Interval(100, 0.95, 0))
    claimed = table["verdict"].isin([A_BETTER, B_BETTER])
    if best == "dummy" and not world.false("dummy"):  # then every claim is of dummy's being worse
        return bool((claimed & (table["verdict"] == A_BETTER)).any())
    return bool((claimed & table["b"].map(world.false)).any())


# --- the page -------------------------------------------------------------------------------------------

HEAD = """# False positives

How often a comparison claims a difference where there is none. `python -m benchmarks.false_positives`
simulates it and writes this page; `prognome.validate.compare` draws the verdicts. The aim is that at most
5.5 % of worlds without a difference get a verdict that there is one: 5 %, and a little for the chance of the
simulation. With {worlds:,} worlds a share of 5 % has a standard error of {error:.2f} percentage points.
"""

FOLDS = """
## Two models over folds

Both learn alike, from features of equal worth, so their expected AUC is equal. *Verdict* is the corrected
resampled t-test as prognome uses it. *Published* is the same as Nadeau and Bengio (2003) have it, and
Bouckaert and Frank (2004) for repeats. The plain paired t-test and Wilcoxon's are what most papers use; with
five folds Wilcoxon's cannot reach .05 at all.

"""

WHY_STRICT = """
The published form keeps its promise where models are stable. Where they are not (no signal at all, or one
feature chosen among many) folds are more alike than n_test / n_train says, and repeats of the same rows are
not further folds. So prognome takes n_test / n_train two thirds larger, and never below 1/3, and it leaves
the degrees of freedom at folds - 1 whatever the repeats. Both numbers were chosen on worlds like these. The
price is power: where models are stable the verdict is stricter than it need be.
"""

ROWS = """
## Two models on rows judged once

A test part or an external cohort. The models are given; their errors are exchangeable and correlated by .5.
*Power* is the share found where the first is better by 0.35 (of the distance between classes, of the
threshold, or of the spread of errors). Tests without a bootstrap have four times as many worlds; the
percentile bootstrap is drawn in a quarter of them.

"""

FAMILY = """
## The whole family, after the best was chosen

As a run does it: the best is the simplest within one standard error, chosen on the same folds on which it
then meets the baselines and the runner-up, corrected by Holm. *Any false verdict* is the share of runs that
claim anything that is not so. Beside it what papers do: the model with the highest mean, plain paired t-tests
against all others, nothing corrected. Half as many worlds.

"""

POWER = """
## Where there is a difference

So that nobody thinks the tests merely never claim anything: the share of worlds in which the difference is
found. One eighth as many worlds.

"""


def page(worlds: int, sizes: Sequence[int]) -> tuple[str, float]:
    """The page, and the largest share of false verdicts on it."""
    over_folds = list(table_over_folds(EQUAL, worlds, sizes))
    on_rows = list(table_on_rows(worlds, sizes))
    families = list(table_of_families(max(100, worlds // 2), sizes))
    power = list(table_over_folds(UNEQUAL, max(100, worlds // 8), sizes))
    worst = max([line[3] for line in over_folds + families] + [line[2] for line in on_rows])
    tests = ["verdict", "published", "plain paired t", "Wilcoxon"]
    text = HEAD.format(worlds=worlds, error=100 * np.sqrt(0.05 * 0.95 / worlds))
    text += FOLDS + markdown(["", "rows", "folds", *tests], over_folds) + WHY_STRICT
    text += ROWS + markdown(
        ["", "rows", "false verdicts", "other way", "its false verdicts", "power"], on_rows
    )
    text += FAMILY + markdown(["", "rows", "folds", "any false verdict", "plain paired t"], families)
    text += POWER + markdown(["", "rows", "folds", *tests], power)
    text += f"\nLargest share of false verdicts on this page: {100 * worst:.1f} %.\n"
    return text, worst


def markdown(head: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A table; shares in percent."""
    rows = [
        " | ".join(f"{100 * cell:.1f} %" if isinstance(cell, float) else str(cell) for cell in line)
        for line in lines
    ]
    return (
        "\n".join(f"| {row} |" for row in [" | ".join(head), " | ".join("---" for _ in head), *rows]) + "\n"
    )


def main() -> int:
    """Write the page; exit status 1 where a verdict is wrong too often."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="400 worlds of 80 rows; prints, writes nothing")
    parser.add_argument("--worlds", type=int, default=4000)
    options = parser.parse_args()
    start = time.perf_counter()
    text, worst = page(400, SIZES[:1]) if options.quick else page(options.worlds, SIZES)
    if not options.quick:
        PAGE.write_text(text, encoding="utf-8")
    print(text)
    seconds = time.perf_counter() - start
    print(f"RESULT false positives: worst {100 * worst:.2f} % (limit {100 * LIMIT} %), {seconds:.0f} s")
    return 0 if worst <= LIMIT or options.quick else 1


if __name__ == "__main__":
    sys.exit(main())
