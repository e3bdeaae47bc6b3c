"""Guard: a column that puts rows together, while no groups were declared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prognome.check.column_names import MEASURES, MOST_WORDS, PERSON, looks_like_a_person, split_words
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort

GUARD = "undeclared_groups"
FEWEST_VALUES = 4
LONE = 0.02  # of the rows must share their value with another


@dataclass(frozen=True)
class Sort:
    """A sort of column, by the words its name is made of.

    Parameters
    ----------
    words
        Any of these, as a word of its own.
    say
        What rows with the same value have in common.
    source
        Whether it says where rows come from (a site, a batch) rather than what they are.
    """

    words: str
    say: str
    source: bool = False


SORTS = (
    Sort(PERSON, "come from one person"),
    Sort(r"famil(y|ies)|fid|fam|pedigrees?|kindred|household|twins?|litter|sibship", "come from one family"),
    Sort(
        r"cell lines?|clones?|strains?|plants?|animals?|mouse|mice|specimens?|biopsy|organoids?|pdx",
        "come from one source",
    ),
    Sort(
        r"genes?|symbol|hugo|exons?|transcripts?|proteins?|locus|loci|regions?|domains?|scaffold|ensembl|uniprot",
        "belong to one gene or region",
    ),
    Sort(r"chromosomes?|chrom|chr|contigs?", "stand on one chromosome"),
    Sort(r"drugs?|compounds?|ligands?|molecules?|smiles|peptides?", "concern one compound"),
    Sort(
        r"sites?|hospitals?|cent(er|re)s?|clinics?|institut(e|es|ion|ions)|countr(y|ies)|labs?|laborator(y|ies)|"
        r"wards?|stud(y|ies)|cohorts?|trials?|datasets?|series|gse|source|batch(es)?|plates?|runs?|lanes?|chips?|"
        r"arrays?|slides?|platforms?|scanners?|sequencers?|flow ?cells?",
        "come from one place or batch",
        source=True,
    ),
)


def looks_like_a_group(name: str) -> bool:
    """Whether a column of this name may say which rows belong together.

    >>> [looks_like_a_group(name) for name in ("patient_id", "GeneSymbol", "plate", "age", "gene_count")]
    [True, True, True, False, False]
    """
    return _sort_of(name) is not None


def find_undeclared_groups(
    cohort: Cohort,
    *,
    spare: Mapping[str, NDArray[np.object_]] | None = None,
    declared: bool = False,
    batch: Collection[str] = (),
    known: Collection[str] = (),
) -> list[Alarm]:
    """Columns whose values repeat and whose names say that such rows belong together.

    Parameters
    ----------
    cohort
        All rows; its facts are looked at, its target is not.
    spare
        Columns of the files that are no features, (n,) text, None for missing.
    declared
        Whether the study declares groups; the guard is silent then.
    batch
        Columns of ``rows.batch``: the study knows that they say where rows come from.
    known
        Other columns that need no word: the target, the test part.
    """
    if declared:
        return []
    columns = {**(spare or {}), **cohort.facts}
    found: list[tuple[int, Alarm]] = []
    for name, cells in columns.items():
        sort = _sort_of(name)
        if sort is None or name in known or looks_like_a_person(name):
            continue
        if sort.source and name in batch:
            continue
        alarm = _examine(name, cells, sort)
        if alarm is not None:
            found.append((SORTS.index(sort), alarm))
    return [alarm for _, alarm in sorted(found, key=lambda pair: pair[0])]


def _examine(name: str, cells: NDArray[np.object_], sort: Sort) -> Alarm | None:
    counts = Counter(cell for cell in cells.tolist() if cell is not None)
    together = sum(count for count in counts.values() if count > 1)
    if len(counts) < FEWEST_VALUES or together < LONE * len(cells) or together < 4:
        return None
    largest = max(counts.values())
    what = (
        f"'{name}' has {len(counts):,} values for {len(cells):,} rows, up to {largest:,} rows a value; rows "
        f"with the same value {sort.say}, and no groups are declared."
    )
    if sort.source:
        remedy = (
            "To know how models do where they were not trained, judge on places left out (split: {outer: "
            f"{{leave_out: {name}}}}}), or name it (rows: {{batch: {name}}}) for other guards and the "
            "baseline of group means."
        )
    else:
        remedy = (
            f"Keep such rows on one side of every split: split: {{outer: {{group: {name}}}}}. Random folds "
            "flatter, since a model can recognise what it has seen."
        )
    return Alarm(
        GUARD,
        f"column {name}",
        what,
        remedy,
        {"values": len(counts), "rows_together": together, "largest": largest, "source": sort.source},
    )


def _sort_of(name: str) -> Sort | None:
    words = split_words(name)
    if not words or len(words) > MOST_WORDS or words[-1] in MEASURES:
        return None
    text = " ".join(words)
    return next((sort for sort in SORTS if re.search(rf"\b({sort.words})\b", text)), None)
