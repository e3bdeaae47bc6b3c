"""Short forms of explain, and what is refused."""

import pytest

from prognome.core.study import Study
from prognome.errors import StudyError

SAID = {
    "blocks": {"x": {"path": "t.tsv"}},
    "target": {"path": "t.tsv", "column": "y", "kind": "number"},
}


@pytest.mark.parametrize("word", [True, False])
def test_a_word_settles_markers_and_panel(word):
    asked = Study.from_mapping({**SAID, "explain": word}).explain
    assert (asked.markers, asked.panel) == (word, word)


def test_a_path_stands_for_a_file_and_starts_at_the_study(tmp_path):
    said = {"pathways": "sets.gmt", "annotation": ["a.tsv", "b.tsv"]}
    asked = Study.from_mapping({**SAID, "explain": said}, folder=tmp_path).explain
    assert asked.pathways.path == [str(tmp_path / "sets.gmt")]
    assert asked.annotation.path == [str(tmp_path / "a.tsv"), str(tmp_path / "b.tsv")]
    assert asked.annotation.column == "feature"


@pytest.mark.parametrize("said", [{"top": 0}, {"repeats": 0}, {"markers": "maybe"}, {"panels": True}])
def test_what_makes_no_sense_is_refused(said):
    with pytest.raises(StudyError, match="explain"):
        Study.from_mapping({**SAID, "explain": said})
