"""Random forests."""

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Space, Whole

_SPACE: Space = {
    "min_samples_leaf": Whole(1, 20, log=True),
    "max_features": Choice(("sqrt", 0.05, 0.1, 0.33)),
    "max_depth": Choice((None, 4, 8, 16)),
}
RANDOM_FOREST = Family(
    classes=Learner(RandomForestClassifier, {"n_estimators": 300, "n_jobs": 1}, _SPACE),
    number=Learner(
        RandomForestRegressor,
        {"n_estimators": 300, "max_features": 0.33, "min_samples_leaf": 2, "n_jobs": 1},
        _SPACE,
    ),
)
