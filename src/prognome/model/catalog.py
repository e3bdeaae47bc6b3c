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
        Entry("elastic_net", "prognome.model.elastic_net:ELASTIC_NET", "logistic (or linear) regression, L1 and L2: few coefficients", _ANY, _BLOCKS),
        Entry("lda", "prognome.model.discriminant:LDA", "linear discriminant analysis with a shrunken covariance", _CLASSES, _BLOCKS),
        Entry("naive_bayes", "prognome.model.naive_bayes:NAIVE_BAYES", "Gaussian naive Bayes, its evidence tempered", _CLASSES, _BLOCKS),
        Entry("svm_linear", "prognome.model.support_vectors:LINEAR", "linear support vectors, probabilities calibrated on out-of-fold margins", _ANY, _BLOCKS),
        Entry("decision_tree", "prognome.model.forest:DECISION_TREE", "one small decision tree", _ANY, _BLOCKS),
        Entry("knn", "prognome.model.nearest:KNN", "the nearest training rows", _ANY, _BLOCKS),
        Entry("svm", "prognome.model.support_vectors:RBF", "support vectors with an RBF kernel, probabilities calibrated on out-of-fold margins", _ANY, _BLOCKS),
        Entry("gaussian_process", "prognome.model.gaussian_process:GAUSSIAN_PROCESS", "Gaussian process, for at most 1,000 training rows", _ANY, _BLOCKS),
        Entry("random_forest", "prognome.model.forest:RANDOM_FOREST", "random forest", _ANY, _BLOCKS),
        Entry("extra_trees", "prognome.model.forest:EXTRA_TREES", "forest of trees that split at random places", _ANY, _BLOCKS),
        Entry("balanced_forest", "prognome.model.balanced:BALANCED_FOREST", "random forest whose trees each learn from as many rows of every class", _CLASSES, _BLOCKS),
        Entry("balanced_bagging", "prognome.model.balanced:BALANCED_BAGGING", "trees (or logistic regressions) that each learn from as many rows of every class", _CLASSES, _BLOCKS),
        Entry("random_survival_forest", "prognome.model.survival_forest:RANDOM_SURVIVAL_FOREST", "random forest of survival trees, parted by the log-rank test", ("survival",), _BLOCKS),
        Entry("xgboost", "prognome.model.boosted_survival:XGBOOST", "gradient-boosted trees (XGBoost)", _WITH_SURVIVAL, _BLOCKS),
        Entry("lightgbm", "prognome.model.light_boosting:LIGHTGBM", "gradient-boosted trees (LightGBM)", _ANY, _BLOCKS),
        Entry("hist_boosting", "prognome.model.binned_boosting:HIST_BOOSTING", "gradient-boosted trees (scikit-learn)", _ANY, _BLOCKS),
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
