"""The judge's arithmetic, DeLong and bootstrap replicates of every metric, against peers in the same run.

::

    OMP_NUM_THREADS=1 python -m benchmarks.bench_judge

Seconds are of the processor, in one thread, so that what else runs on the machine does not count.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import least_seconds, result
from prognome.core import delong
from prognome.core.bootstrap import replicate_weights
from prognome.core.judged import Judged
from prognome.core.metrics import Metric, metrics_for, weigh

Array = NDArray[np.float64]
DELONG_GOAL_SECONDS = 0.05
RATIO_GOAL = 20.0
OURS = (
    "calibration_intercept",
    "calibration_slope",
    "coverage",
    "set_size",
)  # scikit-learn has none of these


def judged_rows(n: int, seed: int) -> Judged:
    """Binary truth, calibrated enough, with a prediction set for every row."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    event = 1 / (1 + np.exp(-(2 * truth - 1 + 2 * rng.standard_normal(n))))
    score = np.c_[1 - event, event]
    return Judged(truth, score, within=score > 0.2)


def naive_variance(event: NDArray[np.bool_], score: Array) -> tuple[float, float]:
    """AUC and DeLong's variance with every event compared with every other row, a thousand events at once."""
    yes, no = score[event], score[~event]
    above, below = np.empty(len(yes)), np.zeros(len(no))
    for start in range(0, len(yes), 1000):
        piece = yes[start : start + 1000, None]
        wins = (piece > no) + 0.5 * (piece == no)
        above[start : start + 1000] = wins.mean(axis=1)
        below += wins.sum(axis=0)
    below /= len(yes)
    return float(above.mean()), float(above.var(ddof=1) / len(yes) + below.var(ddof=1) / len(no))


def bench_delong(rows: int) -> bool:
    """AUC with its variance for many rows."""
    one = judged_rows(rows, 0)
    event, score = one.truth == 1, np.round(one.event, 4)  # with ties
    found = delong.influence(event, score)
    np.testing.assert_allclose((found.auc, delong.variance(found)), naive_variance(event, score), rtol=1e-9)
    seconds = least_seconds(lambda: delong.variance(delong.influence(event, score)), 7)
    other = judged_rows(rows, 1).event
    paired = least_seconds(lambda: delong.paired_test(event, score, other), 7)
    peer = least_seconds(lambda: naive_variance(event, score), 2)
    result(f"delong_{rows}_rows", seconds, peer, "peer: every pair in numpy; equal values")
    print(f"paired test {paired:.4f} s (goal for either {DELONG_GOAL_SECONDS} s)", flush=True)
    return max(seconds, paired) <= DELONG_GOAL_SECONDS


def bench_bootstrap(
    metrics: Sequence[Metric], name: str, rows: int, models: int, size: tuple[int, int]
) -> bool:
    """All replicates of all models in weighted form, against a loop of which a part is run and scaled up."""
    replicates, run = size
    said = [judged_rows(rows, seed) for seed in range(models)]

    def ours() -> Array:
        pieces = [
            np.stack([weigh(one, metrics, weights) for one in said])
            for weights in replicate_weights(rows, None, replicates, seed=1)
        ]
        return np.concatenate(pieces, axis=2)  # (models, metrics, replicates)

    start = time.process_time()
    values = ours()
    seconds = time.process_time() - start

    first = next(replicate_weights(rows, None, replicates, seed=1))[:run]
    drawn = [np.repeat(np.arange(rows), counts.astype(int)) for counts in first]
    start = time.process_time()
    looped = np.array([[metric.value(said[0].rows(index)) for index in drawn] for metric in metrics])
    peer = (time.process_time() - start) / len(drawn) * replicates * models
    np.testing.assert_allclose(values[0][:, : len(drawn)], looped, rtol=1e-6, atol=1e-9)
    what = f"{len(metrics)} metrics, {replicates} replicates, {models} models, {rows} rows"
    how = f"goal {RATIO_GOAL:.0f}; peer: a loop, {len(drawn)} replicates of one model scaled up; equal values"
    result(f"bootstrap_{name}", seconds, peer, f"{what}; {how}")
    return peer / seconds >= RATIO_GOAL


def print_shares(metrics: Sequence[Metric], rows: int) -> None:
    """Where the time goes: each metric alone, on one model and one piece of weights."""
    one = judged_rows(rows, 0)
    weights = next(replicate_weights(rows, None, 2000, seed=1))
    taken = {m.name: least_seconds(lambda m=m: weigh(one, [m], weights), 2) for m in metrics}  # type: ignore[misc]
    total = sum(taken.values())
    shares = ", ".join(
        f"{name} {100 * t / total:.0f} %" for name, t in sorted(taken.items(), key=lambda x: -x[1])[:6]
    )
    draw = least_seconds(lambda: next(replicate_weights(rows, None, 2000, seed=1)), 2)
    print(f"alone on {len(weights)} replicates: {shares}; drawing them {1000 * draw:.0f} ms", flush=True)


def main() -> int:
    """Print the RESULT lines; exit status 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--models", type=int, default=10)
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--peer-replicates", type=int, default=24)
    options = parser.parse_args()
    every = metrics_for("binary")
    sklearn_has = [metric for metric in every if metric.name not in OURS]
    size = (options.replicates, options.peer_replicates)
    fast = [
        bench_delong(20_000),
        bench_bootstrap(every, "all_binary_metrics", options.rows, options.models, size),
        bench_bootstrap(sklearn_has, "metrics_of_scikit_learn", options.rows, options.models, size),
    ]
    print_shares(every, options.rows)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak_mb:.0f} MB")
    return 0 if all(fast) else 1


if __name__ == "__main__":
    sys.exit(main())
