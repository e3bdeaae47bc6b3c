"""Which parameter values a rule allows, and how a wrong one is reported."""

import numpy as np
import pytest

from prognome.errors import StudyError
from prognome.prepare.allowed import (
    FLAG,
    SEED,
    Above,
    AnyOf,
    ListOf,
    NumberFrom,
    OneOf,
    Share,
    Text,
    WholeFrom,
    refuse_values,
)


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (WholeFrom(1), [1, 7, np.int64(3)], [0, -1, 1.0, "1", True, None]),
        (NumberFrom(0.0), [0, 0.5, np.float64(2)], [-0.1, float("inf"), float("nan"), "0", False]),
        (Share(), [0.5, 1.0, np.float64(0.1)], [0.0, 1.1, 1, "0.5", float("nan")]),
        (Above(0.5, 1.0), [0.51, 1.0, 1], [0.5, 1.01, True, "0.7", None]),
        (Above(0.0), [0.1, 7, np.float64(2)], [0.0, -1, float("inf"), float("nan")]),
        (Text(), ["a", "g 1"], ["", " ", 1, None]),
        (OneOf(("uniform", "normal")), ["uniform"], ["other", None, 1]),
        (FLAG, [True, False], [1, 0, "true", None]),
        (SEED, [0, 5, None], [-1, 0.5, "0"]),
        (AnyOf((WholeFrom(1), Share())), [3, 0.3], [0, 0.0, 3.5]),
        (ListOf(WholeFrom(1)), [[1], (2, 3)], [[], [0], [1, "2"], 1, "12", None]),
    ],
)
def test_rule_allows_the_good_and_refuses_the_bad(rule, good, bad):
    assert [value for value in good if not rule.holds(value)] == []
    assert [value for value in bad if rule.holds(value)] == []


def test_message_names_parameter_value_and_what_it_may_be():
    with pytest.raises(StudyError) as caught:
        refuse_values("select.anova", {"k": 0}, {"k": WholeFrom(1)})
    assert str(caught.value) == (
        "select.anova: k cannot be this; seen: 0; expected: a whole number from 1 up."
    )
    assert str(FLAG) == "true or false"
