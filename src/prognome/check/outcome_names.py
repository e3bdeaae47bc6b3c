"""Guard: a column is called like an outcome, or like the target."""

from __future__ import annotations

import re
from collections.abc import Sequence

from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort

GUARD = "outcome_name"
NAMED = 8
LONG = 5  # names of more words are sentences or gene sets; single words in them say little


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Time-to-event endpoints by their abbreviations; as a whole word only, so that OSM and OS9 are genes.
ENDPOINTS = _words("pfs os dfs rfs dmfs efs mfs lfs dss ttp ttd dod")
EVENTS = _words(
    "survival survived death dead died deceased relapse relapsed recurrence recurred progressed censored "
    "censoring censor followup outcome outcomes mortality event endpoint"
)
# Verdicts on a variant: the label itself, from another source.
VERDICTS = _words("clinvar clinsig clnsig hgmd acmg pathogenicity")
PHRASES = (
    *("follow up", "vital status", "survival status", "disease status", "disease progression"),
    *("case control", "clin sig", "clinical significance", "best response", "treatment response"),
    *("overall response", "objective response", "clinical response", "complete response"),
    *("tumor response", "tumour response", "pathologic response", "pathological response"),
    *("response to treatment", "response to therapy"),
)
ALONE = _words(
    "status response responder diagnosis dx label labels target class outcome y event phenotype groundtruth "
    "prognosis recist progression affected"
)
# What is known beforehand: age at diagnosis, previous relapse, death of a parent.
BEFOREHAND = _words(
    "at age prior previous previously history before baseline family father mother parent parents sibling "
    "predicted risk index score signature pathway"
)
GENE_SETS = _words("go gobp gocc gomf hallmark kegg reactome wp biocarta pid hp module")
_STOP = _words("of the a an in on for to and or by with at is was")

_REMEDY = (
    "Ask of each: is it known when the prediction is made? If not, leave it out (exclude: in its block); "
    "if so, "
    "accept {guard} with that reason."
)


def outcome_name(cohort: Cohort, target: str) -> list[Alarm]:
    """Find columns whose name, word by word, is that of an outcome, or holds the target's name.

    A hint and no proof: the values are not looked at. Words are split at signs and at capitals; an
    endpoint (PFS, OS …) must be a whole word. Words that tell of the past (age at, prior, family) take a
    column out.

    Parameters
    ----------
    cohort
        Training rows; only names of columns are read.
    target
        The name of the target's column.
    """
    alarms = []
    for block, table in cohort.blocks.items():
        reasons = {name: reason for name in table.names if (reason := outcome_reason(name, target))}
        if not reasons:
            continue
        listed = ", ".join(f"'{name}'" for name in list(reasons)[:NAMED])
        more = f" and {len(reasons) - NAMED} more" if len(reasons) > NAMED else ""
        one = len(reasons) == 1
        what = (
            f"{'One feature is' if one else f'{len(reasons)} features are'} called like an outcome or "
            f"like the "
            f"target: {listed}{more}."
        )
        facts = {"columns": dict(list(reasons.items())[:50]), "count": len(reasons)}
        alarms.append(Alarm(GUARD, f"block {block}", what, _REMEDY.format(guard=GUARD), facts))
    return alarms


def words_of(name: str) -> list[str]:
    """Words of a column's name: split at signs, blanks, and before a capital that follows a small letter.

    >>> words_of("PFS_Months"), words_of("vitalStatus"), words_of("OS9")
    (['pfs', 'months'], ['vital', 'status'], ['os9'])
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word.lower() for word in re.split(r"[\W_]+", apart) if word]


def outcome_reason(name: str, target: str) -> str:
    """Why a name sounds like an outcome; empty where it does not.

    >>> outcome_reason("OS_Months", "response"), outcome_reason("OSM", "response")
    ('a time-to-event endpoint', '')
    """
    words = words_of(name)
    if not words or words[0] in GENE_SETS:
        return ""
    if _like_target(words, words_of(target)):
        return "like the target"
    if BEFOREHAND & set(words):
        return ""
    if ENDPOINTS & set(words):
        return "a time-to-event endpoint"
    if VERDICTS & set(words):
        return "a verdict on the variant"
    joined = f" {' '.join(words)} "
    if any(f" {phrase} " in joined for phrase in PHRASES):
        return "an outcome"
    if len(words) <= LONG and EVENTS & set(words):
        return "an outcome"
    if len(words) == 1 and words[0] in ALONE:
        return "an outcome"
    return ""


def _like_target(words: Sequence[str], target: Sequence[str]) -> bool:
    """All of a name of one word, in a name of up to three; two thirds, and at least two, of a longer one."""
    if list(words) == list(target):
        return True
    wanted = {word for word in target if word not in _STOP}
    shared = wanted & set(words)
    if len(wanted) == 1:
        return (
            bool(shared) and len(words) <= 3 and len(next(iter(wanted))) > 3 and not BEFOREHAND & set(words)
        )
    return len(shared) >= 2 and 3 * len(shared) >= 2 * len(wanted)
