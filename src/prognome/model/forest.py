"""Single decision trees and forests of them."""

from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Real, Space, Whole

_SPACE: Space = {
    "min_samples_leaf": Whole(1, 20, log=True),
    "max_features": Choice(("sqrt", 0.05, 0.1, 0.33)),
    "max_depth": Choice((None, 4, 8, 16)),
}
_OF_CLASSES = {"n_estimators": 300, "n_jobs": 1}
_OF_NUMBERS = {"n_estimators": 300, "max_features": 0.33, "min_samples_leaf": 2, "n_jobs": 1}
RANDOM_FOREST = Family(
    classes=Learner(RandomForestClassifier, _OF_CLASSES, _SPACE),
    number=Learner(RandomForestRegressor, _OF_NUMBERS, _SPACE),
)
EXTRA_TREES = Family(
    classes=Learner(ExtraTreesClassifier, _OF_CLASSES, _SPACE),
    number=Learner(ExtraTreesRegressor, _OF_NUMBERS, _SPACE),
)
_OF_A_TREE = {"max_depth": 4, "min_samples_leaf": 5}
_TREE_SPACE: Space = {
    "max_depth": Whole(1, 8),
    "min_samples_leaf": Whole(1, 20, log=True),
    "ccp_alpha": Real(1e-4, 1e-1, log=True),
}
DECISION_TREE = Family(
    classes=Learner(DecisionTreeClassifier, _OF_A_TREE, _TREE_SPACE),
    number=Learner(
        DecisionTreeRegressor, _OF_A_TREE, {k: v for k, v in _TREE_SPACE.items() if k != "ccp_alpha"}
    ),
)
