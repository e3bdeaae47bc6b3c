"""One block to one vector: pairs, strands and padding."""

import numpy as np
import pytest
import torch

from prognome.nets.block import PositionEncoder, TableEncoder
from prognome.nets.say import in_pieces
from prognome.nets.spec import Input
from prognome.sequence.alphabet import DNA
from prognome.sequence.codes import encode, reverse_complement
from prognome.sequence.pairs import encode_pairs
from tests.nets.by_hand import gelu, layer_norm, randomise, weights_of

ENCODERS = ("cnn", "lstm", "gru", "transformer")
CODES = torch.from_numpy(np.random.default_rng(0).integers(0, 4, (6, 60), dtype=np.uint8))


def reader(kind, encoder="cnn", stranded=True, length=60, **params):
    torch.manual_seed(0)
    block = Input("window", kind, length, "" if kind == "signal" else "dna", stranded)
    return PositionEncoder(block, encoder, {"width": 8, **params}).eval()


def ask(encoder, codes):
    with torch.inference_mode():
        return encoder(codes)


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("training", [False, True])
def test_a_pair_of_equal_sequences_differs_by_exactly_nothing(encoder, training):
    both = torch.stack([CODES, CODES], dim=1)
    asked = reader("pair", encoder, bins=2).train(training)
    more, less, _ = ask(asked, both).chunk(3, dim=1)
    assert (more == 0).all()
    assert (less == 0).all()
    both[:, 1, 30] = (both[:, 1, 30] + 1) % 4
    more, less, _ = ask(asked, both).chunk(3, dim=1)
    assert more.any()
    assert less.any()


def test_exchanged_alleles_exchange_more_and_less():
    other = CODES.clone()
    other[:, 30] = (other[:, 30] + 1) % 4
    asked = reader("pair")
    more, less, _ = ask(asked, torch.stack([CODES, other], dim=1)).chunk(3, dim=1)
    again_more, again_less, _ = ask(asked, torch.stack([other, CODES], dim=1)).chunk(3, dim=1)
    torch.testing.assert_close(more, again_less)
    torch.testing.assert_close(less, again_more)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_without_a_strand_the_reverse_complement_says_the_same(encoder):
    texts = ["ACGTTGCAAGGT", "ACGTTGCAAGG", "TTN", "GATTACAGATTACAGAT", "R"]
    codes = encode(texts, DNA, length=21)
    turned = reverse_complement(codes, DNA)
    forward, back = torch.from_numpy(codes.values), torch.from_numpy(turned.values)
    asked = reader("sequence", encoder, stranded=False, length=21)
    with torch.no_grad():
        asked.pool.place.normal_()
    torch.testing.assert_close(ask(asked, forward), ask(asked, back), atol=1e-6, rtol=0)
    stranded = reader("sequence", encoder, stranded=True, length=21)
    assert (ask(stranded, forward) - ask(stranded, back)).abs().amax(dim=1)[:4].min() > 1e-3


def test_the_other_strand_is_that_of_the_sequence_module():
    codes = encode(["ACGTT", "AC", "", "GGGTTTNR"], DNA, length=9)
    block = reader("sequence", stranded=False, length=9)
    turned = block.other_strand(torch.from_numpy(codes.values))
    np.testing.assert_array_equal(turned, reverse_complement(codes, DNA).values)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_padding_to_a_longer_window_changes_nothing(encoder):
    asked = reader("sequence", encoder, length=60, pool=3)
    longer = reader("sequence", encoder, length=78, pool=3)
    padded = torch.full((6, 78), DNA.pad, dtype=torch.uint8)
    padded[:, 9:69] = CODES  # nine places are whole stretches for all
    torch.testing.assert_close(ask(asked, CODES), ask(longer, padded), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_padded_neighbour_in_the_batch_changes_nothing(encoder):
    padded = CODES.clone()
    padded[3:, :17] = DNA.pad
    asked = reader("sequence", encoder)
    torch.testing.assert_close(ask(asked, padded)[:3], ask(asked, CODES)[:3], atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_signals_are_read_along_their_columns(encoder):
    said = ask(reader("signal", encoder), torch.randn(6, 60))
    assert said.shape[0] == 6
    assert torch.isfinite(said).all()


def test_a_table_is_dense_layers_by_hand():
    asked = randomise(TableEncoder(3, (4,), 0.5))
    weights, table = weights_of(asked), np.array([[0.5, -1.0, 2.0]])
    dense = table @ weights["layers.0.weight"].T + weights["layers.0.bias"]
    expected = gelu(layer_norm(dense, weights["layers.1.weight"], weights["layers.1.bias"]))
    np.testing.assert_allclose(asked(torch.tensor(table, dtype=torch.float32)).detach(), expected, atol=1e-6)


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("begin", [0, 13])
def test_a_longer_alternative_changes_nothing_in_what_the_reference_says(encoder, begin):
    reference = torch.full((6, 90), DNA.pad, dtype=torch.uint8)
    reference[:, begin : begin + 54] = CODES[:, :54]
    longer = reference.clone()
    longer[:, begin + 54 : begin + 77] = CODES[:, :23]
    asked = reader("pair", encoder, length=90, bins=2)
    with torch.no_grad():
        asked.pool.place.normal_()
    alone = ask(asked, torch.stack([reference, reference], dim=1)).chunk(3, dim=1)[2]
    beside = ask(asked, torch.stack([reference, longer], dim=1)).chunk(3, dim=1)[2]
    torch.testing.assert_close(beside, alone, atol=1e-6, rtol=1e-6)


def test_letters_beyond_the_end_of_the_other_are_no_difference():
    """Filters of one letter see no neighbours: nothing of the longer end reaches the shared places."""
    reference = torch.full((6, 90), DNA.pad, dtype=torch.uint8)
    reference[:, :54] = CODES[:, :54]
    longer = reference.clone()
    longer[:, 54:77] = CODES[:, :23]
    asked = reader("pair", "cnn", length=90, kernel=1, kernel_after=1, pool=3)
    with torch.no_grad():
        asked.pool.place.normal_()
    for both in ([reference, longer], [longer, reference]):
        more, less, _ = ask(asked, torch.stack(both, dim=1)).chunk(3, dim=1)
        assert (more == 0).all()
        assert (less == 0).all()


def test_without_a_strand_a_pair_of_unequal_length_says_the_same_reversed():
    refs = ["ACGTTGCAAGGCTTACC", "GATTACAGATT"]
    alts = ["ACGTTGCAAGGGGCTTACC", "GATTACATT"]  # more in common at the beginning than at the end
    pairs = str.maketrans("ACGT", "TGCA")
    turned = [[text.translate(pairs)[::-1] for text in texts] for texts in (refs, alts)]
    asked = reader("pair", stranded=False, length=30)
    with torch.no_grad():
        asked.pool.place.normal_()
    forward, back = (torch.from_numpy(encode_pairs(*both, DNA, length=30)) for both in ((refs, alts), turned))
    np.testing.assert_array_equal(asked.other_strand(forward), back)
    torch.testing.assert_close(ask(asked, forward), ask(asked, back), atol=1e-6, rtol=0)


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("stranded", [False, True])
def test_a_pair_of_unequal_length_is_read_alone_as_in_a_crowd(encoder, stranded):
    refs = ["ACGTTGCAAGGCTTACC", "GATTACAGATT", "ACGT" * 7, "ACGTTGCAAGGCTTACC"]
    alts = ["ACGTTGCAAGGGGCTTACC", "GATTACATT", "ACGA" * 7, "A"]
    codes = encode_pairs(refs, alts, DNA, length=28)
    asked = reader("pair", encoder, stranded=stranded, length=28)

    def said(these):
        with torch.no_grad():
            return in_pieces(len(these), lambda at: asked(torch.from_numpy(these[at])), lambda: 0)

    crowd = said(codes)
    for row in range(4):
        np.testing.assert_array_equal(said(codes[[row]])[0], crowd[row])
