"""Late fusion: one model a block, and what it does when a block is not there."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from prognome.core.cohort import Cohort
from prognome.core.sequences import Sequences
from prognome.core.split import inner_folds
from prognome.core.table import Table
from prognome.errors import DataError, StudyError
from prognome.model.fusion import BlockLeftOut, FusionClassifier, FusionRegressor
from prognome.model.linear import PenalisedLogistic

rng = np.random.default_rng(6)
N = 600
HIDDEN = rng.normal(size=N)
RNA = HIDDEN[:, None] + rng.normal(size=(N, 4))
PROTEIN = HIDDEN[:, None] + 0.5 * rng.normal(size=(N, 3))
Y = (HIDDEN + 0.5 * rng.normal(size=N) > 0).astype(int)
IDS = np.arange(N).astype(str).astype(object)


def table(values, ids=IDS):
    return Table(ids, pd.DataFrame(values, columns=[f"c{k}" for k in range(values.shape[1])]))


def omics(present=None, rna=RNA):
    given = {} if present is None else {"protein": np.asarray(present, dtype=bool)}
    return Cohort(IDS, {"rna": table(rna), "protein": table(PROTEIN)}, Y, ("0", "1"), None, given)


TRAIN, NEW = np.arange(400), np.arange(400, N)


def test_without_optional_blocks_it_is_a_stack_of_one_model_a_block():
    cohort = omics().rows(TRAIN)
    pairs = inner_folds(Y[TRAIN], None, 3, 7, classes=True)
    columns = []
    for values in (RNA, PROTEIN):
        said = cross_val_predict(
            PenalisedLogistic(), values[TRAIN], Y[TRAIN], cv=pairs, method="predict_proba"
        )[:, 1]
        logit = np.log(said / (1 - said))
        columns.append(logit - logit.mean())
    peer = LogisticRegression(max_iter=1000).fit(np.column_stack(columns), Y[TRAIN])
    ours = FusionClassifier(random_state=7).fit(cohort, Y[TRAIN])
    np.testing.assert_allclose(ours.meta_.coef_, peer.coef_, rtol=1e-4)


def test_two_blocks_tell_more_than_one():
    whole = FusionClassifier(random_state=0).fit(omics().rows(TRAIN), Y[TRAIN])
    one = FusionClassifier(blocks=["rna"], random_state=0).fit(omics().rows(TRAIN), Y[TRAIN])
    new = omics().rows(NEW)
    both, alone = (roc_auc_score(Y[NEW], m.predict_proba(new)[:, 1]) for m in (whole, one))
    assert both > alone + 0.02


def without_protein(cohort):
    blocks = {"rna": cohort.blocks["rna"]}
    return Cohort(cohort.ids, blocks, cohort.target, cohort.classes)


def test_a_block_that_all_training_rows_had_may_be_absent_in_all_test_rows():
    everyone = omics(np.ones(N))
    fused = FusionClassifier(random_state=0).fit(everyone.rows(TRAIN), Y[TRAIN])
    said = fused.predict_proba(without_protein(everyone.rows(NEW)))[:, 1]
    rna = PenalisedLogistic().fit(RNA[TRAIN], Y[TRAIN]).predict_proba(RNA[NEW])[:, 1]

    def loss(p):
        return -np.mean(np.log(np.where(Y[NEW] == 1, p, 1 - p)))

    assert roc_auc_score(Y[NEW], said) == pytest.approx(roc_auc_score(Y[NEW], rna), abs=1e-6)
    assert loss(said) < loss(rna) + 0.01  # rna alone counts for more where it stands alone
    silent = FusionClassifier(block_dropout=0.0, random_state=0).fit(everyone.rows(TRAIN), Y[TRAIN])
    zeros = silent.predict_proba(without_protein(everyone.rows(NEW)))[:, 1]
    assert loss(zeros) > loss(said) + 0.01  # without hiding in training the weight of rna stays too small


def test_what_an_absent_row_holds_in_that_block_changes_nothing():
    present = rng.random(N) > 0.3
    one = omics(present)
    spoiled = np.where(present[:, None], PROTEIN, 1e6)
    other = Cohort(
        IDS, {"rna": table(RNA), "protein": table(spoiled)}, Y, ("0", "1"), None, {"protein": present}
    )
    first = FusionClassifier(random_state=0).fit(one.rows(TRAIN), Y[TRAIN]).predict_proba(one)
    second = FusionClassifier(random_state=0).fit(other.rows(TRAIN), Y[TRAIN]).predict_proba(other)
    np.testing.assert_array_equal(first, second)


def test_a_block_that_was_not_optional_must_be_there():
    fused = FusionClassifier(random_state=0).fit(omics().rows(TRAIN), Y[TRAIN])
    with pytest.raises(DataError, match="no block 'protein'"):
        fused.predict_proba(without_protein(omics()))
    with pytest.raises(DataError, match="was not optional in training"):
        fused.predict_proba(omics(rng.random(N) > 0.5))


def test_numbers_are_fused_in_their_own_unit():
    dose = 40 + 10 * HIDDEN
    fused = FusionRegressor(random_state=0).fit(omics(np.ones(N)).rows(TRAIN), dose[TRAIN])
    said = fused.predict(omics(np.ones(N)).rows(NEW))
    assert np.corrcoef(said, dose[NEW])[0, 1] > 0.95
    assert said.mean() == pytest.approx(dose[NEW].mean(), abs=1)


def test_sequences_are_told_by_their_kmers():
    letters = rng.choice(list("ACGT"), (N, 40))
    letters[Y == 1, 10:16] = list("GATTAC")
    texts = np.array(["".join(row) for row in letters], dtype=object)
    cohort = Cohort(
        IDS, {"window": Sequences(IDS, pd.DataFrame({"sequence": texts})), "rna": table(RNA)}, Y, ("0", "1")
    )
    fused = FusionClassifier(random_state=0).fit(cohort.rows(TRAIN), Y[TRAIN])
    assert type(fused.models_["window"].model_).__name__ == "KmerClassifier"
    assert roc_auc_score(Y[NEW], fused.predict_proba(cohort.rows(NEW))[:, 1]) > 0.97


def test_parameters_of_the_base_are_checked_before_any_work():
    with pytest.raises(StudyError, match="Did you mean 'n_estimators'"):
        FusionClassifier("random_forest", base_params={"n_estimator": 3})._validate_params()


SITES = np.repeat(list("abcd"), N // 4).astype(object)


def at_sites(present, y=Y):
    tables = {"rna": table(RNA), "protein": table(PROTEIN)}
    return Cohort(IDS, tables, y, ("0", "1"), SITES, {"protein": np.asarray(present, dtype=bool)})


def alone(model, y=Y):
    """The same fusion of what every row has."""
    return model(blocks=["rna"], random_state=0).fit(at_sites(np.ones(N), y), y)


def answers(model, cohort):
    return model.predict_proba(cohort) if hasattr(model, "predict_proba") else model.predict(cohort)


@pytest.mark.parametrize("model", [FusionClassifier, FusionRegressor])
@pytest.mark.parametrize(
    ("present", "why"),
    [(np.zeros(N), "no training row has it"), (SITES == "b", "no inner fold can judge it: the 150 training")],
)
def test_a_block_that_no_fold_can_judge_is_left_out_and_said(model, present, why):
    y = Y if model is FusionClassifier else 40 + 10 * HIDDEN
    with pytest.warns(BlockLeftOut, match=f"leaves out block protein: {why}"):
        fused = model(random_state=0).fit(at_sites(present, y), y)
    assert list(fused.left_out_) == ["protein"]
    said = answers(fused, at_sites(np.ones(N), y))  # new rows may have it; nothing is known of it
    np.testing.assert_array_equal(said, answers(alone(model, y), at_sites(np.ones(N), y)))


def test_a_block_without_a_class_among_the_rows_that_have_it_is_left_out():
    with pytest.warns(BlockLeftOut, match="do not hold every class"):
        fused = FusionClassifier(random_state=0).fit(at_sites(Y == 1), Y)
    np.testing.assert_array_equal(
        fused.predict_proba(at_sites(np.ones(N))),
        alone(FusionClassifier).predict_proba(at_sites(np.ones(N))),
    )


def test_folds_whose_training_rows_lack_a_class_of_the_block_do_not_judge_it():
    """At site a all rows have the block, at b the events alone: only models of a know both classes."""
    present = (SITES == "a") | ((SITES == "b") & (Y == 1))
    fused = FusionClassifier(random_state=0).fit(at_sites(present), Y)
    assert fused.left_out_ == {}
    pairs = inner_folds(Y, SITES, 3, 0, classes=True)
    logit = []
    for train, judge in pairs:
        train, judge = train[present[train]], judge[present[judge]]
        if len(np.unique(Y[train])) == 2 and len(judge):
            p = PenalisedLogistic().fit(PROTEIN[train], Y[train]).predict_proba(PROTEIN[judge])[:, 1]
            logit.append(np.log(p / (1 - p)))
    assert 0 < sum(map(len, logit)) < present.sum()
    assert fused.centre_["protein"][0] == pytest.approx(np.concatenate(logit).mean(), rel=1e-6)
    for cohort in (at_sites(present), at_sites(np.ones(N)), at_sites(np.zeros(N))):
        assert np.isfinite(fused.predict_proba(cohort)).all()


def test_absent_in_all_test_rows_is_the_same_with_the_block_as_without_it():
    fused = FusionClassifier(random_state=0).fit(at_sites(rng.random(N) > 0.3), Y)
    marked = fused.predict_proba(at_sites(np.zeros(N)))
    np.testing.assert_array_equal(marked, fused.predict_proba(without_protein(at_sites(np.zeros(N)))))
    one = fused.predict_proba(at_sites(np.zeros(N)).rows([17]))
    np.testing.assert_allclose(one[0], marked[17], rtol=1e-12)


def test_when_every_block_is_left_out_it_is_refused():
    with (
        pytest.warns(BlockLeftOut),
        pytest.raises(DataError, match="no block is left to learn from; seen: protein: no training row"),
    ):
        FusionClassifier(blocks=["protein"], random_state=0).fit(at_sites(np.zeros(N)), Y)
