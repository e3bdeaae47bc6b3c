"""Counts of k-mers against CountVectorizer, against a plain loop and by hand."""

from itertools import product

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from prognome.errors import StudyError
from prognome.sequence import kmers
from prognome.sequence.alphabet import DNA, PROTEIN, RNA
from prognome.sequence.codes import encode
from prognome.sequence.kmers import count_kmers, is_canonical, kmer_names


def windows(n=60, length=40, letters="ACGT", seed=0):
    rng = np.random.default_rng(seed)
    return ["".join(row) for row in rng.choice(list(letters), (n, length))]


def looped(texts, letters, k, *, canonical=None):
    """Every window of every text looked up in a dictionary."""
    names = {"".join(name): place for place, name in enumerate(product(letters, repeat=k))}
    made = np.zeros((len(texts), len(names)), dtype=int)
    for row, text in enumerate(texts):
        for at in range(len(text or "") - k + 1):
            part = text[at : at + k]
            if canonical:
                part = min(part, part.translate(canonical)[::-1])
            if part in names:
                made[row, names[part]] += 1
    return made


@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_counts_are_those_of_scikit_learn(k):
    texts = windows()
    peer = CountVectorizer(analyzer="char", ngram_range=(k, k), lowercase=False)
    theirs = peer.fit_transform(texts).toarray()
    ours = count_kmers(encode(texts, DNA), DNA, k)
    assert ours.shape == (60, 4**k)
    assert ours.dtype == np.int32
    places = [kmer_names(DNA, k).index(name) for name in peer.get_feature_names_out()]
    np.testing.assert_array_equal(ours.toarray()[:, places], theirs)
    assert ours.sum() == theirs.sum() == 60 * (40 - k + 1)


def test_a_run_with_an_unsure_letter_or_padding_is_not_counted():
    # by hand: ACG | N | GA and nothing of the padding
    counts = count_kmers(encode(["ACGNGA", "A", None, "NNNNNN"], DNA), DNA, 2).toarray()
    names = np.array(kmer_names(DNA, 2))
    assert names[counts[0].nonzero()[0]].tolist() == ["AC", "CG", "GA"]
    assert not counts[1:].any()


@pytest.mark.parametrize("k", [[1, 2], [2, 3, 4], [6], [3, 1]])
def test_several_k_stand_side_by_side(k):
    texts = [*windows(letters="ACGTN"), "", "A", "AC", None]
    codes = encode(texts, DNA)
    together = count_kmers(codes, DNA, k)
    np.testing.assert_array_equal(together.toarray(), np.hstack([looped(texts, "ACGT", one) for one in k]))
    assert together.has_sorted_indices
    assert together.data.min() > 0
    assert len(kmer_names(DNA, k)) == together.shape[1]


def test_both_strands_count_a_kmer_and_its_reverse_complement_as_one():
    texts = windows(letters="ACGTNR")
    other = str.maketrans("ACGT", "TGCA")
    codes = encode(texts, DNA)
    for k in (1, 2, 3, 5):
        counts = count_kmers(codes, DNA, k, both_strands=True).toarray()
        np.testing.assert_array_equal(counts, looped(texts, "ACGT", k, canonical=other))
        assert not counts[:, ~is_canonical(DNA, k)].any()
    turned = encode([text.translate(str.maketrans("ACGTNR", "TGCANY"))[::-1] for text in texts], DNA)
    both = (count_kmers(one, DNA, [3, 4], both_strands=True).toarray() for one in (codes, turned))
    np.testing.assert_array_equal(*both)


@pytest.mark.parametrize(("k", "pairs"), [(1, 2), (2, 10), (3, 32), (4, 136), (6, 2080)])
def test_there_are_as_many_canonical_kmers_as_arithmetic_says(k, pairs):
    # (4^k + palindromes) / 2, with 4^(k/2) palindromes for even k and none for odd
    assert is_canonical(DNA, k).sum() == pairs


def test_pieces_of_the_rows_are_put_together_in_order(monkeypatch):
    texts = windows(200, 12, "ACGTN")
    whole = count_kmers(encode(texts, DNA), DNA, [1, 3]).toarray()
    monkeypatch.setattr(kmers, "_WINDOWS_AT_ONCE", 50)
    np.testing.assert_array_equal(count_kmers(encode(texts, DNA), DNA, [1, 3]).toarray(), whole)


def test_proteins_and_large_k_have_numbers_of_more_than_16_bits():
    texts = windows(20, 30, "ACDEFGHIKLMNPQRSTVWY")
    np.testing.assert_array_equal(
        count_kmers(encode(texts, PROTEIN), PROTEIN, 3).toarray(), looped(texts, PROTEIN.letters, 3)
    )
    nine = count_kmers(encode(["ACGTACGTACGT"], DNA), DNA, 9)
    names = [format_kmer(column, 9) for column in nine.indices]
    assert names == ["ACGTACGTA", "CGTACGTAC", "GTACGTACG", "TACGTACGT"]
    assert count_kmers(encode(["UUU"], RNA), RNA, 3).indices.tolist() == [63]


def format_kmer(column: int, k: int) -> str:
    return "".join("ACGT"[column // 4**place % 4] for place in reversed(range(k)))


def test_nothing_to_count_gives_an_empty_matrix():
    assert count_kmers(encode([], DNA), DNA, 3).shape == (0, 64)
    assert count_kmers(encode(["AC", None], DNA), DNA, 3).nnz == 0


def test_what_cannot_be_counted_is_refused():
    codes = encode(["MKV"], PROTEIN)
    with pytest.raises(StudyError, match="no other strand"):
        count_kmers(codes, PROTEIN, 2, both_strands=True)
    with pytest.raises(ValueError, match="from 1 up"):
        count_kmers(codes, PROTEIN, 0)
    with pytest.raises(ValueError, match="do not fit"):
        count_kmers(codes, PROTEIN, 9)
