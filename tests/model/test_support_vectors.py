"""Support vectors: margins are scikit-learn's, probabilities come from margins of rows not learned from."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, SVR

from prognome.core.split import inner_folds
from prognome.model.support_vectors import SupportVectorClassifier, SupportVectorRegressor

rng = np.random.default_rng(1)
X = rng.normal(size=(90, 4))
Y = (X[:, 0] + 0.7 * rng.normal(size=90) > 0).astype(int)


def test_margins_are_those_of_scikit_learn_on_all_rows():
    ours = SupportVectorClassifier(random_state=0).fit(X, Y)
    np.testing.assert_array_equal(ours.decision_function(X), SVC().fit(X, Y).decision_function(X))


def test_probabilities_are_platts_sigmoid_on_out_of_fold_margins():
    folds = inner_folds(Y, None, 5, 7, classes=True)
    peer = CalibratedClassifierCV(SVC(), method="sigmoid", cv=folds, ensemble=False).fit(X, Y)
    ours = SupportVectorClassifier(random_state=7).fit(X, Y)
    np.testing.assert_array_equal(ours.predict_proba(X), peer.predict_proba(X))


def test_groups_stay_whole_in_the_calibration():
    families = np.repeat(np.arange(30), 3)
    folds = inner_folds(Y, families, 5, 7, classes=True)
    assert all(not set(families[train]) & set(families[judge]) for train, judge in folds)
    peer = CalibratedClassifierCV(SVC(), method="sigmoid", cv=folds, ensemble=False).fit(X, Y)
    ours = SupportVectorClassifier(random_state=7).fit(X, Y, groups=families)
    np.testing.assert_array_equal(ours.predict_proba(X), peer.predict_proba(X))
    without = SupportVectorClassifier(random_state=7).fit(X, Y)
    assert not np.array_equal(ours.predict_proba(X), without.predict_proba(X))


def test_several_classes_keep_the_decisions_of_the_margins():
    three = np.digitize(X[:, 0] + 0.5 * rng.normal(size=90), [-0.5, 0.5])
    ours = SupportVectorClassifier(random_state=0).fit(X, three)
    np.testing.assert_array_equal(ours.predict(X), ours.decision_function(X).argmax(axis=1))
    np.testing.assert_allclose(ours.predict_proba(X).sum(axis=1), 1)


def test_margins_that_point_the_wrong_way_give_the_share_of_events_and_keep_their_order():
    batches = np.repeat([0, 1], 45)  # what tells the classes apart in one batch misleads in the other
    labels = np.tile([0, 1, 1], 30)
    turned = np.where(batches == 0, labels, -labels)[:, None] + 0.1 * rng.normal(size=(90, 1))
    model = SupportVectorClassifier("linear", calibration_folds=2, random_state=0).fit(
        turned, labels, batches
    )
    p = model.predict_proba(turned)[:, 1]
    np.testing.assert_allclose(p, 2 / 3, atol=0.01)
    margins = model.decision_function(turned)
    np.testing.assert_array_equal(np.argsort(p, kind="stable"), np.argsort(margins, kind="stable"))


def test_features_chosen_by_their_labels_do_not_flatter_the_probabilities():
    noise, labels = rng.normal(size=(100, 3000)), rng.integers(0, 2, 100)
    fresh = rng.normal(size=(400, 3000))
    chosen = SelectKBest(f_classif, k=20)
    inside = SupportVectorClassifier("linear", C=0.1, prepare=chosen, random_state=0).fit(noise, labels)
    before = make_pipeline(chosen, SupportVectorClassifier("linear", C=0.1, random_state=0)).fit(
        noise, labels
    )

    def sure(model):
        return np.abs(model.predict_proba(fresh)[:, 1] - 0.5).mean()

    assert sure(inside) < 0.12 < sure(before)


def test_regression_equals_scikit_learns_on_a_standardised_target():
    y = 50 + 10 * X[:, 0] + rng.normal(size=90)
    peer = SVR().fit(X, (y - y.mean()) / y.std())
    ours = SupportVectorRegressor().fit(X, y)
    np.testing.assert_allclose(ours.predict(X), peer.predict(X) * y.std() + y.mean(), rtol=1e-12)
