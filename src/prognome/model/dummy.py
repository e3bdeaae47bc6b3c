"""What any model must beat."""

from sklearn.dummy import DummyClassifier, DummyRegressor

from prognome.core.learner import Family, Learner
from prognome.model.kaplan_meier import KaplanMeier

DUMMY = Family(
    classes=Learner(DummyClassifier, {"strategy": "prior"}),
    number=Learner(DummyRegressor, {"strategy": "median"}),
    survival=Learner(KaplanMeier),
)
