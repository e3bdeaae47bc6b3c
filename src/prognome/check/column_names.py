"""What the name of a column says about its content."""

from __future__ import annotations

import re

PERSON = (
    "patients?|persons?|subjects?|participants?|individuals?|donors?|probands?|volunteers?|case id|mrn|pid|"
    "iid|pdid"
)
MOST_WORDS = 5  # a name of more words is a description
MEASURES = frozenset(
    (
        *("count", "counts", "number", "numbers", "n", "size", "age", "sex", "gender", "score", "rate"),
        *("length", "len", "dose", "time", "date", "day", "days", "month", "months", "year", "years"),
        *("status", "type", "stage", "grade", "group", "response", "reached", "stable", "risk", "weight"),
        *("height", "bmi", "expression", "level", "history", "race", "ethnicity", "consent", "position"),
        *("pos", "start", "end", "strand"),
    )
)
"""A name that ends in one of these says something about a person, a gene or a site, and not which it is."""


def split_words(name: str) -> list[str]:
    """The words of a column's name, in lower case.

    >>> split_words("PatientID"), split_words("cell_line.2")
    (['patient', 'id'], ['cell', 'line', '2'])
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[a-z]+|\d+", apart.lower())


def looks_like_a_person(name: str) -> bool:
    """Whether a column of this name may hold ids of people.

    >>> [looks_like_a_person(name) for name in ("patient_id", "Donor", "patient age", "sample")]
    [True, True, False, False]
    """
    words = split_words(name)
    return (
        0 < len(words) <= MOST_WORDS
        and words[-1] not in MEASURES
        and re.search(rf"\b({PERSON})\b", " ".join(words)) is not None
    )
