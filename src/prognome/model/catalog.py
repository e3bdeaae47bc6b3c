"""The menu of models, simple ones first: within one standard error the earlier wins."""

from __future__ import annotations

from prognome.core.menu import Entry, Menu

_CLASSES = ("binary", "multiclass")
_ANY = (*_CLASSES, "number")

MODELS = Menu(
    "model",
    [
        Entry("dummy", "prognome.model.dummy:DUMMY", "always the class shares, or the median: what any model must beat", _ANY, ("table",)),
        Entry("single_best", "prognome.model.single_feature:SINGLE_BEST", "the one feature that tells most by itself, in a logistic (or linear) regression: always there to be beaten", _ANY, ("table",)),
        Entry("logistic", "prognome.model.linear:LOGISTIC", "logistic regression, L2", _CLASSES, ("table",)),
        Entry("ridge", "prognome.model.linear:RIDGE", "linear regression, L2", ("number",), ("table",)),
        Entry("svm_linear", "prognome.model.support_vectors:LINEAR", "linear support vectors, probabilities calibrated on out-of-fold margins", _ANY, ("table",)),
        Entry("svm", "prognome.model.support_vectors:RBF", "support vectors with an RBF kernel, probabilities calibrated on out-of-fold margins", _ANY, ("table",)),
        Entry("random_forest", "prognome.model.forest:RANDOM_FOREST", "random forest", _ANY, ("table",)),
        Entry("xgboost", "prognome.model.boosting:XGBOOST", "gradient-boosted trees (XGBoost)", _ANY, ("table",)),
        Entry("stack", "prognome.model.stacking:STACK", "out-of-fold predictions of the other models into a logistic (or ridge) meta-model", _ANY),
    ],
    group="prognome.models",
)  # fmt: skip
