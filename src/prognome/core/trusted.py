"""The types a bundle may hold beyond those that skops itself trusts; reviewed, and never read from a bundle.

A type stands here because loading it runs no code of the bundle's making: it only stores arrays, numbers
and text. :mod:`skops.io` refuses every other type.
"""

from __future__ import annotations

TRUSTED = frozenset(
    {
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.tree._tree.Tree",
        "prognome.model.boosting.BoostedClassifier",
        "prognome.model.boosting.BoostedRegressor",
        "prognome.model.stacking.StackedClassifier",
        "prognome.model.stacking.StackedRegressor",
        "prognome.model.support_vectors.SupportVectorClassifier",
        "prognome.model.support_vectors.SupportVectorRegressor",
    }
)
