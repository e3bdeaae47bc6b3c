"""The name that was probably meant, without reciting a file of 20,000 columns."""

from __future__ import annotations

from collections.abc import Collection

from prognome.errors import nearest

FEW = 12


def suggest(word: str, known: Collection[str]) -> str:
    """A sentence with the nearest name; where none is near, all of a few names or the first of many.

    Names that are numbers are left out: a file without a header would show a patient's values.

    >>> suggest("agee", ["age", "sex"])
    "Did you mean 'age'?"
    >>> suggest("zzz", [f"gene{i}" for i in range(500)])
    "There are 500, such as 'gene0', 'gene1', 'gene2'."
    """
    names = [name for name in known if name.strip() and not _is_number(name)]
    sentence = nearest(word, names)
    if len(names) <= FEW or sentence.startswith("Did"):
        return sentence
    return f"There are {len(known):,}, such as {', '.join(repr(name) for name in names[:3])}."


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
