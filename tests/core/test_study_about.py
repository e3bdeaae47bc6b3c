"""Words of the authors: every one optional, none of them changes a number."""

from __future__ import annotations

from typing import Any

import pytest

from prognome.core.study import Study
from prognome.errors import StudyError
from prognome.jobs.record import study_hash

SAID: dict[str, Any] = {
    "blocks": {"genes": {"path": "a.tsv"}},
    "target": {"path": "a.tsv", "column": "ill", "kind": "binary", "positive": "1"},
}


def test_a_study_may_say_nothing_about_itself() -> None:
    about = Study.from_mapping(SAID).about
    assert not any(about.model_dump().values())


def test_one_thing_that_it_is_not_for_is_a_list_of_one() -> None:
    study = Study.from_mapping({**SAID, "about": {"not_for": "children", "authors": ["A", "B"]}})
    assert study.about.not_for == ["children"]
    assert study.about.authors == ["A", "B"]
    assert Study.from_mapping(study.to_mapping()) == study


def test_an_unknown_key_is_named_with_its_neighbour() -> None:
    with pytest.raises(StudyError, match="intended_use"):
        Study.from_mapping({**SAID, "about": {"intended_uses": "x"}})


def test_words_do_not_make_another_study() -> None:
    plain, told = (Study.from_mapping({**SAID, "about": about}) for about in ({}, {"ethics": "42/2026"}))
    assert study_hash(plain) == study_hash(told)
    assert study_hash(plain) != study_hash(Study.from_mapping({**SAID, "seed": 3}))
