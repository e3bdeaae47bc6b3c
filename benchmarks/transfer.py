"""Does transfer pay: `python -m benchmarks.transfer` measures it and writes docs/transfer.md and its figure.

The task is tf_3 of the Genome Understanding Evaluation, of which the encoder small-dna has seen no label and
no window. Settings of all models are those of the menu; the defaults of `transfer` were chosen on rows of the
training file alone. Each size of training set is drawn several times from the training file, and every model
learns from the same draws. All are judged on the official test file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student
from sklearn.metrics import matthews_corrcoef, roc_auc_score

from benchmarks.transfer_page import KMERS, SCRATCH, write_page
from prognome.check.sequences import shared_between
from prognome.core.cohort import Cohort
from prognome.core.seeds import seed_of
from prognome.core.sequences import Sequences
from prognome.model.kmer import KmerClassifier
from prognome.model.network import NetworkClassifier
from prognome.model.transfer import TransferClassifier

TASK = "tf_3"
DRAWS = {100: 10, 300: 6, 1000: 5, 0: 1}  # 0: all rows
BOOTSTRAP = 1000
SHARED = 24
MODELS: dict[str, Callable[[int], Any]] = {
    KMERS: lambda seed: KmerClassifier(),
    SCRATCH: lambda seed: NetworkClassifier("cnn", random_state=seed),
    "frozen": lambda seed: TransferClassifier(mode="frozen", random_state=seed),
    "fine-tuned": lambda seed: TransferClassifier(mode="finetune", random_state=seed),
}


@dataclass(frozen=True)
class Line:
    """A model at a size: mean over draws, and an interval of 95 %.

    With several draws the interval is Student's over draws: what another draw of training rows would give on
    the same test rows. With all rows it is a bootstrap over test rows.
    """

    model: str
    rows: int
    draws: int
    metric: str
    value: float
    low: float
    high: float


def cohort_of(frame: pd.DataFrame) -> Cohort:
    """Windows without a strand, as a study reads them."""
    ids = np.arange(len(frame)).astype(str).astype(object)
    texts = pd.DataFrame({"sequence": frame["sequence"].to_numpy(dtype=object)})
    return Cohort(ids, {"window": Sequences(ids, texts, "dna", False)})


def measure(data: Path) -> tuple[list[Line], dict[str, Any]]:
    """Every model at every size; and facts for the page."""
    train, test = (
        pd.read_csv(data / "gue" / f"{TASK}_{part}.tsv.gz", sep="\t") for part in ("train", "test")
    )
    judges, truth = cohort_of(test), test["label"].to_numpy()
    clean = ~shared_between(train["sequence"].tolist(), test["sequence"].tolist(), SHARED)
    lines: list[Line] = []
    for size, draws in DRAWS.items():
        n = size or len(train)
        said: dict[str, list[NDArray[np.float64]]] = {name: [] for name in MODELS}
        seconds: dict[str, list[float]] = {name: [] for name in MODELS}
        for draw in range(draws):
            rng = np.random.default_rng(seed_of(0, "transfer", size, draw))
            part = train.iloc[np.sort(rng.permutation(len(train))[:n])]
            rows, y = cohort_of(part), part["label"].to_numpy()
            for name, make in MODELS.items():
                begun = time.process_time()
                model = make(draw).fit(rows, y)
                seconds[name].append(time.process_time() - begun)
                said[name].append(model.predict_proba(judges)[:, 1])
        for name in MODELS:
            lines += _lines(name, n, truth, clean, said[name])
            lines += [_difference(name, other, n, truth, said) for other in (SCRATCH, KMERS)]
            lines.append(Line(name, n, draws, "seconds", float(np.mean(seconds[name])), np.nan, np.nan))
    facts = {"train": len(train), "test": len(test), "clean": int(clean.sum())}
    return lines, facts


def _lines(
    name: str, n: int, truth: NDArray[Any], clean: NDArray[np.bool_], said: list[NDArray[np.float64]]
) -> list[Line]:
    """AUC and MCC, and AUC of test windows that share no long run with any training window."""

    def auc(rows: NDArray[Any], p: NDArray[np.float64]) -> float:
        return float(roc_auc_score(truth[rows], p[rows]))

    def mcc(rows: NDArray[Any], p: NDArray[np.float64]) -> float:
        return float(matthews_corrcoef(truth[rows], p[rows] > 0.5))

    every = np.arange(len(truth))
    found = []
    for metric, figure, rows in (
        ("auc", auc, every),
        ("mcc", mcc, every),
        ("auc apart", auc, np.flatnonzero(clean)),
    ):
        values = np.array([figure(rows, p) for p in said])
        low, high = _over_draws(values) if len(said) > 1 else _over_rows(figure, rows, said[0])
        found.append(Line(name, n, len(said), metric, float(values.mean()), low, high))
    return found


def _difference(
    name: str, other: str, n: int, truth: NDArray[Any], said: dict[str, list[NDArray[np.float64]]]
) -> Line:
    """AUC less that of another model, draw by draw (or test row by test row)."""
    pairs = list(zip(said[name], said[other], strict=True))
    values = np.array([roc_auc_score(truth, p) - roc_auc_score(truth, q) for p, q in pairs])
    if len(pairs) > 1:
        low, high = _over_draws(values)
    else:
        both = np.column_stack(pairs[0])

        def less(rows: NDArray[Any], p: NDArray[np.float64]) -> float:
            return float(roc_auc_score(truth[rows], p[rows, 0]) - roc_auc_score(truth[rows], p[rows, 1]))

        low, high = _over_rows(less, np.arange(len(truth)), both)
    return Line(name, n, len(pairs), f"auc - {other}", float(values.mean()), low, high)


def _over_draws(values: NDArray[np.float64]) -> tuple[float, float]:
    half = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


def _over_rows(
    figure: Callable[[NDArray[Any], NDArray[np.float64]], float], rows: NDArray[Any], p: NDArray[np.float64]
) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    drawn = [figure(rng.choice(rows, len(rows)), p) for _ in range(BOOTSTRAP)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Measure and write the page."""
    root = Path(__file__).resolve().parents[1]
    data = Path(os.environ.get("PROGNOME_DATA", root.parent / "shared" / "data"))
    lines, facts = measure(data)
    write_page(lines, facts, root / "docs")


if __name__ == "__main__":
    main()
