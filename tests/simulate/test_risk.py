"""The true risk is what the truth says, and can be told as well as is claimed."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from prognome.simulate.risk import drawn_auc, expected_auc

HOSPITALS = ("north", "south")


def causal_dosage(simulated, hospital: str) -> pd.DataFrame:
    rows = {row[2]: place for place, row in enumerate(simulated.vcf[hospital].fields)}
    names = [variant.id for variant in simulated.truth.causal_variants]
    dosage = simulated.vcf[hospital].dosage[[rows[name] for name in names]]
    return pd.DataFrame(dosage.T, index=simulated.clinical[hospital].index, columns=names)


def test_expected_auc_by_hand():
    # .2 and .8: the pair is in order with .8 × .8 = .64, the wrong way with .2 × .2 = .04; 64/68.
    assert expected_auc(np.array([0.2, 0.8])) == pytest.approx(0.64 / 0.68)
    # .5, .5 and .9: ties count half. ordered: .9×.5 twice = .9; reversed: .5×.1 twice = .1; tied .25 twice
    assert expected_auc(np.array([0.5, 0.9, 0.5])) == pytest.approx((0.9 + 0.25) / (0.9 + 0.1 + 0.5))


def test_expected_auc_is_the_mean_over_draws_of_the_disease():
    rng = np.random.default_rng(1)
    risk = rng.beta(1, 2, 300)
    draws = [drawn_auc(risk, (rng.random(300) < risk).astype(int)) for _ in range(300)]
    assert np.mean(draws) == pytest.approx(expected_auc(risk), abs=4 * np.std(draws) / np.sqrt(300))


def test_drawn_auc_equals_scikit_learn():
    rng = np.random.default_rng(1)
    score, disease = rng.integers(0, 20, 200) / 20, rng.integers(0, 2, 200)
    assert drawn_auc(score, disease) == pytest.approx(roc_auc_score(disease, score))


@pytest.mark.parametrize("hospital", HOSPITALS)
def test_the_best_auc_is_as_designed_and_follows_from_the_written_risks(simulated, hospital):
    risk = simulated.risk[simulated.risk["hospital"] == hospital]["risk"].to_numpy()
    disease = simulated.clinical[hospital]["disease"].to_numpy()
    assert 0.85 < simulated.truth.best_auc[hospital] < 0.88
    above = (risk[disease == 1][:, None] > risk[disease == 0]).mean()  # Mann–Whitney, counted pair by pair
    assert simulated.truth.drawn_auc[hospital] == pytest.approx(above, abs=1e-3)
    assert above == pytest.approx(simulated.truth.best_auc[hospital], abs=0.04)


@pytest.mark.parametrize(("hospital", "low", "high"), [("north", 0.26, 0.34), ("south", 0.22, 0.40)])
def test_prevalence(simulated, hospital, low, high):
    prevalence = simulated.clinical[hospital]["disease"].mean()
    assert low < prevalence < high
    assert simulated.truth.prevalence[hospital] == pytest.approx(prevalence, abs=1e-4)


def test_the_mean_risk_in_the_north_is_three_in_ten(simulated):
    north = simulated.risk[simulated.risk["hospital"] == "north"]
    assert north["risk"].mean() == pytest.approx(0.30, abs=1e-3)


def test_the_risk_is_the_logistic_function_of_its_parts(simulated):
    total = simulated.risk[["variants", "interaction", "genes", "clinical"]].sum(axis=1)
    expected = 1 / (1 + np.exp(-(total + simulated.truth.intercept)))
    assert np.abs(expected - simulated.risk["risk"]).max() < 2e-6


@pytest.mark.parametrize("hospital", HOSPITALS)
def test_the_parts_follow_from_the_files_and_the_stated_effects(simulated, hospital):
    truth = simulated.truth
    risk = simulated.risk[simulated.risk["hospital"] == hospital]
    dosage = causal_dosage(simulated, hospital)
    called = dosage.notna().all(axis=1)
    assert called.mean() > 0.9
    effects = {variant.id: variant.log_odds for variant in truth.causal_variants}
    variants = sum(effect * dosage[name] for name, effect in effects.items())
    carriers = (dosage[truth.interaction.first] > 0) & (dosage[truth.interaction.second] > 0)
    assert np.abs(variants - risk["variants"])[called].max() < 1e-5
    assert ((truth.interaction.log_odds * carriers) == risk["interaction"])[called].all()

    clinical = simulated.clinical[hospital]
    known = clinical.notna().all(axis=1)
    smoking = {"never": 0, "former": truth.clinical.former_smoker, "current": truth.clinical.current_smoker}
    by_hand = (
        truth.clinical.age_per_year * (clinical["age_years"] - 58)
        + truth.clinical.bmi_per_unit * (clinical["bmi"] - 27)
        + clinical["smoking"].map(smoking)
    )
    assert np.abs(by_hand - risk["clinical"])[known].max() < 1e-5

    # Genes are measured with noise: the measured sum goes with the true one, but not wholly.
    measured = sum(g.log_odds * (simulated.expression[hospital][g.gene] - g.mean) for g in truth.causal_genes)
    assert 0.6 < measured.corr(risk["genes"]) < 0.99


def test_causes_stand_apart_and_are_common(simulated):
    truth = simulated.truth
    assert len(truth.causal_variants) == 12
    assert len(truth.causal_genes) == 6
    assert truth.interaction.first != truth.interaction.second
    for variant in truth.causal_variants:
        assert 0.2 <= variant.frequency["north"] <= 0.5
    places = [variant.locus.split(":")[:2] for variant in truth.causal_variants]
    for (one, here), (two, there) in combinations(places, 2):
        assert one != two or abs(int(here) - int(there)) > 100_000


def test_genes_and_variants_tell_much_that_the_clinic_does_not(simulated):
    def features(hospital: str, *, omics: bool) -> pd.DataFrame:
        clinical = simulated.clinical[hospital]
        smoking = clinical["smoking"].map({"never": 0, "former": 1, "current": 2})
        table = clinical[["age_years", "bmi"]].assign(smoking=smoking)
        if not omics:
            return table
        genes = [gene.gene for gene in simulated.truth.causal_genes]
        return pd.concat(
            [table, causal_dosage(simulated, hospital), simulated.expression[hospital][genes]], axis=1
        )

    disease = {name: simulated.clinical[name]["disease"] for name in HOSPITALS}
    auc = {}
    for omics in (False, True):
        model = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression())
        model.fit(features("north", omics=omics), disease["north"])
        auc[omics] = roc_auc_score(
            disease["south"], model.predict_proba(features("south", omics=omics))[:, 1]
        )
    assert 0.60 < auc[False] < 0.75
    assert auc[True] > auc[False] + 0.08
    assert auc[True] < simulated.truth.drawn_auc["south"]
