"""The contract of a block of sequences keeps alphabet and lengths, and no sequence; new rows are judged."""

import json

import numpy as np
import pandas as pd
import pytest

from prognome.core.cohort import Cohort
from prognome.core.letters import compose, read_letters
from prognome.core.profile import Tally, as_measured
from prognome.core.schema import Schema
from prognome.core.sequences import Sequences
from prognome.core.study_contract import Contract
from prognome.core.table import Table


def sequences(columns: dict, alphabet="dna", *, stranded=True) -> Sequences:
    frame = pd.DataFrame({name: np.array(texts, dtype=object) for name, texts in columns.items()})
    return Sequences(np.array([f"r{k}" for k in range(len(frame))], dtype=object), frame, alphabet, stranded)


def random_texts(n: int, letters: str = "ACGT", length: int = 30, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list(letters), length)) for _ in range(n)]


def learn(block: Sequences, **said) -> Schema:
    return Schema.learn(Cohort(block.ids, {"window": block}), **said)


def match(schema: Schema, **columns):
    block = sequences(columns)
    return schema.match(block.ids, {"window": block})


def test_alphabet_and_lengths_are_learned_and_no_sequence_is_written_down():
    texts = random_texts(40)
    schema = learn(sequences({"window": texts}, stranded=False))
    (column,) = schema.blocks[0].columns
    assert (column.kind, column.alphabet, column.low, column.high, column.levels) == (
        "sequence", "dna", 30.0, 30.0, (),
    )  # fmt: skip
    written = json.dumps(schema.to_mapping())
    assert not any(text[:8] in written for text in texts)


def test_the_schema_comes_back_from_json():
    pair = {"ref": random_texts(40), "alt": random_texts(40, seed=1)}
    schema = learn(sequences(pair))
    back = Schema.from_mapping(json.loads(json.dumps(schema.to_mapping())))
    assert back == schema
    assert back.blocks[0].stranded is True
    assert back.to_mapping() == schema.to_mapping()


def test_a_table_is_written_as_before():
    ids = np.array(["a", "b"], dtype=object)
    schema = Schema.learn(Cohort(ids, {"t": Table(ids, pd.DataFrame({"x": [1.0, 2.0]}))}))
    (block,) = schema.to_mapping()["blocks"]
    assert "stranded" not in block
    assert "alphabet" not in block["columns"][0]


def test_new_sequences_are_cleaned_and_stay_sequences():
    matched = match(learn(sequences({"window": random_texts(40)})), window=[" acgu" * 6 + "  "])
    block = matched.cohort.blocks["window"]
    assert isinstance(block, Sequences)
    matched = match(learn(sequences({"window": random_texts(40)})), window=["acgu" * 7 + "ac"])
    assert matched.cohort.blocks["window"].frame["window"].tolist() == ["ACGT" * 7 + "AC"]
    assert matched.refused.tolist() == [""]
    assert matched.coverage.tolist() == [1.0]


def test_letters_of_another_alphabet_are_refused_row_by_row():
    matched = match(learn(sequences({"window": random_texts(40)})), window=["MEL" * 10, "ACG" * 10, None])
    assert matched.refused[0].startswith("block window: holds what is no letter of the alphabet dna")
    assert matched.refused[1] == ""
    assert matched.refused[2].startswith("block window: no sequence")
    assert matched.coverage.tolist() == [0.0, 1.0, 0.0]
    assert "MEL" not in matched.refused[0]


def test_a_sequence_that_may_be_absent_is_not_refused_for_it():
    schema = learn(
        sequences({"window": random_texts(40)}), optional=["window"], contract=Contract(coverage=0)
    )
    matched = match(schema, window=[None, "ACG" * 10])
    assert matched.refused.tolist() == ["", ""]
    assert matched.cohort.present["window"].tolist() == [False, True]


def test_another_length_is_a_caveat_or_a_refusal_where_the_contract_says_so():
    block = sequences({"window": random_texts(40)})
    texts = ["ACG" * 10, "ACG" * 11, "ACG" * 9]
    matched = match(learn(block), window=texts)
    assert matched.out_of_range.tolist() == ["", "window.window (length)", "window.window (length)"]
    assert matched.refused.tolist() == ["", "", ""]
    strict = match(learn(block, contract=Contract(out_of_range="refuse")), window=texts)
    assert strict.refused.tolist() == ["", *["outside the training range: window.window (length)"] * 2]


def test_lengths_that_differ_are_known_in_round_numbers():
    block = sequences({"window": [*random_texts(20, length=97), *random_texts(20, length=143)]})
    (column,) = learn(block).blocks[0].columns
    assert (column.low, column.high) == (97.0, 150.0)


@pytest.mark.parametrize(
    ("alphabet", "letters"), [("dna", "ACGT"), ("rna", "ACGU"), ("protein", "ACDEFGHIKL")]
)
def test_probes_are_sequences_of_the_alphabet_and_length(alphabet, letters):
    pair = {"ref": random_texts(40, letters), "alt": random_texts(40, letters, seed=1)}
    schema = learn(sequences(pair, alphabet))
    probes = schema.probes(8, seed=0)["window"]
    assert isinstance(probes, Sequences)
    assert probes.is_pair
    assert {len(text) for name in probes.names for text in probes.frame[name]} == {30}
    assert not any(read_letters(probes.frame[name], alphabet).strange.any() for name in probes.names)
    matched = schema.match(probes.ids, {"window": probes})
    assert matched.refused.tolist() == [""] * 8


# --- composition and shift --------------------------------------------------------------------------------


def test_composition_by_hand():
    made = compose(sequences({"w": ["AACG", "GGNN", None]}))
    assert made.columns.tolist() == [
        "w: length", "w: GC", "w: A", "w: C", "w: G", "w: T", "w: unsure",
    ]  # fmt: skip
    assert made.iloc[0].tolist() == [4, 0.5, 0.5, 0.25, 0.25, 0, 0]
    assert made.iloc[1].tolist() == [4, 0.5, 0, 0, 0.5, 0, 0.5]
    assert made.iloc[2].isna().all()


def test_the_profile_speaks_of_composition_and_sees_a_shift():
    schema = learn(sequences({"w": random_texts(200)}))
    profile = schema.blocks[0].profile
    assert profile is not None
    assert profile.levels == ()
    assert profile.deviation[profile.columns.index("w: length")] == 0
    assert profile.deviation[profile.columns.index("w: unsure")] == 0  # no noise of rounding
    gc = profile.columns.index("w: GC")
    for letters, far in (("ACGT", False), ("CCGGGA", True)):
        tally = Tally(profile)
        tally.add(as_measured(sequences({"w": random_texts(100, letters, seed=5)})))
        assert bool(abs(tally.means[gc]) > 1) is far
