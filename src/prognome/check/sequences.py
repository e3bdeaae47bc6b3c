"""Guard: rows whose sequences are the same or overlap, on either strand."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prognome.check.kmers import K_PROTEIN, K, is_nucleotides, is_protein, short_windows, take_kmers
from prognome.check.together import across_groups, chain
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.kinship import connected
from prognome.core.sequences import Sequences

GUARD = "shared_sequences"
SHARE_OF_ROWS = 0.01
FEW_ROWS = 10
TOO_LARGE = 0.1
LOOKED_AT = 1000
_NAME = re.compile(
    r"(^|[^a-z])(seq|seqs|sequences?|window|dna|rna|protein|peptide|fasta)([^a-z]|$)", re.IGNORECASE
)


def looks_like_a_sequence(name: str) -> bool:
    """Whether a column of this name may hold sequences.

    >>> [looks_like_a_sequence(name) for name in ("sequence", "alt_sequence", "consequence", "RNAse_H")]
    [True, True, False, False]
    """
    return _NAME.search(name) is not None


def find_shared_sequences(
    cohort: Cohort,
    *,
    spare: Mapping[str, NDArray[np.object_]] | None = None,
    groups: NDArray[np.object_] | None = None,
    k: int | None = None,
) -> list[Alarm]:
    """Rows that share a stretch of k letters, for each column of DNA, RNA or protein.

    Sequences shorter than k are compared whole: with those that are the same, and, unless their block is
    ``stranded``, with the reverse complement, which short ones of two strands often are by chance.
    Stretches of low complexity, and those that stand in more than 1 % of the rows and more than ten (repeats,
    adapters, what all constructs have in common), link nobody.

    Parameters
    ----------
    cohort
        All rows; its sequences, text columns of its tables and its facts are looked at, its target is not.
        Of a pair the reference stands for both.
    spare
        Columns of the files that are no features, (n,) text, None for missing.
    groups
        (n,) groups declared, if any: rows of one group may share.
    k
        Letters; by default 24 for nucleotides, fewer where sequences are short, and 8 for proteins.
    """
    found = []
    for one in sequence_columns(cohort, spare):
        alarm = _examine(one, groups, k)
        if alarm is not None:
            found.append(alarm)
    return found


def shared_between(
    first: Sequence[str | None], second: Sequence[str | None], k: int | None = None
) -> NDArray[np.bool_]:
    """(len(second),) which sequences share k letters, on either strand, with one of the first.

    Sequences shorter than k are compared whole, on either strand.

    >>> left = "ACGTTGCAAGGCTTACCGATAGGCATTCGA"
    >>> shared_between([left], ["TCGAATGCCTATCGGTAAGCCTTGCAACGT", "ACGGATTTCGCGGGATATCTCTTTCCAGGA"]).tolist()
    [True, False]
    """
    known = [cell for cell in (*first, *second) if cell is not None]
    protein = is_protein(known[:LOOKED_AT])
    k = k or choose_k(known, protein=protein)
    left, right = take_kmers(first, k, protein=protein), take_kmers(second, k, protein=protein)
    shared = np.zeros(len(second), dtype=bool)
    shared[right.row[np.isin(right.code, left.code)]] = True
    whole = set(short_windows(first, k, both_strands=not protein)) - {None}
    shared |= [one in whole for one in short_windows(second, k, both_strands=not protein)]
    return shared


@dataclass(frozen=True, eq=False)
class SequenceColumn:
    """A column of sequences, where it stands, whether it is of amino acids, and whether its strand counts."""

    where: str
    cells: list[str | None]
    protein: bool
    stranded: bool = False


def sequence_columns(
    cohort: Cohort, spare: Mapping[str, NDArray[np.object_]] | None
) -> Iterator[SequenceColumn]:
    """Blocks of sequences, and text columns that hold sequences and nothing else."""
    seen: set[str] = set()
    for block, table in cohort.blocks.items():
        if isinstance(table, Sequences):
            name = table.names[0]
            where = f"block {block}" if table.is_pair else f"block {block}, column {name}"
            protein = table.alphabet == "protein"
            yield SequenceColumn(where, table.frame[name].tolist(), protein, table.stranded)
            continue
        for place, name in enumerate(table.names):
            if table.frame.dtypes.iloc[place] == np.dtype(object):
                cells = table.frame.iloc[:, place].to_numpy()
                if _is_sequence(cells):
                    seen.add(name)
                    yield _found(f"block {block}, column {name}", cells)
    for name, cells in {**(spare or {}), **cohort.facts}.items():
        if name not in seen and _is_sequence(cells):
            yield _found(f"column {name}", cells)


def _found(where: str, cells: NDArray[np.object_]) -> SequenceColumn:
    clean = [cell.strip() if isinstance(cell, str) else None for cell in cells.tolist()]
    return SequenceColumn(where, clean, is_protein([cell for cell in clean if cell is not None][:LOOKED_AT]))


def choose_k(cells: Sequence[str], *, protein: bool) -> int:
    """Letters that two unrelated sequences hardly share by chance: 24, or fewer for short sequences.

    The fewest are those at which random sequences of this number would share one in a hundred times.
    """
    if protein:
        return K_PROTEIN
    shortest = int(np.quantile([len(cell) for cell in cells], 0.05)) if cells else K
    letters = sum(len(cell) for cell in cells)
    fewest = math.ceil(math.log(100 * max(letters, 2) ** 2, 4))
    return max(min(K, shortest // 2), min(fewest, shortest, K))


def _is_sequence(cells: NDArray[np.object_]) -> bool:
    """Judged by the first thousand cells, read as they stand."""
    known = [cell for cell in cells[:LOOKED_AT].tolist() if cell is not None]
    if len(known) < 2 or not all(isinstance(cell, str) for cell in known):
        return False
    stripped = [cell.strip() for cell in known]
    return is_nucleotides(stripped) or is_protein(stripped)


def _examine(column: SequenceColumn, groups: NDArray[np.object_] | None, k: int | None) -> Alarm | None:
    cells, protein = column.cells, column.protein
    known = [cell for cell in cells if cell is not None]
    k = k or choose_k(known, protein=protein)
    n = len(cells)
    kmers = take_kmers(cells, k, protein=protein)
    pairs = across_groups(kmers.rarer_than(max(FEW_ROWS, int(SHARE_OF_ROWS * n))).neighbours(), groups)
    both_strands = not (protein or column.stranded)
    short = short_windows(cells, k, both_strands=both_strands)
    whole = [one or (cell.upper() if cell else None) for one, cell in zip(short, cells, strict=True)]
    pairs = np.concatenate([pairs, across_groups(chain(whole), groups)])
    if not len(pairs):
        return None
    sizes = np.bincount(connected(pairs, n))
    rows, largest = int(sizes[sizes > 1].sum()), int(sizes.max())
    equal = len(known) - len({cell.upper() for cell in known})
    letters, strands = ("amino acids", "") if protein else ("letters", ", on either strand")
    what = (
        f"{rows:,} of {n:,} rows share a stretch of {k} {letters} with another{strands}; they form "
        f"{int((sizes > 1).sum()):,} sets, the largest of {largest:,} rows"
    )
    if n_short := sum(one is not None for one in short):
        own = "" if protein else ", on either strand" if both_strands else ", on their own strand"
        what += f" ({n_short:,} rows of fewer letters were compared whole{own})"
    what += f", and {equal:,} rows repeat a sequence exactly." if equal else "."
    remedy = (
        "Keep such rows on one side of every split: name what they come from, a gene, an exon, a region or a "
        "family (split: {outer: {group: COLUMN}}); or drop the repeats, and score also without rows that "
        "share."
    )
    if largest > TOO_LARGE * n:
        remedy += " The largest set is held together by repeats; a split by chromosome is easier."
    return Alarm(
        GUARD,
        column.where,
        what,
        remedy,
        {
            "rows": rows,
            "share": round(rows / n, 4),
            "sets": int((sizes > 1).sum()),
            "largest_set": largest,
            "exact_repeats": equal,
            "k": k,
            "protein": protein,
        },
        pairs,
    )
