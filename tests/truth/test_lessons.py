"""The lessons measure what they say, on data whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.lessons import relatives, selection, windows
from benchmarks.lessons.paired import difference, judge, mean_over_folds, over_draws


def test_genes_chosen_outside_the_folds_make_a_classifier_out_of_noise():
    """60 × 2,000 of noise; Ambroise and McLachlan 2002: outside flatters, inside is at chance."""
    rng = np.random.default_rng(1)
    found = {side: [] for side in (False, True)}
    for seed in range(6):
        X, y = rng.normal(size=(60, 2000)), np.repeat([0, 1], 30)
        for inside, values in found.items():
            folds = selection.cross_validate(X, y, inside=inside, seed=seed)
            values.append(mean_over_folds(folds, "auc_roc"))
    assert np.mean(found[False]) > 0.85
    assert np.mean(found[True]) == pytest.approx(0.5, abs=0.12)


def test_a_coin_toss_for_each_family_is_told_by_relatives_alone():
    """Families of three copies of one genome: the most alike person is one of the family, or a stranger."""
    rng = np.random.default_rng(2)
    family = np.repeat(np.arange(60), 3)
    dosage = rng.integers(3, size=(60, 200))[family].astype(float)
    likeness = relatives.standardised_likeness(dosage)
    trait = rng.integers(2, size=60)[family]

    def auc(together):
        name, said, places = relatives._predict(likeness, trait, family, together=together, seed=3)[0]
        assert name == "most alike person"
        return mean_over_folds(judge(trait, np.column_stack([1 - said, said]), places), "auc_roc")

    assert auc(False) > 0.9
    assert auc(True) == pytest.approx(0.5, abs=0.15)


def test_copying_takes_the_label_of_the_window_with_most_in_common_on_either_strand():
    rng = np.random.default_rng(3)
    first, second = ("".join(rng.choice(list("ACGT"), size=60)) for _ in range(2))
    turned = second[::-1].translate(str.maketrans("ACGT", "TGCA"))
    train = pd.DataFrame({"sequence": [first, second], "label": [0, 1]})
    test = pd.DataFrame({"sequence": [first[:40] + second[:20], turned], "label": [0, 0]})
    assert windows.copy_labels(train, test).tolist() == [0, 1]


def test_the_difference_of_a_model_and_itself_is_nothing_whatever_the_rows_drawn():
    truth = np.tile([0, 1], 20)
    said = np.random.default_rng(4).uniform(size=40)
    folds = judge(truth, np.column_stack([1 - said, said]), [np.arange(20), np.arange(20, 40)])
    span = difference(folds, folds, "auc_roc")
    assert (span.value, span.low, span.high) == (0, 0, 0)


def test_the_interval_over_draws_is_students():
    """Mean 2, deviation 1, three draws: t(.975, 2) = 4.3027 by table; half width 4.3027 / √3."""
    span = over_draws([1.0, 2.0, 3.0])
    assert span.value == 2
    assert span.high == pytest.approx(2 + 2.4841, abs=1e-4)
    assert span.low == pytest.approx(2 - 2.4841, abs=1e-4)
