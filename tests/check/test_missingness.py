"""Missing values that predict the target are told; values missing at random are not."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.missingness import missingness_predicts
from tests.check.rows import make_cohort


def holes(n, p, share, rng):
    x = rng.normal(size=(n, p))
    x[rng.random((n, p)) < share] = np.nan
    return pd.DataFrame(x).add_prefix("g")


def named(alarms):
    return [column["name"] for alarm in alarms for column in alarm.facts["columns"]]


def test_a_column_measured_mostly_in_one_class_is_named_with_its_shares():
    rng = np.random.default_rng(1)
    y = np.arange(400) % 2
    x = holes(400, 10, 0.2, rng)
    x["af"] = np.where(rng.random(400) < np.where(y == 1, 0.2, 0.8), 0.1, np.nan)
    (alarm,) = missingness_predicts(make_cohort(x, y))
    assert named([alarm]) == ["af"]
    assert alarm.where == "column af"
    shares = [f"{100 * x['af'].notna()[y == code].mean():.0f} % of class {code}" for code in (0, 1)]
    assert ", ".join(shares) in alarm.what
    assert alarm.facts["joint"] == pytest.approx(0.8, abs=0.05)  # AUC of shares .8 and .2: (1 + .6) / 2


def test_columns_with_the_same_holes_are_named_together_and_counted_once():
    y = np.arange(100) % 2
    x = pd.DataFrame({name: np.where(y == 1, np.nan, 1.0) for name in ("one", "two")}).assign(full=1.0)
    (alarm,) = missingness_predicts(make_cohort(x, y))
    assert named([alarm]) == ["one", "two"]
    assert alarm.facts["patterns"] == 1


def test_categories_have_holes_too():
    y = np.arange(100) % 2
    x = pd.DataFrame({"word": np.where(y == 1, None, "seen")})
    assert named(missingness_predicts(make_cohort(x, y))) == ["word"]


def test_many_weak_columns_speak_together():
    """Thirty columns, each missing for 40 or 55 %: AUC .575 alone; together Φ(√30·.15/.49/√2) = .88."""
    rng = np.random.default_rng(2)
    y = np.arange(600) % 2
    x = rng.normal(size=(600, 30))
    x[rng.random((600, 30)) < np.where(y == 1, 0.55, 0.4)[:, None]] = np.nan
    (alarm,) = missingness_predicts(make_cohort(x, y))
    assert alarm.facts["joint"] > 0.8


def test_a_block_that_is_absent_for_one_class_is_named_once():
    y = np.arange(80) % 2
    x = pd.DataFrame(np.where(y[:, None] == 1, np.nan, 1.0) * np.ones((80, 5))).add_prefix("g")
    (alarm,) = missingness_predicts(make_cohort(x, y, block="protein", present={"protein": y == 0}))
    assert named([alarm]) == ["protein (the whole block)"]


def test_holes_that_go_with_a_number_are_named():
    rng = np.random.default_rng(3)
    y = rng.normal(size=300)
    x = holes(300, 5, 0.3, rng).assign(late=np.where(y + rng.normal(size=300) > 0, np.nan, 1.0))
    assert named(missingness_predicts(make_cohort(x, y, classes=False))) == ["late"]


def test_no_holes_and_no_variation_of_holes_are_silent():
    y = np.arange(40) % 2
    assert missingness_predicts(make_cohort(np.ones((40, 3)), y)) == []
    assert missingness_predicts(make_cohort(np.full((40, 3), np.nan), y)) == []


@pytest.mark.parametrize(("n", "p", "draws"), [(60, 5, 40), (100, 300, 10)])
def test_holes_at_random_are_silent(n, p, draws):
    spoke = 0
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        x = holes(n, p, 0.1 + 0.3 * rng.random(), rng)
        spoke += bool(missingness_predicts(make_cohort(x, rng.integers(0, 2, n)), seed=seed))
        spoke += bool(missingness_predicts(make_cohort(x, rng.normal(size=n), classes=False), seed=seed))
    assert spoke <= 1


@pytest.mark.realdata
def test_gavin_is_told_by_its_exac_frequency(data):
    """Present for 83 % of benign and 21 % of pathogenic rows (the data's README)."""
    frame = pd.read_csv(data / "gavin" / "variants.tsv", sep="\t", low_memory=False)
    cohort = make_cohort(frame.drop(columns="classification"), frame["classification"])
    (alarm,) = missingness_predicts(cohort)
    assert named([alarm])[0] == "exac_af"
    assert "83 % of class B, 21 % of class P" in alarm.what


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["arrhythmia", "cardiomyopathy"])
def test_cardiac_variants_are_told_by_their_frequencies(data, name):
    frame = pd.read_csv(data / "cardioboost" / f"{name}_train.tsv", sep="\t")
    (alarm,) = missingness_predicts(make_cohort(frame.drop(columns="pathogenic"), frame["pathogenic"]))
    assert {"AF_Adj", "gnomAD_AF"} <= set(named([alarm]))


@pytest.mark.realdata
def test_glioma_and_leukaemia_are_silent(data):
    glioma = pd.read_csv(data / "glioma" / "patients.tsv", sep="\t")
    assert missingness_predicts(make_cohort(glioma.drop(columns="Grade"), glioma["Grade"])) == []
    golub = pd.read_csv(data / "golub" / "train.tsv.gz", sep="\t")
    assert missingness_predicts(make_cohort(golub.iloc[:, 2:].astype(float), golub["label"])) == []
