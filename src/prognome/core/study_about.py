"""What only the authors know: words for the report, the model card, TRIPOD+AI and the data sheet."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from prognome.core.study_part import StudyPart, as_list

Words = Annotated[list[str], BeforeValidator(as_list)]


class About(StudyPart):
    """Facts that no table holds; every one may be left out, and is then listed as not answered.

    Nothing is reckoned from them: a study gives the same numbers whatever stands here.
    """

    intended_use: str = ""
    not_for: Words = []
    users: str = ""
    background: str = ""
    population: str = ""
    setting: str = ""
    eligibility: str = ""
    treatments: str = ""
    outcome: str = ""
    predictors: str = ""
    collected: str = ""
    dates: str = ""
    sample_size: str = ""
    inequalities: str = ""
    authors: Words = []
    contact: str = ""
    licence: str = ""
    ethics: str = ""
    consent: str = ""
    funding: str = ""
    conflicts: str = ""
    protocol: str = ""
    registration: str = ""
    data_access: str = ""
    code_access: str = ""
    involvement: str = ""
    next_steps: str = ""
