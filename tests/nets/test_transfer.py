"""A frozen encoder never changes; a fine-tuned one starts from it, lower layers slower and later."""

import numpy as np
import pytest
import torch

from prognome.errors import StudyError
from prognome.nets.encoder_file import EncoderSpec, load_encoder, read_encoder_spec
from prognome.nets.network import Network
from prognome.nets.rows import Rows
from prognome.nets.spec import Input, NetworkSpec
from prognome.nets.training import Training, train
from prognome.nets.transfer import (
    layer_wise,
    layers_of,
    read_features,
    refuse_unreadable,
    start_from,
    unfreeze_gradually,
)
from prognome.sequence.alphabet import DNA
from prognome.sequence.codes import Codes, encode, reverse_complement
from tests.nets.encoders_made import make_encoder

DATA = make_encoder(width=8, depth=2)
RNG = np.random.default_rng(0)
CODES = RNG.integers(0, 4, (150, 45)).astype(np.uint8)
WINDOW = Input("window", "sequence", 45, "dna", True)


def network_of(block=WINDOW, seed=1):
    spec = read_encoder_spec(DATA)
    torch.manual_seed(seed)
    return Network(NetworkSpec((block,), spec.encoder, {**spec.params, "bins": 2}))


def rates(groups, network):
    named = {id(one): name for name, one in network.named_parameters()}
    return {named[id(one)]: group["lr"] for group in groups for one in group["params"]}


def test_features_are_mean_and_largest_answers_of_every_layer():
    features = read_features(DATA, (WINDOW,), Rows({"window": CODES}, {}), bins=1)
    trunk = load_encoder(DATA)
    letters, by_hand = torch.from_numpy(DNA.matrix[CODES]), []
    with torch.inference_mode():
        maps = letters
        for block in trunk.blocks:
            maps, _ = block(maps, None)
            by_hand += [maps.mean(dim=1), maps.amax(dim=1)]
        assert torch.allclose(maps, trunk(letters, torch.ones(CODES.shape, dtype=torch.bool)))
    assert features.shape == (150, 32)
    assert np.allclose(features, torch.cat(by_hand, dim=1).numpy(), atol=1e-5)
    means = read_features(DATA, (WINDOW,), Rows({"window": CODES}, {}), bins=0)
    assert np.array_equal(means, features[:, [*range(8), *range(16, 24)]])


@pytest.mark.parametrize("name", ["gru", "lstm", "transformer"])
def test_every_kind_of_encoder_can_be_read_frozen(name):
    data = make_encoder(encoder=name, width=8, depth=2)
    features = read_features(data, (WINDOW,), Rows({"window": CODES}, {}), bins=0)
    assert features.shape == (150, 2 * load_encoder(data).features)
    assert np.isfinite(features).all()


def test_a_row_gets_the_same_features_alone_and_in_a_crowd():
    whole = read_features(DATA, (WINDOW,), Rows({"window": CODES}, {}), bins=4)
    for row in (0, 63, 64, 149):
        alone = read_features(DATA, (WINDOW,), Rows({"window": CODES[[row]]}, {}), bins=4)
        assert np.array_equal(alone[0], whole[row])


def test_without_a_strand_both_strands_give_the_same_features():
    free = Input("window", "sequence", 45, "dna", False)
    other = reverse_complement(Codes(CODES, np.full(150, 45)), DNA).values
    said, turned = (read_features(DATA, (free,), Rows({"window": one}, {}), bins=4) for one in (CODES, other))
    assert np.allclose(said, turned, atol=1e-6)
    stranded = read_features(DATA, (WINDOW,), Rows({"window": other}, {}), bins=4)
    assert not np.allclose(said, stranded, atol=1e-2)


def test_a_pair_of_equal_sequences_differs_by_nothing():
    pair = Input("window", "pair", 45, "dna", True)
    both = np.stack([CODES, CODES], axis=1)
    features = read_features(DATA, (pair,), Rows({"window": both}, {}), bins=1)
    assert features.shape == (150, 2 * 3 * 16)
    halves = np.hsplit(features, 2)  # of the two layers
    assert not any(half[:, :32].any() for half in halves)
    changed = both.copy()
    changed[:, 1, 22] = (changed[:, 1, 22] + 1) % 4
    assert read_features(DATA, (pair,), Rows({"window": changed}, {}), bins=1)[:, :32].any()


def test_a_network_starts_from_the_encoder():
    network = network_of()
    reader = network.encoders["block0"]
    stored = load_encoder(DATA).state_dict()
    assert not torch.equal(next(iter(reader.trunk.state_dict().values())), next(iter(stored.values())))
    start_from(DATA)(network)
    assert all(torch.equal(one, stored[name]) for name, one in reader.trunk.state_dict().items())


def test_layers_go_from_the_letters_up():
    trunk = EncoderSpec("dna", "cnn", {"width": 8, "depth": 3}).build()
    assert len(layers_of(trunk)) == 3
    attention = EncoderSpec("dna", "transformer", {"width": 8, "depth": 2}).build()
    layers = layers_of(attention)
    every = [id(one) for layer in layers for module in layer for one in module.parameters()]
    assert sorted(every) == sorted(id(one) for one in attention.parameters())  # each once
    assert len(layers) >= 3  # what reads the letters, two blocks


def test_rates_fall_by_the_decay_from_layer_to_layer():
    network = network_of()
    found = rates(layer_wise(1e-3, 0.5)(network), network)
    assert set(found) == {name for name, _ in network.named_parameters()}
    of_blocks = {at: {rate for name, rate in found.items() if f"trunk.blocks.{at}." in name} for at in (0, 1)}
    assert of_blocks == {0: {2.5e-4}, 1: {5e-4}}
    assert {rate for name, rate in found.items() if "trunk" not in name} == {1e-3}


def test_layers_wake_one_an_epoch_from_the_last_down():
    network, awake = network_of(), unfreeze_gradually(2)
    blocks = network.encoders["block0"].trunk.blocks
    seen = []
    for epoch in range(5):
        awake(network, epoch)
        assert network.hidden.training
        seen.append([blocks[at].training and next(blocks[at].parameters()).requires_grad for at in (0, 1)])
    assert seen == [[False, False], [False, False], [False, True], [True, True], [True, True]]
    unfreeze_gradually(0)(network, 0)
    assert blocks[0].training


def test_training_leaves_sleeping_layers_and_their_statistics_as_they_were():
    target = (CODES[:, 20] > 1).astype(np.int64)
    spec = network_of().spec

    def run(head_first):
        done = train(
            spec,
            Rows({"window": CODES}, {}),
            target,
            np.empty(0, dtype=np.intp),
            Training(epochs=2, batch_size=32),
            seed=0,
            start=start_from(DATA),
            groups_of_parameters=layer_wise(1e-3, 0.5),
            awake=unfreeze_gradually(head_first),
        )
        return done.network.encoders["block0"].trunk.state_dict()

    stored = load_encoder(DATA).state_dict()
    asleep, awake = run(2), run(0)
    assert all(torch.equal(asleep[name], stored[name]) for name in stored)
    assert not any(torch.equal(awake[name], stored[name]) for name in stored if name.endswith("running_mean"))


@pytest.mark.parametrize(
    ("spec", "block", "said"),
    [
        (EncoderSpec("dna"), Input("w", "sequence", 50, "protein"), "another alphabet"),
        (EncoderSpec("dna", longest=40), Input("w", "sequence", 50, "dna"), "length: 40"),
        (EncoderSpec("dna"), Input("t", "table", 5), "no block holds any"),
    ],
)
def test_what_the_encoder_cannot_read_is_refused(spec, block, said):
    with pytest.raises(StudyError, match=said):
        refuse_unreadable(spec, (block,), where="models: transfer")


def test_padding_says_nothing():
    """A feature that is below zero everywhere stays so, however much nothing stands beside the window."""
    text = "ACGTTGCAACGTAGGTAA"  # 18 letters: two whole stretches of 9
    said = []
    for length in (18, 54):
        codes = encode([text], DNA, length=length, anchor="start").values
        block = Input("window", "sequence", length, "dna", True)
        said.append(read_features(DATA, (block,), Rows({"window": codes}, {}), bins=1))
    assert np.allclose(*said, atol=1e-6)


@pytest.mark.parametrize("bins", [0, 3])
@pytest.mark.parametrize("kind", ["sequence", "pair"])
def test_no_rows_have_no_features_and_the_same_columns(kind, bins):
    codes = CODES if kind == "sequence" else np.stack([CODES, CODES[:, ::-1]], axis=1)
    block = (Input("window", kind, 45, "dna", True),)
    some = read_features(DATA, block, Rows({"window": codes[:3]}, {}), bins=bins)
    none = read_features(DATA, block, Rows({"window": codes[:0]}, {}), bins=bins)
    assert none.shape == (0, some.shape[1])
