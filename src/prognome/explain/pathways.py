"""Which gene sets hold more markers than chance would put there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from prognome.errors import DataError
from prognome.explain.association import benjamini_hochberg

COLUMNS = ("pathway", "size", "markers", "expected", "ratio", "p", "q", "genes")


@dataclass(frozen=True)
class GeneSet:
    """A pathway of a GMT file.

    Parameters
    ----------
    description
        Second column of the file, often an address.
    genes
        Names, as the file spells them.
    """

    description: str
    genes: frozenset[str]


def read_gmt(path: str | Path) -> dict[str, GeneSet]:
    """Read gene sets: one a line, tab-separated: name, description, genes.

    Parameters
    ----------
    path
        A text file in UTF-8. Empty lines, and empty fields at the end of a line, are passed over.

    Returns
    -------
    Gene sets by name, in the order of the file.

    Raises
    ------
    DataError
        If the file is not there or not such text, a line has no genes, or a name stands twice.

    References
    ----------
    GMT: Gene Matrix Transposed, Subramanian et al. (2005), PNAS 102:15545–15550.
    """
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror or "cannot be read" if isinstance(error, OSError) else "is no text in UTF-8"
        raise DataError(str(place), why, expected="a GMT file", mend="Check the path and the file.") from None
    sets: dict[str, GeneSet] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, *rest = (field.strip() for field in line.split("\t"))
        genes = frozenset(field for field in rest[1:] if field)
        where = f"{place}, line {number}"
        if not name or not genes:
            raise DataError(
                where,
                "this is no gene set",
                seen=f"{len(rest) + 1} fields between tabs",
                expected="name, description and one gene or more, with tabs between",
                mend="" if "\t" in line else "Fields must be parted by tabs, not by spaces or commas.",
            )
        if name in sets:
            mend = "Rename or remove one of them."
            raise DataError(where, f"the gene set {name!r} stands twice", mend=mend)
        sets[name] = GeneSet(rest[0], genes)
    if not sets:
        raise DataError(str(place), "holds no gene set", expected="one a line")
    return sets


def over_represented(
    markers: Iterable[str],
    universe: Iterable[str],
    gene_sets: Mapping[str, GeneSet],
    *,
    least: int = 5,
    most: int = 500,
) -> pd.DataFrame:
    """Over-representation of markers in gene sets, against what was measured.

    Parameters
    ----------
    markers
        Names of genes found, each counted once.
    universe
        Names of all genes measured: what could have been found. A universe of the whole genome where a panel
        of genes was measured would make every theme of the panel look enriched.
    gene_sets
        Of :func:`read_gmt`.
    least, most
        Sets with fewer or more measured genes are left out, and not counted in the correction.

    Returns
    -------
    One line a set, least p first: ``pathway, size`` (measured genes in it), ``markers`` (of those),
    ``expected`` (by chance), ``ratio`` (markers / expected), ``p`` (chance of as many or more;
    hypergeometric), ``q`` (Benjamini and Hochberg over the sets left), ``genes`` (the markers in it,
    comma-separated).

    Raises
    ------
    DataError
        If markers were not measured, or no gene set has a measured gene.

    References
    ----------
    Boyle et al. (2004), Bioinformatics 20:3710–3715 (the test); Timmons, Szkop and Gallagher (2015), Genome
    Biology 16:186 (the universe).

    Examples
    --------
    >>> sets = {"A": GeneSet("", frozenset("abc")), "B": GeneSet("", frozenset("def"))}
    >>> found = over_represented("ab", "abcdefgh", sets, least=1)
    >>> found[["pathway", "markers", "p"]].round(4).values.tolist()
    [['A', 2, 0.1071], ['B', 0, 1.0]]
    """
    measured, found = set(universe), set(markers)
    strange = found - measured
    if strange:
        raise DataError(
            "pathways",
            f"{len(strange)} of {len(found)} markers are not among the measured genes",
            seen=", ".join(sorted(map(str, strange))[:3]),
            expected="names as in the universe",
            mend="Give the names of all measured columns as the universe.",
        )
    inside = {name: one.genes & measured for name, one in gene_sets.items()}
    if not any(inside.values()):
        raise DataError(
            "pathways",
            "no gene set has a measured gene",
            seen=", ".join(sorted(map(str, measured))[:3]),
            expected=", ".join(sorted(gene for one in gene_sets.values() for gene in one.genes)[:3]),
            mend="The file must name genes as the columns do (symbols, Ensembl ids, capitals).",
        )
    kept = {name: genes for name, genes in inside.items() if least <= len(genes) <= most}
    size = np.array([len(genes) for genes in kept.values()], dtype=np.int64)
    hits = np.array([len(genes & found) for genes in kept.values()], dtype=np.int64)
    p = np.minimum(hypergeom.sf(hits - 1, len(measured), size, len(found)), 1.0) if kept else np.empty(0)
    expected = size * len(found) / max(len(measured), 1)
    table = pd.DataFrame(
        {
            "pathway": list(kept),
            "size": size,
            "markers": hits,
            "expected": expected,
            "ratio": np.divide(hits, expected, out=np.full(len(hits), np.nan), where=expected > 0),
            "p": p,
            "q": benjamini_hochberg(p),
            "genes": [",".join(sorted(genes & found)) for genes in kept.values()],
        },
        columns=list(COLUMNS),
    )
    return table.sort_values(["p", "pathway"], kind="stable", ignore_index=True)
