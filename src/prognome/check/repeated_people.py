"""Guard: several rows of one person, by what their ids have in common or by a column of person ids."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from prognome.check.column_names import looks_like_a_person
from prognome.check.together import across_groups, chain
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort

GUARD = "repeated_people"
FEWEST_PEOPLE = 4
MOST_ROWS = 20
MOSTLY = 0.8
SHARE = 0.02  # of the rows must have a partner, or three people must

_SAMPLE_WORDS = (
    r"rep(licate|eat)?s?|r|tech(rep)?|bio(rep)?|dup(licate)?|copy|v|visit|t|tp|time ?point|time|day|d|week|"
    r"wk|month|mo|m|year|yr|y|baseline|base|bl|follow ?up|fu|pre|post|before|after|screening|tumou?r|tum|"
    r"normal|norm|nat|adjacent|healthy|cancer|control|primary|prim|met|metastasis|metastatic|recurren(ce|t)|"
    r"relapse|diagnosis|dx|remission|blood|pbmc|plasma|serum|saliva|urine|tissue|germline|somatic|biopsy|left|right|"
    r"sample|aliquot|run|lane|n"
)
_WORD = re.compile(rf"^(?P<stem>.*[^-_. ])[-_. ]+(?:{_SAMPLE_WORDS})[-_. ]?\d{{0,3}}$", re.IGNORECASE)
_NUMBER = re.compile(r"^(?P<stem>.*[^-_. ])[-_. ](?P<number>\d{1,2})$")
_LETTER = re.compile(r"^(?P<stem>.*\d)[-_. ]?(?P<letter>[A-Da-d])$")
_TCGA = re.compile(r"^(?P<stem>TCGA-[A-Z0-9]{2}-[A-Z0-9]{4})(-.*)?$", re.IGNORECASE)
_GTEX = re.compile(r"^(?P<stem>GTEX-[A-Z0-9]{4,5})-.*$", re.IGNORECASE)


def find_repeated_people(
    cohort: Cohort,
    *,
    spare: Mapping[str, NDArray[np.object_]] | None = None,
    groups: NDArray[np.object_] | None = None,
) -> list[Alarm]:
    """Rows that seem to be samples of one person.

    By the ids: TCGA and GTEx barcodes, endings that name a sample, a visit or a tissue (``P01_tumour``,
    ``P01.T0``), and low numbers or letters behind a stem (``P01_1``, ``P01_2``) where there are many stems.
    Ids that merely end in numbers say nothing. By the columns: one named for people whose values repeat.

    Parameters
    ----------
    cohort
        All rows; ids and facts are looked at, the target is not.
    spare
        Columns of the files that are no features, (n,) text, None for missing.
    groups
        (n,) groups declared, if any: rows of one group may be of one person.
    """
    found = []
    people = _people_of(cohort.ids.tolist())
    if people is not None:
        found += _alarm("ids", "By their ids", people, groups)
    for name, cells in {**(spare or {}), **cohort.facts}.items():
        if looks_like_a_person(name) and _names_people(cells):
            found += _alarm(f"column {name}", f"By '{name}'", cells.tolist(), groups, name)
    return found


def _alarm(
    where: str,
    by: str,
    people: Sequence[str | None],
    groups: NDArray[np.object_] | None,
    column: str | None = None,
) -> list[Alarm]:
    pairs = across_groups(chain(people), groups)
    if not len(pairs):
        return []
    counts = Counter(person for person in people if person is not None)
    several = [count for count in counts.values() if count > 1]
    what = (
        f"{by}, {sum(several):,} of {len(people):,} rows are of people with several rows: {len(several):,} "
        f"people, up to {max(several):,} rows each."
    )
    how = "add a column that names the person and say split: {outer: {group: COLUMN}}."
    if column is not None:
        how = f"split: {{outer: {{group: {column}}}}}."
    return [
        Alarm(
            GUARD,
            where,
            what,
            f"All rows of one person must stay on one side of every split: {how}",
            {"rows": sum(several), "people": len(several), "largest": max(several)},
            pairs,
        )
    ]


def _names_people(cells: NDArray[np.object_]) -> bool:
    """Many values, none of which holds a large share of the rows."""
    counts = Counter(cell for cell in cells.tolist() if cell is not None)
    return len(counts) >= FEWEST_PEOPLE and max(counts.values()) <= max(2, len(cells) / 4)


def _people_of(ids: Sequence[str]) -> list[str | None] | None:
    """(n,) the person of each id, None where it says nothing; None if nobody has several rows."""
    for rule in (_by_barcode, _by_word, _by_number, _by_letter):
        people = rule(ids)
        if _convinces(people):
            return people
    return None


def _by_barcode(ids: Sequence[str]) -> list[str | None]:
    found = (_TCGA.match(one) or _GTEX.match(one) for one in ids)
    return [None if match is None else match["stem"].upper() for match in found]


def _by_word(ids: Sequence[str]) -> list[str | None]:
    """The id less endings such as ``_tumour``, ``.T0`` or ``_visit2_rep1``; one without may be the first."""
    stems: list[str | None] = []
    ended = 0
    for one in ids:
        stem = one
        while (match := _WORD.match(stem)) is not None and any(c.isdigit() for c in match["stem"]):
            stem = match["stem"]
        ended += stem != one
        stems.append(stem)
    return stems if ended else [None] * len(ids)


def _by_number(ids: Sequence[str]) -> list[str | None]:
    matches = [_NUMBER.match(one) for one in ids]
    return _low_endings(
        [None if m is None else m["stem"] for m in matches],
        [0 if m is None else int(m["number"]) for m in matches],
    )


def _by_letter(ids: Sequence[str]) -> list[str | None]:
    matches = [_LETTER.match(one) for one in ids]
    if sum(m is not None for m in matches) < MOSTLY * len(ids):
        return [None] * len(ids)
    return _low_endings(
        [None if m is None else m["stem"] for m in matches],
        [0 if m is None else ord(m["letter"].lower()) - ord("a") + 1 for m in matches],
    )


def _low_endings(stems: list[str | None], endings: list[int]) -> list[str | None]:
    """Stems, where many are followed by few low endings: samples are counted so, patients of a site not."""
    of: defaultdict[str, list[int]] = defaultdict(list)
    for stem, ending in zip(stems, endings, strict=True):
        if stem is not None:
            of[stem].append(ending)
    several = [sorted(found) for found in of.values() if len(found) > 1]
    good = [found for found in several if found[0] <= 1 and found[-1] <= 2 * len(found)]
    if not several or len(good) < MOSTLY * len(several) or len(of) < 2 * max(map(len, several)):
        return [None] * len(stems)
    return stems


def _convinces(people: Sequence[str | None]) -> bool:
    """Many people, some with several rows, nobody with very many, and not just one or two by accident."""
    counts = Counter(person for person in people if person is not None)
    several = [count for count in counts.values() if count > 1]
    if len(counts) < FEWEST_PEOPLE or not several or max(several) > MOST_ROWS:
        return False
    return len(several) >= 3 or sum(several) >= SHARE * len(people)
