"""Guard: scores that were themselves trained on labels such as the target stand among the features."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort

GUARD = "label_trained_scores"
NAMED = 12
LONGEST = 4  # words of a column that are put together: M.CAP, FATHMM_MKL, SNPs and GO
SUFFIXES = frozenset(
    ["score", "scores", "rankscore", "pred", "prediction", "phred", "raw", "converted", "prob", "class"]
)

_REMEDY = (
    "Their training variants may be yours, so the result flatters: report it with and without them "
    "(exclude: in their "
    "block, or a second study), or judge on variants that became known after they were made."
)


@dataclass(frozen=True)
class Score:
    """One line of the list.

    Parameters
    ----------
    name
        As its authors write it.
    spellings
        Small letters and digits only, as columns may spell it.
    trained
        Whether on verdicts about variants.
    is_gene
        Whether a gene has this symbol as well.
    labels
        What it was trained on, or why it is not on the list.
    doi
        The paper.
    """

    name: str
    spellings: tuple[str, ...]
    trained: bool
    is_gene: bool
    labels: str
    doi: str


@cache
def known_scores() -> tuple[Score, ...]:
    """The shipped list, those left out with a reason as well."""
    text = files("prognome.check").joinpath("label_trained.tsv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(
        Score(
            row["score"],
            tuple(row["names"].split("|")),
            row["trained"] == "yes",
            row["gene"] == "yes",
            row["labels"],
            row["doi"],
        )
        for row in csv.DictReader(lines, delimiter="\t")
    )


def score_of(column: str) -> Score | None:
    """The score that a column holds, whatever stands before or behind its name.

    The longest spelling wins, so ``fathmm-MKL_coding_score`` is FATHMM-MKL; a name inside a longer word
    does not count.

    >>> [score_of(name).name for name in ("M.CAP_score", "VEST3_rankscore", "Polyphen2_HVAR_score")]
    ['M-CAP', 'VEST', 'PolyPhen-2']
    >>> score_of("MPC1") is None
    True
    """
    words = _words(column)
    best: tuple[int, Score] | None = None
    for start in range(len(words)):
        for stop in range(start + 1, min(start + LONGEST, len(words)) + 1):
            said = "".join(words[start:stop])
            score = _by_spelling().get(said)
            if score is None and _may_carry_version(said, words):
                score = _by_spelling().get(re.sub(r"\d{1,4}$", "", said))
            if score is not None and (best is None or len(said) > best[0]):
                best = (len(said), score)
    return best[1] if best else None


def label_trained_scores(cohort: Cohort) -> list[Alarm]:
    """Look for listed scores by the names of columns; values are not looked at.

    Parameters
    ----------
    cohort
        Training rows; only names of columns are read.

    References
    ----------
    Grimm et al. (2015), The evaluation of tools used to predict the impact of missense variants is
    hindered by two types of circularity, 10.1002/humu.22768.
    """
    alarms = []
    for block, table in cohort.blocks.items():
        seen = {name: score for name in table.names if (score := score_of(name)) is not None}
        trained = {
            name: score
            for name, score in seen.items()
            if score.trained and (not score.is_gene or _beyond_a_gene(name, seen))
        }
        if not trained:
            continue
        listed = ", ".join(f"'{name}'" for name in list(trained)[:NAMED])
        more = f" and {len(trained) - NAMED} more" if len(trained) > NAMED else ""
        one = len(trained) == 1
        what = (
            f"{'One feature is a score' if one else f'{len(trained)} features are scores'} trained on "
            f"verdicts about "
            f"variants (HGMD, ClinVar, UniProt …): {listed}{more}."
        )
        facts = {
            "columns": [
                {"name": name, "score": score.name, "labels": score.labels, "doi": score.doi}
                for name, score in trained.items()
            ]
        }
        alarms.append(Alarm(GUARD, f"block {block}", what, _REMEDY, facts))
    return alarms


def _words(column: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", column.lower()) if word]


@cache
def _by_spelling() -> dict[str, Score]:
    return {spelling: score for score in known_scores() for spelling in score.spellings}


def _may_carry_version(said: str, words: list[str]) -> bool:
    """VEST4 and MutPred2 are versions; MPC1, MVP2 are genes unless a suffix says that they are scores."""
    name = re.sub(r"\d{1,4}$", "", said)
    return len(name) > 3 or bool(SUFFIXES & set(words))


def _beyond_a_gene(name: str, seen: dict[str, Score]) -> bool:
    others = [score for other, score in seen.items() if other != name and not score.is_gene]
    return bool(SUFFIXES & set(_words(name))) or bool(others)
