"""The demonstration's study file is a valid study of the demonstration's files, and explains itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from prognome.core.study import Study
from prognome.errors import OutputError
from prognome.model.catalog import MODELS
from prognome.prepare.catalog import STEPS
from prognome.simulate.study import write_study


def test_the_study_is_accepted_and_says_what_the_demonstration_needs(tmp_path):
    study = Study.from_file(write_study(tmp_path))
    assert "simulated" in study.name
    assert list(study.blocks) == ["clinical", "expression", "genotypes"]
    assert study.blocks["genotypes"].read == "vcf"
    assert (study.target.column, study.target.kind, study.target.positive) == ("disease", "binary", "1")
    assert study.split.outer.group == "family"
    assert [other.name for other in study.external] == ["south"]
    assert set(study.external[0].blocks) == set(study.blocks)
    assert study.seed == 7


def test_every_path_of_the_study_is_a_file_of_the_cohort(simulated):
    study = Study.from_file(write_study(simulated.folder))
    try:
        south = study.external[0]
        assert study.rows.path
        assert south.rows
        assert south.rows.path
        paths = [*study.rows.path, *south.rows.path, *(study.target.path or []), *(south.target.path or [])]
        for block in (*study.blocks.values(), *south.blocks.values()):
            paths += block.path
        assert len(paths) == 10
        for path in paths:
            assert Path(path).is_file(), path
    finally:
        (simulated.folder / "study.yaml").unlink()


def test_every_column_of_the_study_stands_in_both_clinical_tables(simulated, tmp_path):
    study = Study.from_file(write_study(tmp_path))
    wanted = {*(study.blocks["clinical"].columns or []), study.target.column, study.split.outer.group}
    for clinical in simulated.clinical.values():
        assert wanted <= set(clinical.columns)


def test_every_step_and_model_is_on_the_menu(tmp_path):
    study = Study.from_file(write_study(tmp_path))
    assert {step.name for steps in study.prepare.values() for step in steps} <= set(STEPS.names)
    assert {model.name for model in study.models} <= set(MODELS.names)


def test_every_key_is_explained(tmp_path):
    lines = write_study(tmp_path).read_text().splitlines()
    keys = list(yaml.safe_load("\n".join(lines)))
    for key in keys:
        place = next(number for number, line in enumerate(lines) if line.startswith(f"{key}:"))
        assert lines[place - 1].startswith("#") or key == "question", key  # name explains question too


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="taken"):
        write_study(tmp_path / "taken")
