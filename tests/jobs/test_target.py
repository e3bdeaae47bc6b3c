"""The target: one class against all others."""

import pandas as pd
import pytest

from prognome.core.study_target import Target
from prognome.errors import DataError, StudyError
from prognome.jobs.target import against_rest, code_target


def code(values, **spec):
    text = pd.Series(values, index=[f"r{k}" for k in range(len(values))], dtype=object)
    target = Target(**{"column": "class", "kind": "binary", "positive": "LOF", **spec})
    return code_target(text, target, where="t.tsv, column 'class'", numbered=lambda ids: f"{len(ids)} rows")


def test_every_value_but_the_event_is_the_rest():
    coded = code(["LOF", "FUNC", "INT", "LOF", "FUNC"], negative="rest")
    assert coded.classes == ("rest", "LOF")
    assert coded.values.tolist() == [1, 0, 0, 1, 0]


def test_without_it_a_third_class_is_refused_and_the_message_names_it():
    with pytest.raises(ValueError, match="negative: rest"):
        code(["LOF", "FUNC", "INT"])


def test_an_event_that_nobody_has_is_refused():
    with pytest.raises(StudyError, match="no row has the value 'LOF'"):
        code(["FUNC", "INT", "FUNC"], negative="rest")


def test_another_cohort_is_coded_alike_whatever_its_other_classes():
    target = Target(column="class", kind="binary", positive="1", negative="rest")
    assert against_rest(pd.Series(["1.0", "7", "x"]), target).tolist() == ["1.0", "rest", "rest"]


def test_rest_needs_an_event():
    with pytest.raises(ValueError, match="needs 'positive'"):
        Target(column="class", kind="multiclass", negative="rest")


@pytest.mark.parametrize("cells", [["a", "b", "a;z", "LOF"], ["a", "LOF", "a, LOF"], ["a", "LOF|a", "LOF"]])
def test_cells_that_list_several_classes_are_refused_without_their_text(cells):
    for spec in ({"kind": "multiclass", "positive": None}, {"negative": "rest"}):
        with pytest.raises(DataError, match=r"multi-label.*seen: 1 rows.*one study for each label") as caught:
            code(cells, **spec)
        assert "a;z" not in str(caught.value)


def test_a_mark_inside_a_class_is_no_list():
    cells = ["cancer, other", "cancer", "T1;N0", "T1;N1"]
    assert len(code(cells, kind="multiclass", positive=None).classes) == 4


def test_a_list_of_columns_is_refused():
    with pytest.raises(ValueError, match=r"multi-label target, which is not served\. Make one study"):
        Target(column=["ill", "dead"], kind="multiclass")
