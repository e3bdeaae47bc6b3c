"""What networks reckon, in plain numpy loops: nothing of torch but the numbers of its weights."""

import math

import numpy as np


def weights_of(module):
    """Name → (…) float64 array of every weight of a module."""
    return {name: tensor.detach().double().numpy() for name, tensor in module.state_dict().items()}


def randomise(module, seed=0):
    """Give every weight of a module a number of its own, also those that begin at 0 or 1."""
    rng = np.random.default_rng(seed)
    for tensor in module.state_dict().values():
        tensor.copy_(tensor.new_tensor(rng.normal(0, 0.5, tuple(tensor.shape))))
    return module.eval()


def convolve(maps, weight, bias):
    """(L, C) by (F, C, K) with zeros at the ends → (L, F), one product after the other."""
    length, kernel = len(maps), weight.shape[2]
    before = (kernel - 1) // 2
    out = np.zeros((length, len(weight)))
    for place in range(length):
        for feature in range(len(weight)):
            total = bias[feature]
            for step in range(kernel):
                source = place + step - before
                if 0 <= source < length:
                    total += maps[source] @ weight[feature, :, step]
            out[place, feature] = total
    return out


def largest(maps, known, pool):
    """(L, F) → (L', F) largest of every ``pool`` known places, 0 where there is none; and what is known."""
    starts = range(0, len(maps), pool)
    out = np.zeros((len(starts), maps.shape[1]))
    there = np.zeros(len(starts), dtype=bool)
    for at, start in enumerate(starts):
        places = [place for place in range(start, min(start + pool, len(maps))) if known[place]]
        if places:
            out[at], there[at] = maps[places].max(axis=0), True
    return out, there


def layer_norm(maps, weight, bias):
    """Over the last axis: mean 0 and variance 1 (plus 1e-5), then scaled and shifted."""
    centred = maps - maps.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * weight + bias


def gelu(maps):
    """x times the normal distribution function at x."""
    return np.vectorize(lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))))(maps)


def sigmoid(x):
    """1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def convolution_block(maps, known, weights, prefix, pool):
    """Convolution, largest of a stretch, layer norm, GELU; zero where nothing is known."""
    said = convolve(maps, weights[f"{prefix}.along.weight"][:, :, 0], weights[f"{prefix}.along.bias"])
    said, known = largest(said, known, pool)
    said = gelu(layer_norm(said, weights[f"{prefix}.norm.weight"], weights[f"{prefix}.norm.bias"]))
    if f"{prefix}.again.weight" in weights:
        shown = said * known[:, None]
        more = convolve(shown, weights[f"{prefix}.again.weight"][:, :, 0], weights[f"{prefix}.again.bias"])
        more = layer_norm(more, weights[f"{prefix}.norm_again.weight"], weights[f"{prefix}.norm_again.bias"])
        said = gelu(said + more)
    return said * known[:, None], known
