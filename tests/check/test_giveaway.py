"""A column that gives the target away is named; honest ones, however many and however good, are not."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.giveaway import giveaway
from prognome.check.single_columns import SAMPLE, strengths_of
from tests.check.rows import make_cohort


def noise(n, p, seed=0):
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(n, p)), columns=[f"g{k}" for k in range(p)])


def named(alarms):
    return [column["name"] for alarm in alarms for column in alarm.facts["columns"]]


@pytest.mark.parametrize("n", [60, 3 * SAMPLE])
def test_a_number_that_nearly_gives_the_class_is_named_among_2000(n):
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, n)
    x = noise(n, 2000)
    x["weeks"] = 10 * y + rng.normal(size=n)
    (alarm,) = giveaway(make_cohort(x, y))
    assert named([alarm]) == ["weeks"]
    assert alarm.guard == "giveaway"
    assert alarm.where == "block b"
    assert "'weeks' (1.000)" in alarm.what


def test_it_makes_no_odds_in_which_direction_the_number_tells():
    y = np.arange(200) % 2
    x = noise(200, 5).assign(leak=-10.0 * y + np.random.default_rng(2).normal(size=200))
    assert named(giveaway(make_cohort(x, y))) == ["leak"]


def test_a_category_in_other_words_is_named_as_a_copy():
    y = np.arange(90) % 3
    x = noise(90, 4).assign(word=np.array(["sick", "well", "dead"], dtype=object)[y])
    (alarm,) = giveaway(make_cohort(x, y))
    assert named([alarm]) == ["word"]
    assert alarm.facts["columns"][0]["copy"]


def test_a_recoded_class_and_a_mark_of_one_class_are_named_where_many_columns_separate_the_classes():
    rng = np.random.default_rng(3)
    y = np.arange(90) % 3
    x = pd.DataFrame(rng.normal(size=(90, 300)) + 30 * y[:, None]).add_prefix("g")
    assert giveaway(make_cohort(x, y)) == []
    x = x.assign(code=np.array([9.0, 4.0, 7.0])[y], second=(y == 1).astype(float))
    assert sorted(named(giveaway(make_cohort(x, y)))) == ["code", "second"]


def test_several_leaks_stand_apart_together():
    rng = np.random.default_rng(4)
    y = np.arange(300) % 2
    x = noise(300, 50)
    for name in ("a", "b", "c"):
        x[name] = 6 * y + rng.normal(size=300)
    assert sorted(named(giveaway(make_cohort(x, y)))) == ["a", "b", "c"]


def test_a_leak_with_holes_is_judged_by_the_rows_that_have_it():
    rng = np.random.default_rng(5)
    y = np.arange(200) % 2
    leak = 10 * y + rng.normal(size=200)
    leak[rng.random(200) < 0.5] = np.nan
    assert named(giveaway(make_cohort(noise(200, 20).assign(leak=leak), y))) == ["leak"]


@pytest.mark.parametrize("make", [lambda y: 3 * y + 1, np.exp, lambda y: y + 0.1 * np.cos(50 * y)])
def test_a_function_of_a_number_target_is_named(make):
    y = np.random.default_rng(6).normal(size=400)
    x = noise(400, 30).assign(again=make(y))
    assert named(giveaway(make_cohort(x, y, classes=False))) == ["again"]


def test_a_strong_and_honest_column_is_no_giveaway():
    """Two classes 2 standard deviations apart: AUC Φ(2/√2) = .921 (Hanley and McNeil's binormal)."""
    rng = np.random.default_rng(7)
    y = np.arange(400) % 2
    x = noise(400, 10).assign(marker=2 * y + rng.normal(size=400))
    best = strengths_of(make_cohort(x, y), seed=0).best[0]
    assert 1 - best.error == pytest.approx(0.921, abs=0.03)
    assert giveaway(make_cohort(x, y)) == []


def test_error_is_one_minus_the_auc_by_hand():
    """Classes 0: 1 2 2 5, and 1: 2 3 6 7 (five of each): pairs in order by hand, ties half."""
    zero, one = [1, 2, 2, 5, 0], [2, 3, 6, 7, 9]
    pairs = sum((b > a) + (b == a) / 2 for a in zero for b in one)
    cohort = make_cohort(pd.DataFrame({"v": [float(v) for v in zero + one]}), [0] * 5 + [1] * 5)
    assert strengths_of(cohort, seed=0).best[0].error == pytest.approx(1 - pairs / 25)


def test_twenty_thousand_columns_of_noise_on_forty_rows_say_nothing():
    """The best of them reaches an AUC above .8 by chance; five draws of classes, none may speak."""
    x = noise(40, 20_000, seed=8)
    for seed in range(5):
        y = np.random.default_rng(seed).permutation(np.arange(40) % 2)
        cohort = make_cohort(x, y)
        assert giveaway(cohort, seed=seed) == []
    assert strengths_of(cohort, seed=0).best[0].error < 0.2


def test_noise_on_few_columns_says_nothing_in_300_draws():
    spoke = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        x = pd.DataFrame({"a": rng.normal(size=12), "b": rng.integers(0, 2, 12).astype(float)})
        spoke += bool(giveaway(make_cohort(x, rng.permutation([0] * 6 + [1] * 6))))
    assert spoke <= 3


@pytest.mark.realdata
def test_leukaemia_and_glioma_and_other_honest_sets_are_silent(data):
    golub = pd.read_csv(data / "golub" / "train.tsv.gz", sep="\t")
    assert giveaway(make_cohort(golub.iloc[:, 2:].astype(float), golub["label"])) == []
    glioma = pd.read_csv(data / "glioma" / "patients.tsv", sep="\t")
    assert giveaway(make_cohort(glioma.drop(columns="Grade"), glioma["Grade"])) == []
    for name in ("singh", "alon", "khan", "christensen"):
        frame = pd.read_csv(data / "microarray" / f"{name}.tsv.gz", sep="\t")
        x = frame.drop(columns="label").select_dtypes("number").astype(float)
        assert giveaway(make_cohort(x, frame["label"])) == [], name


@pytest.mark.realdata
def test_the_assay_behind_the_brca1_classes_is_named(data):
    """``function_class`` was cut from ``function_score`` (Findlay 2018): never a feature."""
    frame = pd.read_csv(data / "brca1_sge" / "variants.tsv", sep="\t", low_memory=False)
    cohort = make_cohort(frame.drop(columns="function_class"), frame["function_class"] == "LOF")
    assert named(giveaway(cohort)) == ["function_score"]
