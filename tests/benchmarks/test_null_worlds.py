"""The simulation's own parts: folds, AUC, and models that never see what they are judged on."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks.null_worlds import (
    Scheme,
    auc,
    best_features,
    centroid,
    classes,
    features,
    out_of_fold,
    stratified,
)

EVENT = classes(60)


def test_the_auc_of_many_worlds_is_scikit_learns():
    score = np.random.default_rng(0).integers(0, 9, (3, 60)).astype(float)
    assert auc(score, EVENT) == pytest.approx([roc_auc_score(EVENT, one) for one in score])


def test_every_row_is_judged_once_a_repeat_with_events_in_every_fold():
    folds = stratified(EVENT, Scheme(5, 3), seed=1)
    assert len(folds) == 15
    for repeat in range(3):
        assert sorted(np.concatenate(folds[5 * repeat : 5 * repeat + 5])) == list(range(60))
    assert {int(EVENT[rows].sum()) for rows in folds} <= {4, 5}
    assert not np.array_equal(folds[0], folds[5])


@pytest.mark.parametrize("learner", [centroid, best_features(2)])
def test_a_fold_is_judged_by_a_model_of_the_other_rows(learner):
    x = features(2, EVENT, np.array([0.5, 0.0, 1.0]), np.random.default_rng(0))
    folds = stratified(EVENT, Scheme(5), seed=1)
    altered = x.copy()
    altered[:, folds[0][0]] = 99.0
    before, after = (out_of_fold(one, EVENT, folds, learner) for one in (x, altered))
    np.testing.assert_allclose(before[0][:, 1:], after[0][:, 1:])  # its own row taught nothing
    assert not np.allclose(before[1], after[1])  # but taught the other folds


def test_without_shift_models_are_no_better_than_chance_and_with_it_they_are():
    folds = stratified(EVENT, Scheme(5), seed=1)
    means = []
    for shift in (0.0, 1.0):
        x = features(400, EVENT, np.full(4, shift), np.random.default_rng(0))
        said = out_of_fold(x, EVENT, folds, centroid)
        means.append(
            np.mean([auc(score, EVENT[rows]).mean() for score, rows in zip(said, folds, strict=True)])
        )
    assert means[0] == pytest.approx(0.5, abs=0.015)
    assert means[1] > 0.85
