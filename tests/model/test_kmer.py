"""The k-mer baseline: columns by hand, what it learns, strands, pairs, gaps and bundles."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from skops import io

from prognome.core.cohort import Cohort
from prognome.core.sequences import Sequences
from prognome.core.trusted import TRUSTED
from prognome.errors import DataError, StudyError
from prognome.model.kmer import KmerClassifier, KmerRegressor
from prognome.model.kmer_shares import describe, feature_names
from prognome.model.sequence_input import read_sequences

COMPLEMENT = str.maketrans("ACGT", "TGCA")


def windows(n, length=50, seed=0):
    return ["".join(row) for row in np.random.default_rng(seed).choice(list("ACGT"), (n, length))]


def planted(n=300, motif="TGACTCA", seed=0):
    """Every second window holds the motif somewhere."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    texts = []
    for text, event in zip(windows(n, seed=seed), y, strict=True):
        at = int(rng.integers(0, len(text) - len(motif)))
        texts.append(text[:at] + motif + text[at + len(motif) :] if event else text)
    return np.array(texts, dtype=object), y


def block(texts, **facts):
    ids = np.array([f"r{row}" for row in range(len(texts))], dtype=object)
    frame = (
        texts if isinstance(texts, pd.DataFrame) else pd.DataFrame({"site": pd.Series(texts, dtype=object)})
    )
    return Cohort(ids, {"window": Sequences(ids, frame, **facts)})


def columns(X, ks, **told):
    (one,) = read_sequences(X, where="test", **told)
    return pd.DataFrame(describe(one, ks).toarray(), columns=feature_names(one, ks))


def test_counts_of_each_k_have_one_length():
    made = columns(["AACA", "A", None], [1, 2])
    # by hand: 3 A and 1 C, divided by √10 and by √2 for two k; AA, AC, CA once each, divided by √3 and √2
    np.testing.assert_allclose(made["sequence~A"][0], 3 / np.sqrt(20), rtol=1e-6)
    np.testing.assert_allclose(made["sequence~AC"], [1 / np.sqrt(6), 0, 0], rtol=1e-6)
    np.testing.assert_allclose((made**2).sum(axis=1), [1, 0.5, 0], rtol=1e-6)


def test_a_pair_gives_reference_and_difference():
    frame = pd.DataFrame({"ref": ["AAC", "AAC"], "alt": ["AGC", "AAC"]})
    made = columns(frame, [2])
    np.testing.assert_allclose(made["ref~AA"], 1 / np.sqrt(2), rtol=1e-6)
    # by hand: AA and AC lost, AG and GC gained
    np.testing.assert_allclose(
        made.loc[0, ["alt-ref~AA", "alt-ref~AG", "alt-ref~GC"]].astype(float), [-0.5, 0.5, 0.5]
    )
    assert not made.filter(like="alt-ref").iloc[1].any()
    lacking = pd.DataFrame({"ref": ["AAC", None], "alt": [None, "AAC"]})
    assert not columns(lacking, [2]).to_numpy().any()


def test_both_strands_are_one_where_the_block_is_not_stranded():
    texts = windows(40)
    other = [text.translate(COMPLEMENT)[::-1] for text in texts]
    np.testing.assert_array_equal(
        columns(texts, [3, 4], stranded=False), columns(other, [3, 4], stranded=False)
    )
    assert columns(texts, [3], stranded=False).shape[1] == 32
    pairs = columns(pd.DataFrame({"ref": texts, "alt": other}), [3], stranded=False)
    assert pairs.shape[1] == 64
    assert not pairs.filter(like="alt-ref").to_numpy().any()


def test_a_planted_motif_is_learned_and_named():
    texts, y = planted(600)
    p = cross_val_predict(KmerClassifier(), texts, y, cv=3, method="predict_proba")[:, 1]
    assert roc_auc_score(y, p) > 0.99
    top = KmerClassifier().fit(texts, y).top_kmers(6)
    assert top.columns.tolist() == ["feature", "coefficient"]
    assert all(name.split("~")[1] in "TGACTCA" for name in top["feature"])
    assert (top["coefficient"] > 0).all()


def test_shuffled_labels_are_not_learned():
    texts, y = planted(600)
    y = np.random.default_rng(1).permutation(y)
    p = cross_val_predict(KmerClassifier(), texts, y, cv=3, method="predict_proba")[:, 1]
    # standard error of an AUC of 300 against 300 without signal: sqrt(601 / (12 · 300 · 300)) = .024
    assert abs(roc_auc_score(y, p) - 0.5) < 4 * 0.024


def test_it_is_scikit_learns_logistic_regression_of_these_columns():
    texts, y = planted(200)
    model = KmerClassifier(C=2.0, shortest=2, longest=3).fit(texts, y)
    X = columns(texts, [2, 3]).to_numpy()
    theirs = LogisticRegression(C=2.0, max_iter=1000, tol=1e-8).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(texts), theirs.predict_proba(X), atol=2e-3)
    np.testing.assert_array_equal(
        model.predict(texts), model.classes_[(model.decision_function(texts) > 0) * 1]
    )


def test_it_is_scikit_learns_ridge_regression_of_these_columns():
    texts, _ = planted(200)
    y = np.array([10 + text.count("G") + 3 * text.count("TAC") for text in texts], dtype=float)
    model = KmerRegressor(alpha=0.5, shortest=2, longest=3).fit(texts, y)
    X = columns(texts, [2, 3]).to_numpy(dtype=float)
    theirs = Ridge(alpha=0.5).fit(X, (y - y.mean()) / y.std())
    np.testing.assert_allclose(model.predict(texts), theirs.predict(X) * y.std() + y.mean(), rtol=1e-4)
    assert "TAC" in model.top_kmers(3)["feature"].str.cat()


def test_several_classes_have_their_own_kmers():
    texts, y = planted(300)
    y = np.where(np.char.find(texts.astype(str), "TATA") >= 0, 2, y)
    model = KmerClassifier().fit(texts, y)
    assert model.predict_proba(texts[:4]).shape == (4, 3)
    top = model.top_kmers(2)
    assert top["class"].tolist() == [0, 0, 1, 1, 2, 2]


def test_a_cohort_tells_alphabet_strands_and_names():
    texts, y = planted(120)
    model = KmerClassifier(longest=4, blocks=["window"]).fit(block(texts, stranded=False), y)
    assert len(model.names_) == 32 + 136
    assert model.names_[0] == "window:site~AAA"
    plain = KmerClassifier(longest=4, stranded=False).fit(texts, y)
    np.testing.assert_array_equal(
        model.predict_proba(block(texts, stranded=False)), plain.predict_proba(texts)
    )
    np.testing.assert_array_equal(
        model.predict_proba(block([text.translate(COMPLEMENT)[::-1] for text in texts])),
        plain.predict_proba(texts),
    )
    assert clone(model).blocks == ["window"]
    assert KmerClassifier.reads_cohort


def test_proteins_are_read_in_shorter_kmers():
    rng = np.random.default_rng(0)
    texts = ["".join(row) for row in rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), (60, 30))]
    model = KmerClassifier().fit(block(texts, alphabet="protein"), np.arange(60) % 2)
    assert len(model.names_) == 20 + 400 + 8000


def test_a_pair_tells_by_what_changes():
    rng = np.random.default_rng(3)
    ref, y = windows(400, 31), np.arange(400) % 2
    alt = []
    for text, event in zip(ref, y, strict=True):
        alt.append(text[:15] + ("GT" if event else rng.choice(["AA", "CC", "AC", "CA"])) + text[17:])
    X = block(pd.DataFrame({"ref": ref, "alt": alt}, dtype=object))
    p = cross_val_predict(KmerClassifier(), X, y, cv=3, method="predict_proba")[:, 1]
    assert roc_auc_score(y, p) > 0.95


def test_a_missing_sequence_counts_as_an_average_one():
    texts, y = planted(200)
    model = KmerClassifier(shortest=1, longest=2).fit(texts, y)
    X = columns(texts, [1, 2]).to_numpy()
    expected = X.mean(axis=0) @ model.coef_[0] + model.intercept_[0]
    said = model.decision_function(np.array([texts[0], None, ""], dtype=object))
    np.testing.assert_allclose(said[1:], expected, rtol=1e-4)
    assert said[0] != said[1]


def test_gaps_in_training_rows_have_a_column_of_their_own():
    texts, y = planted(200)
    texts[:60] = None
    y[:60] = 1
    model = KmerClassifier().fit(texts, y)
    assert model.names_[-1] == "sequence=missing"
    assert model.predict_proba(np.array([None], dtype=object))[0, 1] > 0.7


def test_a_block_absent_throughout_is_tolerated_where_it_was_optional():
    texts, y = planted(100)
    texts[::5] = None
    cohort = block(texts)
    present = np.array([text is not None for text in texts])
    known = Cohort(cohort.ids, cohort.blocks, present={"window": present})
    model = KmerClassifier(blocks=["window"]).fit(known, y)
    empty = Cohort(cohort.ids, {})
    assert len(set(model.predict_proba(empty)[:, 1])) == 1
    with pytest.raises(DataError, match="holds no block 'window'"):
        KmerClassifier(blocks=["window"]).fit(cohort, y).predict(empty)


def test_more_rows_than_a_piece_equal_one_row_at_a_time():
    texts, y = planted(200)
    model = KmerClassifier(longest=4).fit(texts, y)
    many = np.array(windows(5000, 30, seed=9), dtype=object)
    crowd = model.decision_function(many)
    for row in (0, 4095, 4096, 4999):
        np.testing.assert_allclose(model.decision_function(many[[row]]), crowd[row], rtol=1e-12)


def test_no_sequence_is_kept_and_a_bundle_says_the_same():
    texts, y = planted(80)
    for model in (KmerClassifier().fit(block(texts), y), KmerRegressor().fit(block(texts), y.astype(float))):
        data = io.dumps(model)
        assert not any(text.encode() in data for text in texts)
        strange = io.get_untrusted_types(data=data)
        assert set(strange) <= TRUSTED
        again = io.loads(data, trusted=strange)
        np.testing.assert_array_equal(again.predict(block(texts)), model.predict(block(texts)))


def test_what_cannot_be_read_is_refused():
    texts, y = planted(40)
    with pytest.raises(DataError, match=r"block window: holds what is no letter .* 1 row \(2\)"):
        KmerClassifier().fit(block(["ACGT", "AC-T"]), [0, 1])
    with pytest.raises(DataError, match="none of the 2 training rows"):
        KmerClassifier().fit([None, ""], [0, 1])
    with pytest.raises(StudyError, match="shortest is above longest"):
        KmerClassifier(shortest=7).fit(texts, y)
    model = KmerClassifier().fit(block(texts), y)
    with pytest.raises(DataError, match="other sequences than those learned from; seen: rna; expected: dna"):
        model.predict(block(texts, alphabet="rna"))
    with pytest.raises(DataError, match="seen: dna, ref and alt"):
        model.predict(block(pd.DataFrame({"ref": texts, "alt": texts})))
