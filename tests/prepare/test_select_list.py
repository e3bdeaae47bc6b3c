"""A list keeps what it names, says what it lacks, and is read once and for all."""

import pandas as pd
import pytest

from prognome.errors import DataError, StudyError
from prognome.prepare.fuse import build_step
from prognome.prepare.select_list import ListSelector, read_names


@pytest.fixture
def frame():
    return pd.DataFrame({"BRCA1": [1.0, 2.0], "sex": ["F", "M"], "TP53": [3.0, 4.0], "7157": [0.0, 1.0]})


def test_named_numbers_and_all_categories_stay_in_their_order(frame):
    assert ListSelector(columns=["TP53", "BRCA1"]).fit_transform(frame).columns.tolist() == [
        "BRCA1",
        "sex",
        "TP53",
    ]
    assert ListSelector(columns=[7157, "sex"]).fit_transform(frame).columns.tolist() == ["sex", "7157"]


def test_names_that_are_not_there_are_counted_and_named_or_dropped(frame):
    wanted = ["TP53", "BRCA2", "KRAS"]
    with pytest.raises(DataError) as caught:
        ListSelector(columns=wanted).fit(frame)
    assert str(caught.value) == (
        "select.list: 2 of 3 names are not among the 4 columns; seen: BRCA2, KRAS. "
        "Did you mean 'BRCA1'? Say missing: drop to go on without."
    )
    step = ListSelector(columns=wanted, missing="drop").fit(frame)
    assert step.absent_ == 2
    assert step.get_feature_names_out().tolist() == ["sex", "TP53"]
    with pytest.raises(DataError, match=r"1 of 1 names are not among the 4 columns.*other ids"):
        ListSelector(columns=["ENSG01"], missing="drop").fit(frame)


def test_a_file_is_one_name_a_line_or_a_column_of_a_table(tmp_path):
    plain = tmp_path / "panel.txt"
    plain.write_text("\ufeff# a panel\nBRCA1\tbreast\n\n TP53 \nBRCA1\n", encoding="utf-8")
    assert read_names(str(plain), None, where="x") == ["BRCA1", "TP53"]
    table = tmp_path / "panel.tsv"
    table.write_text("weight\tgene\n.5\tTP53\n.1\tBRCA1\n.2\n", encoding="utf-8")
    assert read_names(str(table), "gene", where="x") == ["TP53", "BRCA1"]
    with pytest.raises(StudyError, match=r"has no column 'symbol'; seen: weight, gene"):
        read_names(str(table), "symbol", where="x")
    plain.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(StudyError, match="names no column"):
        read_names(str(plain), None, where="x")
    with pytest.raises(StudyError, match="cannot be read as a list of columns; seen: FileNotFoundError"):
        read_names(str(tmp_path / "gone"), None, where="x")


def test_a_step_from_the_menu_has_read_its_file_and_holds_no_path(tmp_path, frame):
    path = tmp_path / "panel.txt"
    path.write_text("TP53\n", encoding="utf-8")
    step = build_step("select.list", {"path": str(path)}, where="here")
    path.unlink()
    assert step.get_params() == {"columns": ["TP53"], "path": None, "header": None, "missing": "error"}
    assert step.fit_transform(frame).columns.tolist() == ["sex", "TP53"]


def test_by_hand_the_file_is_read_when_it_is_fitted(tmp_path, frame):
    path = tmp_path / "panel.txt"
    path.write_text("TP53\n", encoding="utf-8")
    step = ListSelector(path=str(path)).fit(frame)
    path.unlink()
    assert step.transform(frame).columns.tolist() == ["sex", "TP53"]


def test_nothing_or_both_is_refused(frame):
    with pytest.raises(StudyError, match="needs a list"):
        ListSelector().fit(frame)
    with pytest.raises(StudyError, match="has both columns and path"):
        ListSelector(columns=["TP53"], path="panel.txt").fit(frame)
