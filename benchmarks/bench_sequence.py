"""Counting k-mers and one-hot codes, against scikit-learn and a Python loop in the same run.

::

    OMP_NUM_THREADS=1 python -m benchmarks.bench_sequence

Seconds are of the processor, in one thread, so that what else runs on the machine does not count.
"""

from __future__ import annotations

import argparse
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from benchmarks.timing import least_seconds, result
from prognome.model.kmer import KmerClassifier
from prognome.sequence.alphabet import DNA
from prognome.sequence.codes import encode
from prognome.sequence.kmers import count_kmers, kmer_names
from prognome.sequence.one_hot import one_hot

KMER_GOAL = 30.0
ONE_HOT_GOAL = 100.0
FIT_GOAL_SECONDS = 60.0
SHORTEST, LONGEST = 3, 6
KS = range(SHORTEST, LONGEST + 1)


def windows(rows: int, length: int, seed: int = 0) -> list[str]:
    """Simulated windows of DNA."""
    letters = np.random.default_rng(seed).integers(0, 4, (rows, length), dtype=np.uint8)
    return [bytes(row).decode("ascii") for row in np.frombuffer(b"ACGT", dtype=np.uint8)[letters]]


def peak_mb(work: Callable[[], Any]) -> float:
    """Most memory that one run takes, what it gives back included."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return peak


def looped_codes(values: NDArray[np.uint8]) -> NDArray[np.float32]:
    """One-hot codes by a loop over positions."""
    made = np.zeros((*values.shape, 4), dtype=np.float32)
    for row, codes in enumerate(values):
        for at, code in enumerate(codes):
            made[row, at, code] = 1
    return made


def looped_texts(texts: list[str]) -> NDArray[np.float32]:
    """One-hot codes by a loop over letters."""
    place = {letter: at for at, letter in enumerate("ACGT")}
    made = np.zeros((len(texts), max(map(len, texts)), 4), dtype=np.float32)
    for row, text in enumerate(texts):
        for at, letter in enumerate(text):
            made[row, at, place[letter]] = 1
    return made


def bench_kmers(texts: list[str]) -> bool:
    """Counts of all k-mers of 3 to 6 letters."""

    def ours() -> Any:
        return count_kmers(encode(texts, DNA), DNA, KS)

    peer = CountVectorizer(analyzer="char", ngram_range=(SHORTEST, LONGEST), lowercase=False)
    start = time.process_time()
    theirs = peer.fit_transform(texts)
    slow = time.process_time() - start
    place = {name: at for at, name in enumerate(kmer_names(DNA, KS))}
    order = [place[name] for name in peer.get_feature_names_out()]
    if (ours()[:, order] != theirs).nnz:
        raise AssertionError("the counts differ")
    seconds = least_seconds(ours, 5)
    note = (
        f"{len(texts)} windows of {len(texts[0])}; goal {KMER_GOAL:.0f}; peer: CountVectorizer, equal counts"
    )
    result("count_kmers_3_to_6", seconds, slow, note)
    print(f"peak memory {peak_mb(ours):.0f} MB", flush=True)
    both = least_seconds(lambda: count_kmers(encode(texts, DNA), DNA, KS, both_strands=True), 3)
    print(f"both strands as one {both:.4f} s", flush=True)
    return slow / seconds >= KMER_GOAL


def bench_one_hot(texts: list[str]) -> bool:
    """One column a letter: from codes, as before every training step, and with the reading of texts."""
    codes = encode(texts, DNA)
    what = f"{len(texts)} windows of {len(texts[0])}"
    ratios = []
    for name, ours, peer, note in (
        (
            "one_hot",
            lambda: one_hot(codes, DNA),
            lambda: looped_codes(codes.values),
            f"goal {ONE_HOT_GOAL:.0f}; peer: a loop over the same codes",
        ),
        (
            "one_hot_from_texts",
            lambda: one_hot(encode(texts, DNA), DNA),
            lambda: looped_texts(texts),
            "peer: a loop over the same letters",
        ),
    ):
        np.testing.assert_array_equal(ours(), peer())
        slow, seconds = least_seconds(peer, 2), least_seconds(ours, 15)
        result(name, seconds, slow, f"{what}; {note}, equal; peak memory {peak_mb(ours):.0f} MB")
        ratios.append(slow / seconds)
    return ratios[0] >= ONE_HOT_GOAL


def print_memory(texts: list[str]) -> None:
    """What the counts of many windows take, and the most that counting them takes."""
    kept = count_kmers(encode(texts, DNA), DNA, KS)
    mb = (kept.data.nbytes + kept.indices.nbytes + kept.indptr.nbytes) / 2**20
    peak = peak_mb(lambda: count_kmers(encode(texts, DNA), DNA, KS))
    print(f"{len(texts)} windows of {len(texts[0])}: counts {mb:.0f} MB, peak {peak:.0f} MB", flush=True)


def bench_many(rows: int, length: int) -> bool:
    """Memory of many windows, and seconds of the k-mer model on 32,000 of 101 letters."""
    print_memory(windows(rows, length, 1))
    X = np.array(windows(32_000, 101, 2), dtype=object)
    y = np.array([text.count("CG") + text.count("TATA") > 6 for text in X])
    seconds = least_seconds(lambda: KmerClassifier().fit(X, y), 1)
    model = KmerClassifier(longest=4).fit(X[:2000], y[:2000])
    answer = peak_mb(lambda: model.predict_proba(X))
    print(
        f"model kmer: fit on 32000 windows of 101 in {seconds:.1f} s (goal {FIT_GOAL_SECONDS:.0f} s); "
        f"predicting them peaks at {answer:.0f} MB",
        flush=True,
    )
    return seconds <= FIT_GOAL_SECONDS


def main() -> int:
    """Print the RESULT lines; exit status 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--length", type=int, default=200)
    parser.add_argument("--many", type=int, default=100_000)
    options = parser.parse_args()
    texts = windows(options.rows, options.length)
    fast = [bench_kmers(texts), bench_one_hot(texts), bench_many(options.many, 300)]
    return 0 if all(fast) else 1


if __name__ == "__main__":
    sys.exit(main())
