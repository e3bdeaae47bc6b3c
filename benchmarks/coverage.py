"""Measured coverage of every 95 % interval of scores.tsv beside the naive ones; writes docs/coverage.md.

::

    python -m benchmarks.coverage --keep counts.json    all settings, hours; goes on where it stopped
    python -m benchmarks.coverage --keep counts.json --merge more.json    put together, write, run nothing
    python -m benchmarks.coverage --quick               a few minutes, prints alone

Every fitted model has a known true value (``coverage_worlds``). An interval covers where it holds the mean
over the folds of the fitted models' true values; beside it stands how often it holds the expectation over
training sets. Where sites are left out one by one, the truth is that of sites never seen.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.coverage_forests import Forest
from benchmarks.coverage_page import write_page
from benchmarks.coverage_sites import ALIKE, LEFT_OUT, SITE_ROWS, SitesOfNumbers, SitesOfTwoClasses
from benchmarks.coverage_worlds import Drawn, Numbers, ThreeClasses, TwoClasses
from prognome.core.bootstrap import percentile_interval, replicate_weights
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS, Metric, metrics_for
from prognome.core.proportions import share_of
from prognome.core.seeds import seed_of
from prognome.validate.score import Interval, JudgedFold, score_part

ROOT = Path(__file__).resolve().parents[1]
LEVEL = 0.95
FOLDS = 5
WORLDS: dict[str, Any] = {
    "two classes, AUC .80": TwoClasses(),
    "two classes, AUC .96": TwoClasses(apart=2.5),
    "numbers": Numbers(),
    "three classes": ThreeClasses(),
}
TWO_CLASSES: dict[str, Any] = {name: world for name, world in WORLDS.items() if world.kind == "binary"}
OTHERS: dict[str, Any] = {name: world for name, world in WORLDS.items() if name not in TWO_CLASSES}
SITES: dict[str, Any] = {
    "two classes, sites differ": SitesOfTwoClasses(),
    "numbers, sites differ": SitesOfNumbers(),
}
SITES_ALIKE: dict[str, Any] = {"two classes, sites alike": ALIKE}
FORESTS: dict[str, Any] = {"two classes, random forest": Forest()}
SEED = 2  # the constants of the intervals were chosen on the studies of seed 1
NAIVE_STUDIES = 300  # the naive intervals miss by more than this many need to be counted
NAIVE = ("mean ± 1.96 sd/√k over folds", "t over folds", "percentile bootstrap, pooled rows", "Wald")


REPEATED = "cv, 3 repeats"
PARTS = ("cv", REPEATED, "test")


@dataclass(frozen=True)
class Setting:
    """One population, number of rows, part and whether rows come in families."""

    world: str
    n: int
    part: str
    grouped: bool

    @property
    def title(self) -> str:
        """As a heading."""
        rows = "families of five" if self.grouped else "rows alone"
        if self.part == LEFT_OUT:
            rows = f"{self.n // SITE_ROWS} sites of {SITE_ROWS}"
        return f"{self.world}; n = {self.n:,}; {self.part}; {rows}"


@dataclass(frozen=True)
class Plan:
    """Settings that are counted in so many studies: all worlds, sizes and parts with each other."""

    worlds: dict[str, Any]
    sizes: tuple[int, ...]
    parts: tuple[str, ...]
    studies: int

    def settings(self) -> list[Setting]:
        """In the order in which they are run."""
        return [
            Setting(world, n, part, grouped)
            for n in self.sizes
            for world in self.worlds
            for part in self.parts
            for grouped in ((True,) if part == LEFT_OUT else (False, True))
        ]


PLANS = (
    Plan(WORLDS, (200, 500), PARTS, 1000),
    Plan(WORLDS, (2000,), ("cv", "test"), 1000),
    Plan(WORLDS, (80,), ("cv", "test"), 1000),
    Plan(SITES, (200, 320, 480, 800), (LEFT_OUT,), 1000),
    Plan(SITES_ALIKE, (200, 800), (LEFT_OUT,), 1000),
    Plan(FORESTS, (200, 500), ("cv",), 1000),
)
ALL_WORLDS = {**WORLDS, **SITES, **SITES_ALIKE, **FORESTS}


def simulate(setting: Setting, replicates: int, bootstrap: int, *, naive: bool) -> dict[str, Any]:
    """Measured coverage of one setting.

    Returns
    -------
    Metric → shares covered: shown, of the expectation, and of each naive interval; widths and methods.
    """
    world = ALL_WORLDS[setting.world]
    ends: dict[str, list[Any]] = {}
    for number in range(replicates):
        rng = np.random.default_rng(seed_of(SEED, setting.title, number))
        folds, truth, groups = _judge(world, setting, rng)
        metrics = [_quick(metric) for metric in metrics_for(world.kind) if metric.name in truth]
        made = Interval(bootstrap, LEVEL, number)
        table = score_part("model", "cv", folds, metrics, groups=groups, interval=made)
        for name in truth:
            lines = [line for line in table if line["metric"] == name]
            row = {"truth": truth[name], "shown": [lines[-1]["low"], lines[-1]["high"]]}
            row |= {"value": lines[-1]["value"], "method": lines[-1]["method"]}
            if naive and number < NAIVE_STUDIES:
                row |= _naive(name, lines, folds, number)
            ends.setdefault(name, []).append(row)
    return {name: _count(rows) for name, rows in ends.items()}


def _quick(metric: Metric) -> Metric:
    """The same figure by its weighted form: scikit-learn's checks of arguments would take most time."""
    return replace(
        metric, value=lambda judged: float(metric.weighted(judged, np.ones((1, len(judged.truth))))[0])
    )


def _judge(
    world: Any, setting: Setting, rng: np.random.Generator
) -> tuple[list[JudgedFold], dict[str, float], Any]:
    """Fit and judge; the mean over folds of true values."""
    if setting.part == "test":
        learn = world.draw(rng, max(setting.n, 80), grouped=setting.grouped)
        judge = world.draw(rng, setting.n, grouped=setting.grouped)
        beta = world.fit(learn.x, learn.y)
        judged = Judged(judge.y, world.said(beta, judge.x))
        fold = JudgedFold(1, 1, np.arange(setting.n), judged)
        return [fold], {**world.truth(beta), **world.pooled([beta])}, judge.groups
    drawn = world.draw(rng, setting.n, grouped=setting.grouped)
    folds, truths, pooled = [], [], []
    for repeat in range(1, 4 if "repeats" in setting.part else 2):
        betas = []
        for number, rows in enumerate(_cut(drawn, world.kind, setting.part, rng), start=1):
            kept = np.setdiff1d(np.arange(setting.n), rows)
            beta = world.fit(drawn.x[kept], drawn.y[kept])
            betas.append(beta)
            truths.append(world.truth(beta))
            said = world.said(beta, drawn.x[rows])
            folds.append(JudgedFold(repeat, number, rows, Judged(drawn.y[rows], said)))
        pooled.append(world.pooled(betas))
    mean = {name: float(np.mean([one[name] for one in truths])) for name in truths[0]}
    mean |= {name: float(np.mean([one[name] for one in pooled])) for name in pooled[0]}
    return folds, mean, drawn.groups


def _cut(drawn: Drawn, kind: str, part: str, rng: np.random.Generator) -> list[Any]:
    """Five folds: stratified by class, or of whole families; or a fold for each site."""
    n = len(drawn.y)
    if part == LEFT_OUT and drawn.groups is not None:
        return [np.flatnonzero(drawn.groups == site) for site in np.unique(drawn.groups)]
    if drawn.groups is not None:
        order = rng.permutation(drawn.groups.max() + 1)
        return [np.flatnonzero(np.isin(drawn.groups, order[k::FOLDS])) for k in range(FOLDS)]
    order = rng.permutation(n)
    if kind != "number":
        order = order[np.argsort(drawn.y[order], kind="stable")]
    return [np.sort(order[k::FOLDS]) for k in range(FOLDS)]


def _naive(name: str, lines: list[Any], folds: list[JudgedFold], seed: int) -> dict[str, Any]:
    """What papers and scripts print."""
    found: dict[str, Any] = {}
    value = lines[-1]["value"]
    values = np.array([line["value"] for line in lines[:-1]], dtype=float)
    values = values[np.isfinite(values)]
    if len(values) > 1:
        error = values.std(ddof=1) / np.sqrt(len(values))
        for method, reach in ((NAIVE[0], 1.96), (NAIVE[1], stats.t.ppf(0.975, len(values) - 1))):
            found[method] = [values.mean() - reach * error, values.mean() + reach * error]
    once = [fold for fold in folds if fold.repeat == 1]
    rows = Judged(
        np.concatenate([fold.judged.truth for fold in once]),
        np.concatenate([fold.judged.score for fold in once]),
    )
    weights = np.concatenate(list(replicate_weights(len(rows.truth), None, 200, seed)))
    found[NAIVE[2]] = percentile_interval(METRICS[name].weighted(rows, weights), LEVEL)
    share = share_of(name, rows)
    if share is not None and share.base.any():
        reach = 1.96 * np.sqrt(value * (1 - value) / share.base.sum())
        found[NAIVE[3]] = [value - reach, value + reach]
    return found


def _count(rows: list[dict[str, Any]]) -> dict[str, Any]:
    truth = np.array([row["truth"] for row in rows])
    found: dict[str, Any] = {"replicates": len(rows), "truth": float(truth.mean())}
    for name in ("shown", *NAIVE):
        pairs = [row[name] for row in rows if name in row]
        if not pairs:
            continue
        low, high = np.array(pairs, dtype=float).T
        aim = truth[[k for k, row in enumerate(rows) if name in row]]
        covered = (low <= aim) & (aim <= high)
        found[name] = float(covered[np.isfinite(low)].mean()) if np.isfinite(low).any() else None
        if name == "shown":
            expected = (low <= truth.mean()) & (truth.mean() <= high)
            found |= {
                "expectation": float(expected.mean()),
                "width": float(np.nanmean(high - low)),
                "below": float((aim < low).mean()),
                "above": float((aim > high).mean()),
                "undefined": int(np.isnan(low).sum()),
            }
            off = np.array([row["value"] for row in rows], dtype=float) - truth
            found |= {
                "bias": float(np.nanmean(off)),
                "spread": float(np.nanstd(off)),
                "reach": float(np.nanmean(high - low) / (3.92 * np.nanstd(off))),
            }  # fmt: skip
    found["method"] = rows[0]["method"]
    return found


def _line(name: str, one: dict[str, Any]) -> str:
    """One figure, for the screen; ``reach``: width over that of a normal interval with the true error."""
    naive = " ".join(f"{one[each]:.3f}" if one.get(each) is not None else "  -  " for each in NAIVE)
    lean = one["bias"] / one["spread"]
    return (
        f"  {name:22s} {one['shown']:.3f} ({one['below']:.3f} {one['above']:.3f})"
        f" exp {one['expectation']:.3f} bias/sd {lean:+.2f} reach {one['reach']:.2f}"
        f" | {naive} | {one['method']}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and (without --quick) write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few replicates, n = 80 and 200, prints alone")
    parser.add_argument("--replicates", type=int, help="studies of each setting, in place of the plan's")
    parser.add_argument("--bootstrap", type=int, default=1000)
    parser.add_argument("--sizes", type=int, nargs="+", help="these sizes alone")
    parser.add_argument("--worlds", nargs="+", choices=list(ALL_WORLDS), help="these populations alone")
    parser.add_argument("--parts", nargs="+", choices=[*PARTS, LEFT_OUT], help="these parts alone")
    parser.add_argument("--no-naive", action="store_true")
    parser.add_argument("--keep", type=Path, help="a JSON file of settings already counted; grows")
    parser.add_argument(
        "--merge", type=Path, nargs="+", metavar="JSON", help="take over what others counted, and run nothing"
    )
    given = parser.parse_args(arguments)
    if given.merge and not given.keep:
        parser.error("--merge needs --keep, the file to merge into")
    if given.quick:
        given.replicates, given.bootstrap, given.sizes = 100, 300, given.sizes or [80, 200]
    kept: dict[str, Any] = json.loads(given.keep.read_text()) if given.keep and given.keep.exists() else {}
    for other in given.merge or ():
        kept = {**json.loads(other.read_text()), **kept}
    for plan in () if given.merge else PLANS:
        for setting in plan.settings():
            wanted = _wanted(setting, given)
            if not wanted or setting.title in kept:
                continue
            start = time.perf_counter()
            studies = given.replicates or plan.studies
            counts = simulate(setting, studies, given.bootstrap, naive=not given.no_naive)
            kept[setting.title] = {**asdict(setting), "metrics": counts}
            print(f"{setting.title}: {time.perf_counter() - start:.0f} s")
            for name, one in counts.items():
                print(_line(name, one))
            sys.stdout.flush()
            _write(given.keep, kept)
    if given.keep:
        _write(given.keep, kept)
        (ROOT / "docs" / "coverage.md").write_text(write_page(kept), encoding="utf-8")
    return 0


def _wanted(setting: Setting, given: argparse.Namespace) -> bool:
    return (
        (not given.sizes or setting.n in given.sizes)
        and (not given.worlds or setting.world in given.worlds)
        and (not given.parts or setting.part in given.parts)
    )


def _write(path: Path | None, kept: dict[str, Any]) -> None:
    if path:
        path.write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    sys.exit(main())
