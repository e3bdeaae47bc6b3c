"""A frozen encoder as a transformer: what it says of sequences, and the tables beside it, on one scale."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from prognome.core.encoder_card import find_encoder, is_encoder, shipped_encoders
from prognome.errors import BundleError
from prognome.nets.encoder_file import read_encoder_spec
from prognome.nets.language_model import (
    LanguageModel,
    find_language_model,
    fingerprint,
    open_language_model,
    read_with_language_model,
    refuse_letters,
)
from prognome.nets.rows import Rows
from prognome.nets.transfer import read_features, refuse_unreadable

Array = NDArray[np.float64]
ENCODER, LANGUAGE = "encoder", "language model"


class FrozenEncoder(TransformerMixin, BaseEstimator):
    """Features of every sequence block, and tables; each block has the same variance in all.

    Parameters
    ----------
    name
        As the study calls it.
    kind
        ``encoder``: one of ours, whose weights are held here. ``language model``: one of Hugging Face, which
        must be on the machine wherever this is used, since it is too large to be copied.
    weights
        The encoder's file.
    sha256
        Of the encoder's file, or of the language model's files.
    bins
        Stretches of a sequence whose largest answers stand beside the mean; 0: the mean alone, as always for
        a language model.
    inputs
        Unfitted :class:`prognome.model.network_inputs.NetworkInputs`.

    Notes
    -----
    **Learns** what ``inputs`` learns, and mean and spread of every feature, from the rows of ``fit`` alone. A
    row that lacks an optional block gets the means, and a column of its own says so.
    """

    def __init__(
        self,
        name: str = "",
        kind: str = ENCODER,
        weights: bytes = b"",
        sha256: str = "",
        bins: int = 0,
        inputs: Any = None,
    ) -> None:
        self.name = name
        self.kind = kind
        self.weights = weights
        self.sha256 = sha256
        self.bins = bins
        self.inputs = inputs

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from these rows: a cohort, texts, or a frame ``ref alt``."""
        self.inputs_ = self.inputs.fit(X, y)
        where = "models: transfer"
        if self.kind == ENCODER:
            refuse_unreadable(read_encoder_spec(self.weights), self.inputs_.inputs, where=where)
        else:
            refuse_letters(self.inputs_.inputs, where=where)
        rows = self.inputs_.rows(X)
        self.scales_ = [_scale(part, here) for part, here in self._blocks(rows)]
        return self

    def transform(self, X: Any) -> Array:
        """(n, p): every block's columns with variances that sum to 1 / blocks, then columns of absence."""
        check_is_fitted(self, "scales_")
        rows = self.inputs_.rows(X)
        parts, flags = [], []
        for scale, (part, here) in zip(self.scales_, self._blocks(rows), strict=True):
            scaled = (part - scale["mean"]) / scale["spread"] / np.sqrt(part.shape[1])
            if here is not None:
                scaled[~here] = 0.0
                flags.append((~here).astype(np.float64)[:, None])
            parts.append(scaled)
        return np.hstack([*parts, *flags]) / np.sqrt(len(parts))

    def deep_features(self, X: Any) -> Array:
        """(n, p): what the encoder says of the sequences, as it says it."""
        check_is_fitted(self, "scales_")
        return self._ask(self.inputs_.inputs, self.inputs_.rows(X)).astype(np.float64)

    def _blocks(self, rows: Rows) -> list[tuple[Array, NDArray[np.bool_] | None]]:
        """(n, p) columns of every block, and who has it."""
        found: list[tuple[Array, NDArray[np.bool_] | None]] = []
        for one in self.inputs_.inputs:
            alone = Rows({one.name: rows.blocks[one.name]}, {})
            if one.kind in ("sequence", "pair"):
                part = self._ask((one,), alone).astype(np.float64)
            else:
                part = rows.blocks[one.name].astype(np.float64)
            found.append((part, rows.present.get(one.name)))
        return found

    def _ask(self, inputs: Any, rows: Rows) -> NDArray[np.float32]:
        if self.kind == ENCODER:
            return read_features(self.weights, inputs, rows, bins=self.bins, where=self.name)
        return read_with_language_model(self.language_model, inputs, rows)

    @property
    def language_model(self) -> LanguageModel:
        """The language model, opened when first asked for.

        Raises
        ------
        BundleError
            If the files are others than those that the head was learned on.
        """
        if getattr(self, "_language_model", None) is None:
            opened = open_language_model(self.name, download=False)
            if fingerprint(opened.folder) != self.sha256:
                raise BundleError(
                    self.name,
                    "is not the language model that this was learned on",
                    mend="Put the same files where it lies, or learn anew.",
                )
            self._language_model = opened
        return self._language_model

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key != "_language_model"}


def _scale(part: Array, here: NDArray[np.bool_] | None) -> dict[str, Array]:
    """Mean and spread of a block's columns, over the rows that have it."""
    known = part if here is None or not here.any() else part[here]
    spread = known.std(axis=0)
    return {"mean": known.mean(axis=0), "spread": np.where(spread > 1e-6, spread, 1.0)}


def freeze(encoder: str, *, download: bool = False) -> FrozenEncoder:
    """The encoder of that name or folder, unfitted: ours first, else a language model.

    Raises
    ------
    StudyError
        If there is none.
    BundleError
        If its files were changed since it was made.
    """
    if is_ours(encoder):
        stored = find_encoder(encoder)
        return FrozenEncoder(encoder, ENCODER, stored.data, stored.sha256)
    opened = open_language_model(encoder, download=download)
    return FrozenEncoder(encoder, LANGUAGE, b"", fingerprint(opened.folder))


def is_ours(encoder: str) -> bool:
    """Whether that name or folder is to be read as one of our encoders, and not as a language model."""
    folder = Path(encoder)
    return encoder in shipped_encoders() or is_encoder(folder) or not _may_be_language_model(folder, encoder)


def encoder_checksum(encoder: str) -> str:
    """Of the encoder's file or the language model's files, without opening them.

    Raises
    ------
    StudyError, BundleError
        If there is none, or its files were changed since it was made.
    """
    if is_ours(encoder):
        return find_encoder(encoder).sha256
    folder = find_language_model(encoder)
    told = tuple(
        (path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.iterdir())
    )
    return _fingerprint_once(folder, told)


@lru_cache(maxsize=16)
def _fingerprint_once(folder: Path, told: tuple[tuple[str, int, int], ...]) -> str:
    """Read gigabytes once as long as the files (name, bytes, time) look the same."""
    return fingerprint(folder)


def _may_be_language_model(folder: Path, encoder: str) -> bool:
    """A folder with a model's configuration, or a name OWNER/MODEL that is no folder."""
    if folder.is_dir():
        return (folder / "config.json").is_file()
    return encoder.count("/") == 1 and not encoder.startswith((".", "/", "~"))
