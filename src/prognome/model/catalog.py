"""The menu of models, simple ones first: within one standard error the earlier wins."""

from __future__ import annotations

from prognome.core.menu import Entry, Menu

_CLASSES = ("binary", "multiclass")
_ANY = (*_CLASSES, "number")
_WITH_SURVIVAL = (*_ANY, "survival")
_BLOCKS = ("table", "sequence")

MODELS = Menu(
    "model",
    [
        Entry("dummy", "prognome.model.dummy:DUMMY", "always the class shares, the median, or the survival of all: what any model must beat", _WITH_SURVIVAL, _BLOCKS),
        Entry("single_best", "prognome.model.single_feature:SINGLE_BEST", "the one feature that tells most by itself, in a logistic, linear or Cox regression: always there to be beaten", _WITH_SURVIVAL, _BLOCKS),
        Entry("kmer", "prognome.model.kmer:KMER", "how often each run of 3 to 6 letters stands in a sequence, in a logistic (or ridge) regression: what any network must beat", _ANY, ("sequence",)),
        Entry("logistic", "prognome.model.linear:LOGISTIC", "logistic regression, L2", _CLASSES, _BLOCKS),
        Entry("ridge", "prognome.model.linear:RIDGE", "linear regression, L2", ("number",), _BLOCKS),
        Entry("cox", "prognome.model.cox:COX", "Cox's proportional hazards, L2 or elastic net", ("survival",), _BLOCKS),
        Entry("svm_linear", "prognome.model.support_vectors:LINEAR", "linear support vectors, probabilities calibrated on out-of-fold margins", _ANY, _BLOCKS),
        Entry("svm", "prognome.model.support_vectors:RBF", "support vectors with an RBF kernel, probabilities calibrated on out-of-fold margins", _ANY, _BLOCKS),
        Entry("random_forest", "prognome.model.forest:RANDOM_FOREST", "random forest", _ANY, _BLOCKS),
        Entry("random_survival_forest", "prognome.model.survival_forest:RANDOM_SURVIVAL_FOREST", "random forest of survival trees, parted by the log-rank test", ("survival",), _BLOCKS),
        Entry("xgboost", "prognome.model.boosted_survival:XGBOOST", "gradient-boosted trees (XGBoost)", _WITH_SURVIVAL, _BLOCKS),
        Entry("mlp", "prognome.model.network:MLP", "network of dense layers over tables", _ANY, ("table",), extra="deep"),
        Entry("cnn", "prognome.model.network:CNN", "convolutional network over sequences and ordered tables; other tables beside", _ANY, ("table", "sequence"), extra="deep"),
        Entry("lstm", "prognome.model.network:LSTM", "recurrent network (LSTM) over sequences and ordered tables; other tables beside", _ANY, ("table", "sequence"), extra="deep"),
        Entry("gru", "prognome.model.network:GRU", "recurrent network (GRU) over sequences and ordered tables; other tables beside", _ANY, ("table", "sequence"), extra="deep"),
        Entry("transformer", "prognome.model.network:TRANSFORMER", "small transformer over sequences and ordered tables; other tables beside", _ANY, ("table", "sequence"), extra="deep"),
        Entry("hybrid", "prognome.model.hybrid:HYBRID", "random forest (or XGBoost) on what a network made of the blocks, in cross-fitted pairs", _ANY, ("table", "sequence"), extra="deep"),
        Entry("transfer", "prognome.model.transfer:TRANSFER", "an encoder that learned elsewhere: frozen below a linear model, or fine-tuned", _ANY, ("table", "sequence"), extra="deep"),
        Entry("fusion", "prognome.model.fusion:FUSION", "late fusion: one model a block, then a meta-model that has learned to do without optional blocks", _ANY, ("table", "sequence")),
        Entry("stack", "prognome.model.stacking:STACK", "out-of-fold predictions of the other models into a logistic (ridge, Cox) meta-model", _WITH_SURVIVAL),
    ],
    group="prognome.models",
)  # fmt: skip
