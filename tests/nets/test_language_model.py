"""Language models are read from files alone: a tiny BERT made here, with overlapping words of 3 letters."""

from itertools import product

import numpy as np
import pytest
import torch

from prognome.errors import StudyError
from prognome.nets.language_model import (
    fingerprint,
    open_language_model,
    read_with_language_model,
    refuse_letters,
    texts_of,
)
from prognome.nets.rows import Rows
from prognome.nets.spec import Input
from prognome.sequence.alphabet import DNA
from prognome.sequence.codes import encode

transformers = pytest.importorskip("transformers", reason="the extra 'language' is not installed")
WIDTH, LONGEST = 16, 40


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory):
    return make_tiny_bert(tmp_path_factory.mktemp("bert"))


def make_tiny_bert(folder, k=3):
    """A BERT of two layers with first weights, as DNABERT reads: words of k letters with blanks between."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *("".join(w) for w in product("ACGT", repeat=k))]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    tokenizer = transformers.BertTokenizer(
        vocab=str(folder / "vocab.txt"), do_lower_case=False, model_max_length=LONGEST
    )
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=LONGEST,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = transformers.BertModel(config)
    transformers.utils.logging.disable_progress_bar()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_what_it_says_is_the_mean_of_the_last_hidden_state_without_special_tokens(tiny_bert):
    opened = open_language_model(str(tiny_bert))
    assert (opened.kmer, opened.limit) == (3, LONGEST - 2)
    text = "ACGTTGCAAC"
    model = transformers.BertModel.from_pretrained(tiny_bert).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_bert)
    words = " ".join(text[at : at + 3] for at in range(8))
    with torch.inference_mode():
        hidden = model(**tokenizer(words, return_tensors="pt")).last_hidden_state[0]
    assert np.allclose(opened.read([text])[0], hidden[1:-1].mean(dim=0).numpy(), atol=1e-5)


def test_longer_windows_are_cut_in_pieces_and_averaged(tiny_bert):
    opened = open_language_model(str(tiny_bert))
    text = "".join(np.random.default_rng(0).choice(list("ACGT"), 78))  # 76 words: two pieces of 38
    whole = opened.read([text])[0]
    first, second = text[:40], text[38:]  # 38 words each
    assert np.allclose(whole, opened.read([first, second]).mean(axis=0), atol=1e-5)


def test_a_row_gets_the_same_alone_and_in_a_crowd_and_nothing_gives_nothing(tiny_bert):
    opened = open_language_model(str(tiny_bert))
    rng = np.random.default_rng(1)
    texts = ["".join(rng.choice(list("ACGT"), n)) for n in rng.integers(5, 120, 40)] + [""]
    crowd = opened.read(texts)
    for row in (0, 17, 39):
        assert np.array_equal(opened.read([texts[row]])[0], crowd[row])
    assert not crowd[-1].any()


def test_pairs_and_strands_are_read_as_our_own_encoders_read_them(tiny_bert):
    opened = open_language_model(str(tiny_bert))
    codes = encode(["ACGTTGCAACGG", "TTTTACGTACGA"], DNA).values
    pair = Input("w", "pair", 12, "dna", True)
    both = np.stack([codes, codes], axis=1)
    said = read_with_language_model(opened, (pair,), Rows({"w": both}, {}))
    assert said.shape == (2, 3 * WIDTH)
    assert not said[:, : 2 * WIDTH].any()
    free = Input("w", "sequence", 12, "dna", False)
    turned = DNA.complement[codes][:, ::-1].copy()
    either = [read_with_language_model(opened, (free,), Rows({"w": one}, {})) for one in (codes, turned)]
    assert np.allclose(*either, atol=1e-6)


def test_codes_become_letters_without_padding():
    assert texts_of(encode(["ACN", None, "AR"], DNA, length=4).values, DNA) == ["ACN", "", "AR"]


def test_nothing_is_fetched_unasked_and_a_name_that_is_not_there_is_told():
    with pytest.raises(StudyError, match="download: true"):
        open_language_model("nobody/has-this-model")


def test_pickled_weights_and_folders_without_a_model_are_refused(tiny_bert, tmp_path):
    with pytest.raises(StudyError, match="cannot be opened"):
        open_language_model(str(tmp_path))
    for name in ("config.json", "vocab.txt", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((tiny_bert / name).read_bytes())
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(StudyError, match="weights in safetensors"):
        open_language_model(str(tmp_path))


def test_the_fingerprint_changes_with_the_weights(tiny_bert, tmp_path):
    for one in tiny_bert.iterdir():
        (tmp_path / one.name).write_bytes(one.read_bytes())
    assert fingerprint(tmp_path) == fingerprint(tiny_bert)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert fingerprint(tmp_path) != fingerprint(tiny_bert)


@pytest.mark.parametrize("block", [Input("w", "sequence", 9, "protein"), Input("t", "table", 3)])
def test_what_is_no_dna_is_refused(block):
    with pytest.raises(StudyError, match=r"DNA|no block"):
        refuse_letters((block,), where="models: transfer")
