"""Which columns of a table are features: names, shell patterns, and what has another role."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from fnmatch import translate

from prognome.errors import StudyError
from prognome.read.suggest import suggest

_PATTERN = re.compile(r"[*?\[]")


def choose(
    all_names: Sequence[str],
    columns: Sequence[str] | None,
    exclude: Sequence[str],
    taken: Collection[str],
    where: str,
) -> list[str]:
    """Choose columns.

    Parameters
    ----------
    all_names
        Those of the table, without its id.
    columns
        Names or shell patterns (``ENSG*``, case counts); a name that stands in the table is taken for itself
        even if it holds ``*``, ``?`` or ``[``. None chooses every column but those ``taken``.
    exclude
        Names or patterns to leave out.
    taken
        Columns with another role (target, split, group). Patterns leave them out; a name given in full
        does not.
    where
        Block, for messages.

    Returns
    -------
    Chosen names in the order of the table, or of ``columns`` where these are given.

    Raises
    ------
    StudyError
        If a name or pattern matches nothing (naming the nearest), or nothing is left.

    Examples
    --------
    >>> choose(["age", "ENSG1", "ENSG2", "y"], ["ENSG*"], ["ENSG2"], {"y"}, "block mrna")
    ['ENSG1']
    """
    there = set(all_names)
    free = [name for name in all_names if name not in taken]
    if columns is None:
        chosen = free
    else:
        found = [
            name for word in columns for name in _match(word, there, free, all_names, f"{where}: columns")
        ]
        chosen = list(dict.fromkeys(found))
    for word in exclude:
        gone = set(_match(word, there, all_names, all_names, f"{where}: exclude"))
        chosen = [name for name in chosen if name not in gone]
    if not chosen:
        raise StudyError(
            where,
            "no column is left",
            seen=f"{len(all_names)} in the table, {len(all_names) - len(free)} of them with another role",
            mend="Look at 'columns' and 'exclude'.",
        )
    return chosen


def _match(
    word: str, there: Collection[str], among: Sequence[str], all_names: Sequence[str], where: str
) -> list[str]:
    if word in there:
        return [word]
    if not _PATTERN.search(word):
        raise StudyError(where, f"there is no column '{word}'", mend=suggest(word, all_names))
    fits = re.compile(translate(word)).match
    found = [name for name in among if fits(name)]
    if not found:
        raise StudyError(
            where,
            f"the pattern '{word}' fits no column",
            mend=suggest(_PATTERN.split(word)[0] or word, all_names),
        )
    return found
