"""The guards before the split, in order, and what they have nothing to look at."""

from dataclasses import replace

import numpy as np
import pandas as pd

from prognome.check.before_split import BEFORE_SPLIT, examine, explain_silence, worth_reading
from prognome.check.catalog import GUARDS
from tests.check.plain_cohort import as_cohort
from tests.check.test_repeated_rows import clinic, with_rows


def columns(**named):
    return {name: np.array(list(cells), dtype=object) for name, cells in named.items()}


def test_each_is_on_the_menu_and_can_be_loaded():
    for name in BEFORE_SPLIT:
        assert callable(GUARDS.find(name, where="test").load())


def test_a_cohort_with_all_faults_is_told_all():
    rng = np.random.default_rng(0)
    n = 202
    genotypes = rng.binomial(2, 0.4, (n, 1500)).astype(float)
    genotypes[201] = genotypes[0]
    windows = ["".join(row) for row in rng.choice(list("ACGT"), (n, 60))]
    windows[5] = windows[4]
    cohort = as_cohort(
        {"clinic": with_rows(clinic(200), [3, 4]), "snps": pd.DataFrame(genotypes)},
        ids=[f"P{k // 2}_{k % 2 + 1}" for k in range(n)],
    )
    spare = columns(sequence=windows, gene=[f"G{k % 20}" for k in range(n)])
    found = list(examine(cohort, spare=spare, genotypes=["snps"]))
    assert list(dict.fromkeys(alarm.guard for alarm in found)) == list(BEFORE_SPLIT)
    assert all(alarm.what.endswith(".") and alarm.remedy.endswith(".") for alarm in found)
    text = " ".join(alarm.what + alarm.remedy for alarm in found)
    assert not any(f"{one} " in text for one in (*cohort.ids[:50], *windows))
    assert explain_silence(cohort, spare=spare, genotypes=["snps"]) == {}


def test_a_clean_cohort_raises_nothing_and_says_what_was_not_looked_at():
    cohort = as_cohort({"clinic": clinic()})
    assert list(examine(cohort, spare=columns(patient=cohort.ids))) == []
    reasons = explain_silence(cohort, groups_declared=True)
    assert set(reasons) == {"related_people", "shared_sequences", "undeclared_groups"}


def test_columns_with_another_role_need_no_word():
    cohort = as_cohort({"clinic": clinic()})
    spare = columns(cohort=[f"C{k % 5}" for k in range(600)])
    assert list(examine(cohort, spare=spare, known=["cohort"])) == []
    assert [alarm.guard for alarm in examine(cohort, spare=spare)] == ["undeclared_groups"]


def test_the_target_is_never_looked_at():
    cohort = as_cohort({"clinic": with_rows(clinic(), [3])})
    rng = np.random.default_rng(0)
    answers = []
    for _ in range(2):
        judged = replace(cohort, target=rng.integers(0, 2, 601), classes=("0", "1"))
        answers.append([(alarm.what, alarm.pairs.tolist()) for alarm in examine(judged)])
    assert answers[0] == answers[1] != []


def test_names_worth_reading():
    assert worth_reading("alt_sequence")
    assert worth_reading("patient")
    assert not worth_reading("consequence")
