"""Encoders made on the spot, with weights that a seed names."""

import torch

from prognome.nets.encoder_file import EncoderSpec, save_encoder


def make_encoder(alphabet="dna", encoder="cnn", seed=0, **params):
    """A file of an encoder with first weights."""
    spec = EncoderSpec(alphabet, encoder, params or {"width": 8, "depth": 2})
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return save_encoder(spec.build(), spec)
