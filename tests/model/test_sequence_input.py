"""What a model that reads sequences takes, and what it refuses."""

import numpy as np
import pandas as pd
import pytest

from prognome.core.cohort import Cohort
from prognome.core.sequences import Sequences
from prognome.core.table import Table
from prognome.errors import DataError
from prognome.model.sequence_input import read_sequences

IDS = np.array(["a", "b"], dtype=object)


def cohort(**blocks):
    return Cohort(IDS, blocks)


def of(frame, **facts):
    return Sequences(IDS, pd.DataFrame(frame, dtype=object), **facts)


def test_blocks_of_sequences_are_found_and_know_their_own_alphabet():
    X = cohort(
        age=Table(IDS, pd.DataFrame({"age": [1.0, 2.0]})),
        window=of({"ref": ["A", "C"], "alt": ["A", None]}, stranded=False),
        protein=of({"p": ["MK", ""]}, alphabet="protein"),
    )
    window, protein = read_sequences(X, alphabet="rna", where="kmer")
    assert (window.name, window.alphabet, window.stranded, window.is_pair) == ("window", "dna", False, True)
    assert (protein.name, protein.alphabet, protein.stranded, protein.is_pair) == (
        "protein",
        "protein",
        True,
        False,
    )
    assert window.present.tolist() == protein.present.tolist() == [True, False]
    assert [one.name for one in read_sequences(X, blocks=["protein"], where="kmer")] == ["protein"]
    assert protein.rows([1, 0]).columns["p"].tolist() == ["", "MK"]


@pytest.mark.parametrize(
    "texts",
    [["A", None], np.array(["A", None], dtype=object), np.array([["A"], [None]], dtype=object),
     pd.Series(["A", None]), pd.DataFrame({"site": ["A", None]})],
)  # fmt: skip
def test_plain_texts_are_read_in_many_forms(texts):
    (one,) = read_sequences(texts, stranded=False, alphabet="rna", where="kmer")
    assert one.present.tolist() == [True, False]
    assert (one.name, one.alphabet, one.stranded, one.is_pair, len(one)) == ("", "rna", False, False, 2)


def test_a_frame_of_ref_and_alt_is_a_pair():
    (one,) = read_sequences(pd.DataFrame({"ref": ["A"], "alt": ["C"]}), where="kmer")
    assert one.is_pair


def test_a_block_may_be_absent_only_where_it_is_optional():
    X = cohort(age=Table(IDS, pd.DataFrame({"age": [1.0, 2.0]})))
    (one,) = read_sequences(X, blocks=["window"], optional=["window"], where="kmer")
    assert not one.present.any()
    with pytest.raises(DataError, match="holds no block 'window'"):
        read_sequences(X, blocks=["window"], where="kmer")


def test_what_holds_no_sequences_is_refused():
    X = cohort(age=Table(IDS, pd.DataFrame({"age": [1.0, 2.0]})))
    with pytest.raises(DataError, match="holds no block of sequences"):
        read_sequences(X, where="kmer")
    with pytest.raises(DataError, match="block age: is no sequences"):
        read_sequences(X, blocks=["age"], where="kmer")
    with pytest.raises(DataError, match="not one column"):
        read_sequences(pd.DataFrame({"a": ["A"], "b": ["C"]}), where="kmer")
    with pytest.raises(DataError, match="not one text a row"):
        read_sequences(np.array([["A", "C"]], dtype=object), where="kmer")
