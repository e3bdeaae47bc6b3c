"""Windows of chance letters, with a motif planted in those of class 1."""

import numpy as np

from prognome.nets.rows import Rows
from prognome.nets.spec import Input, NetworkSpec

MOTIF = np.array([0, 3, 2, 2, 1, 0, 3, 1], dtype=np.uint8)


def planted(n, length, seed, motif=MOTIF):
    """(n, length) codes and (n,) classes."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (n, length), dtype=np.uint8)
    event = rng.integers(0, 2, n)
    for row in np.flatnonzero(event):
        start = rng.integers(0, length - len(motif))
        codes[row, start : start + len(motif)] = motif
    return codes, event


def one_block(codes, kind="sequence"):
    """The rows of one block called ``window``."""
    return Rows({"window": codes}, {})


def spec_of(length, encoder="cnn", kind="sequence", stranded=True, params=None, **more):
    """A network that reads the block ``window``."""
    alphabet = "" if kind == "signal" else "dna"
    block = Input("window", kind, length, alphabet, stranded)
    return NetworkSpec((block,), encoder, params or {}, **more)
