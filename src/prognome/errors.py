"""Everything that prognome raises on purpose.

::

    PrognomeError            exit status 1
    ├── WorkError            the work itself failed: a model did not fit (RuntimeError)
    └── CallError            exit status 2: the call, the study or the data was wrong
        ├── StudyError       the study file (ValueError)
        ├── DataError        a file of data, its rows or columns (ValueError)
        ├── BundleError      a bundle that is damaged, newer or not trusted (ValueError)
        └── OutputError      a place that cannot be written (OSError)

Every message has one form: ``where: what is wrong; seen; expected. How to mend.`` It counts and numbers
rows; it never prints a patient's value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class PrognomeError(Exception):
    """A fault with its place and its remedy.

    Parameters
    ----------
    where
        File, line, block, column or step.
    problem
        What is wrong, in plain words.
    seen, expected
        What stood there and what should have; either may be empty.
    mend
        What the user can do about it, as a sentence.
    """

    exit_status = 1

    def __init__(
        self, where: str, problem: str, *, seen: str = "", expected: str = "", mend: str = ""
    ) -> None:
        self.where, self.problem, self.seen, self.expected, self.mend = where, problem, seen, expected, mend
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The whole message on one line."""
        parts = [self.problem]
        if self.seen:
            parts.append(f"seen: {self.seen}")
        if self.expected:
            parts.append(f"expected: {self.expected}")
        text = "; ".join(parts)
        text = f"{self.where}: {text}" if self.where else text
        text = text if text.endswith("?") else text.rstrip(".") + "."
        return f"{text} {self.mend}" if self.mend else text

    def __reduce__(self) -> tuple[object, ...]:
        return (_revive, (type(self), self.where, self.problem, self.seen, self.expected, self.mend))


def _revive(
    kind: type[PrognomeError], where: str, problem: str, seen: str, expected: str, mend: str
) -> PrognomeError:
    return kind(where, problem, seen=seen, expected=expected, mend=mend)


class WorkError(PrognomeError, RuntimeError):
    """The call was right and the work failed."""


class CallError(PrognomeError):
    """The call, the study or the data was wrong."""

    exit_status = 2


class StudyError(CallError, ValueError):
    """The study file says something that cannot be done."""


class DataError(CallError, ValueError):
    """A file of data cannot be used as it is."""


class BundleError(CallError, ValueError):
    """A bundle is damaged, newer than this prognome, or not trusted."""


class OutputError(CallError, OSError):
    """A place cannot be written."""


def nearest(word: str, known: Iterable[str]) -> str:
    """``Did you mean 'x'?``, or the whole menu where nothing is near.

    >>> nearest("random_forst", ["logistic", "random_forest"])
    "Did you mean 'random_forest'?"
    >>> nearest("zzz", ["logistic", "svm"])
    'Known: logistic, svm.'
    """
    names = sorted(known)
    lower = {name.lower(): name for name in names}
    close = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{lower[close[0]]}'?"
    return f"Known: {', '.join(names)}." if names else ""


def near_name(word: str, known: Iterable[str]) -> str:
    """``Did you mean 'x'?``, or nothing: the names of a file without a header would be its first patient.

    >>> near_name("agee", ["age", "sex"]), near_name("age", ["63", "John"])
    ("Did you mean 'age'?", '')
    """
    said = nearest(word, known)
    return said if said.startswith("Did you mean") else ""


def number_rows(rows: Sequence[int], *, limit: int = 5) -> str:
    """Count rows and number the first few.

    >>> number_rows([3, 9])
    '2 rows (3, 9)'
    >>> number_rows(range(2, 100), limit=3)
    '98 rows (2, 3, 4, …)'
    """
    count = len(rows)
    noun = "row" if count == 1 else "rows"
    shown = ", ".join(str(int(row)) for row in list(rows)[:limit])
    return f"{count:,} {noun} ({shown}{', …' if count > limit else ''})"
