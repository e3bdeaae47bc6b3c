"""Linear models with an L2 penalty, on features of one scale."""

from sklearn.linear_model import LogisticRegression, Ridge

from prognome.core.learner import Family, Learner
from prognome.core.space import Real

LOGISTIC = Family(
    classes=Learner(LogisticRegression, {"max_iter": 1000}, {"C": Real(1e-4, 1e2, log=True)}),
)
RIDGE = Family(
    number=Learner(Ridge, {}, {"alpha": Real(1e-2, 1e5, log=True)}),
)
