"""All guards on an external cohort, in order; too little to say is not a pass."""

import numpy as np
import pandas as pd

from prognome.check.absent_columns import blank_columns
from prognome.check.catalog import GUARDS
from prognome.check.external import check_external
from prognome.core.cohort import Cohort
from prognome.core.schema import Schema
from prognome.core.table import Table


def make(n, seed, *, share=0.5, by=0.0) -> Cohort:
    rng = np.random.default_rng(seed)
    ids = np.array([f"p{k}" for k in range(n)], dtype=object)
    frame = pd.DataFrame(rng.normal(by, 1, size=(n, 20))).add_prefix("g")
    return Cohort(ids, {"genes": Table(ids, frame)}, (rng.random(n) < share).astype(int), ("0", "1"))


def test_a_faulty_cohort_hears_every_guard_and_a_clean_one_none():
    learn = make(200, 0)
    schema = Schema.learn(learn)
    faulty = blank_columns(make(80, 1, share=0.9, by=3), [("genes", "g0")])
    said = check_external("vdx", schema, learn, faulty)
    assert [alarm.guard for alarm in said.alarms] == ["shifted", "absent_columns", "class_balance"]
    assert all(alarm.where.startswith("external vdx") and alarm.remedy for alarm in said.alarms)
    assert all(alarm.guard in GUARDS for alarm in said.alarms)
    clean = check_external("b", schema, learn, make(80, 1))
    assert (clean.alarms, clean.not_applicable) == ([], {})


def test_few_rows_are_not_applicable():
    learn = make(200, 0)
    said = check_external("b", Schema.learn(learn), learn, make(9, 1, by=5))
    assert said.alarms == []
    assert said.not_applicable == {
        "shifted": "9 rows; at least 10 are needed", "class_balance": "9 rows; at least 10 are needed"
    }  # fmt: skip
    few = make(9, 0)
    assert (
        "9 training rows"
        in check_external("b", Schema.learn(few), few, make(50, 1)).not_applicable["shifted"]
    )
