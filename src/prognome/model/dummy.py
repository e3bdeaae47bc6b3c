"""What any model must beat."""

from sklearn.dummy import DummyClassifier, DummyRegressor

from prognome.core.learner import Family, Learner

DUMMY = Family(
    classes=Learner(DummyClassifier, {"strategy": "prior"}),
    number=Learner(DummyRegressor, {"strategy": "median"}),
)
