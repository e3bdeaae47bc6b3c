"""All guards of training rows together, on clean, spoiled and real cohorts."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.catalog import GUARDS
from prognome.check.training_rows import check_training_rows
from tests.check.rows import make_cohort


def test_every_guard_is_on_the_menu_and_speaks_of_its_fault():
    rng = np.random.default_rng(1)
    n = 200
    y = np.arange(n) % 2
    x = pd.DataFrame(rng.normal(size=(n, 6))).add_prefix("g")
    x = x.assign(leak=10 * y + rng.normal(size=n), REVEL=rng.normal(size=n), PFS_months=rng.normal(size=n))
    x["held"] = np.where(rng.random(n) < np.where(y == 1, 0.2, 0.8), 1.0, np.nan)
    facts = {
        "plate": np.array([str(code) for code in y], dtype=object),
        "day": np.array([str(1000 * code + k) for k, code in enumerate(y)], dtype=object),
    }
    cohort = make_cohort(x, y, facts=facts)
    alarms = check_training_rows(cohort, target="ill", batch=["plate"], date="day", files={"b": y})
    guards = [alarm.guard for alarm in alarms]
    assert guards == [entry.name for entry in GUARDS if entry.name in guards]  # in the order of the menu
    assert guards == [
        *("giveaway", "outcome_name", "origin_predicts", "batch_is_class", "missingness_predicts"),
        *("label_trained_scores", "one_class_one_file"),
    ]
    for alarm in alarms:
        assert callable(GUARDS.find(alarm.guard, where="guards").load())
        assert alarm.what.endswith(".")
        assert alarm.remedy
        assert not any(str(one) in alarm.what + alarm.remedy + str(dict(alarm.facts)) for one in cohort.ids)


def test_a_clean_cohort_is_silent_and_the_same_twice():
    cohort = make_cohort(np.random.default_rng(2).normal(size=(100, 500)), np.arange(100) % 2)
    assert check_training_rows(cohort, target="ill") == []


def test_the_same_rows_give_the_same_words_and_numbers():
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 2000)
    x = rng.normal(size=(2000, 20))
    x[:, 0] += 8 * y
    facts = {"site": np.array([str((code + (rng.random() < 0.2)) % 2) for code in y], dtype=object)}
    first, second = (
        check_training_rows(make_cohort(x, y, facts=facts), target="ill", batch=["site"], seed=4)
        for _ in range(2)
    )
    assert [(one.what, dict(one.facts)) for one in first] == [(two.what, dict(two.facts)) for two in second]
    assert len(first) == 2


def test_noise_with_holes_and_honest_sites_is_silent_in_20_draws():
    spoke = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(80, 2000))
        x[rng.random(x.shape) < 0.02] = np.nan
        facts = {"site": np.array([str(s) for s in rng.integers(0, 4, 80)], dtype=object)}
        cohort = make_cohort(x, rng.integers(0, 2, 80), facts=facts)
        found = check_training_rows(cohort, target="ill", batch=["site"], seed=seed)
        spoke += [alarm.guard for alarm in found]
    assert len(spoke) <= 1, spoke


@pytest.mark.realdata
def test_immunotherapy_speaks_of_its_survival_columns_and_of_nothing_else(data):
    frame = pd.read_csv(data / "loris" / "Chowell_train.tsv", sep="\t")
    x = frame.drop(columns=["Response", "SAMPLE_ID"])
    ids = frame["SAMPLE_ID"].astype(str)
    alarms = check_training_rows(make_cohort(x, frame["Response"], ids=ids), target="Response")
    assert [alarm.guard for alarm in alarms] == ["outcome_name"]
    clean = x.drop(columns=["PFS_Event", "PFS_Months", "OS_Event", "OS_Months"])
    assert check_training_rows(make_cohort(clean, frame["Response"], ids=ids), target="Response") == []


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["golub", "glioma"])
def test_leukaemia_and_glioma_are_silent(data, name):
    if name == "golub":
        frame = pd.read_csv(data / "golub" / "train.tsv.gz", sep="\t")
        cohort = make_cohort(frame.iloc[:, 2:].astype(float), frame["label"], ids=frame["sample"])
        target = "label"
    else:
        frame = pd.read_csv(data / "glioma" / "patients.tsv", sep="\t")
        ids = [str(k) for k in range(1, len(frame) + 1)]
        cohort = make_cohort(frame.drop(columns="Grade"), frame["Grade"], ids=ids)
        target = "Grade"
    assert check_training_rows(cohort, target=target) == []
