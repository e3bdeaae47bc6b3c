"""DNA language models of Hugging Face as frozen encoders: tokens of a window, averaged.

Only architectures that transformers itself knows, and only weights in safetensors: no code that comes with a
model is run and no pickle is read. Nothing is fetched unless that is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from prognome.errors import StudyError
from prognome.nets.device import quiet_threads
from prognome.nets.rows import Rows
from prognome.nets.spec import Input
from prognome.sequence.alphabet import Alphabet, alphabet

TOGETHER, ROUND_UP = 16, 32
_FILES = ("*.safetensors", "*.json", "*.txt", "*.model")
_LONGEST_KMER = 12
_UNLIMITED = 100_000
_WHERE = "models: transfer: encoder"


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """An opened language model.

    Parameters
    ----------
    folder
        Where its files lie.
    tokenizer, model
        Of transformers; the model in evaluation mode, on the CPU, in float32.
    kmer
        Letters of the overlapping words that its tokenizer wants with blanks between; None: plain text.
    limit
        Tokens a piece may have, special ones aside.
    """

    folder: Path
    tokenizer: Any
    model: Any
    kmer: int | None
    limit: int

    @property
    def features(self) -> int:
        """Width of what it says."""
        return int(self.model.config.hidden_size)

    def read(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, features): the mean over all tokens of a window of the last hidden state; zeros for no letters.

        A window with more tokens than the model takes is cut in pieces of about equal length. Special tokens
        are not averaged. A row gets the same alone and in a crowd.
        """
        sums = np.zeros((len(texts), self.features), dtype=np.float64)
        counts = np.zeros(len(texts), dtype=np.int64)
        for rows, said, tokens in self._pieces(texts):
            np.add.at(sums, rows, said.astype(np.float64))
            np.add.at(counts, rows, tokens)
        return (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)

    def _pieces(
        self, texts: Sequence[str]
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.int64]]]:
        """Rows, sums of hidden states over tokens, and how many tokens, of pieces of one padded length."""
        by_length: dict[int, list[tuple[int, list[int]]]] = {}
        for row, text in enumerate(texts):
            tokens = self.tokenizer(self._words(text), add_special_tokens=False, verbose=False)["input_ids"]
            parts = np.array_split(tokens, -(-len(tokens) // self.limit)) if tokens else []
            for part in parts:
                padded = -(-len(part) // ROUND_UP) * ROUND_UP
                by_length.setdefault(padded, []).append((row, [int(token) for token in part]))
        for padded, pieces in sorted(by_length.items()):
            for start in range(0, len(pieces), TOGETHER):
                here = pieces[start : start + TOGETHER]
                filled = here + [here[0]] * (TOGETHER - len(here))
                said = self._sum([part for _, part in filled], padded)[: len(here)]
                yield (
                    np.array([row for row, _ in here], dtype=np.intp),
                    said,
                    np.array([len(part) for _, part in here], dtype=np.int64),
                )

    def _sum(self, parts: list[list[int]], padded: int) -> NDArray[np.float32]:
        """(pieces, features) sums of the last hidden state over plain tokens."""
        before, after = _special_tokens(self.tokenizer)
        blank = self.tokenizer.pad_token_id or 0
        width = min(padded, self.limit) + len(before) + len(after)
        ids = torch.full((len(parts), width), blank, dtype=torch.long)
        plain = torch.zeros((len(parts), width), dtype=torch.bool)
        seen = torch.zeros((len(parts), width), dtype=torch.long)
        for at, part in enumerate(parts):
            whole = [*before, *part, *after]
            ids[at, : len(whole)] = torch.tensor(whole)
            seen[at, : len(whole)] = 1
            plain[at, len(before) : len(before) + len(part)] = True
        with torch.inference_mode(), quiet_threads():
            hidden = self.model(input_ids=ids, attention_mask=seen).last_hidden_state
            summed: NDArray[np.float32] = (hidden * plain[:, :, None]).sum(dim=1).float().numpy()
        return summed

    def _words(self, text: str) -> str:
        if self.kmer is None:
            return text
        if len(text) < self.kmer:
            return text
        return " ".join(text[at : at + self.kmer] for at in range(len(text) - self.kmer + 1))


def find_language_model(name: str, *, download: bool = False) -> Path:
    """The folder of a language model: ``name`` itself, or where it lies in the local cache.

    Raises
    ------
    StudyError
        If huggingface_hub is not installed or the model is not there.
    """
    folder = Path(name)
    if folder.is_dir():
        return folder
    try:
        import huggingface_hub
    except ModuleNotFoundError as error:
        raise _not_installed(error) from error
    try:
        return Path(
            huggingface_hub.snapshot_download(
                name, local_files_only=not download, allow_patterns=list(_FILES)
            )
        )
    except Exception as error:  # the hub's own exceptions, and those of what lies below it
        raise StudyError(
            _WHERE,
            f"there is no encoder or language model '{name}'"
            + (" that could be fetched" if download else " on this machine"),
            mend="Check the name, give its folder"
            + ("." if download else ", or say download: true to fetch it from Hugging Face."),
        ) from error


def _not_installed(error: ModuleNotFoundError) -> StudyError:
    return StudyError(
        _WHERE,
        f"a language model needs the package '{error.name}', which is not installed",
        mend="Install it with: pip install 'prognome[language]'.",
    )


def open_language_model(name: str, *, download: bool = False) -> LanguageModel:
    """Open a language model by its folder, or by its name if it lies in the local cache.

    Parameters
    ----------
    name
        A folder, or OWNER/MODEL.
    download
        Whether it may be fetched.

    Raises
    ------
    StudyError
        If transformers is not installed, the model is not there, is of an architecture that transformers
        does not know by itself, or has no weights in safetensors.
    """
    try:
        import transformers
    except ModuleNotFoundError as error:
        raise _not_installed(error) from error
    with _quiet(transformers):
        folder = find_language_model(name, download=download)
        try:
            config = transformers.AutoConfig.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
            tokenizer = transformers.AutoTokenizer.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
            model = transformers.AutoModel.from_pretrained(
                folder,
                config=config,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=torch.float32,
            )
        except Exception as error:  # transformers raises what a model's files make it raise
            raise StudyError(
                _WHERE,
                f"the language model '{name}' cannot be opened; {type(error).__name__}",
                expected="an architecture that transformers knows by itself, weights in safetensors",
                mend="Models that bring their own code or pickled weights are not read.",
            ) from error
        kmer = _kmer_of(tokenizer)
    return LanguageModel(folder, tokenizer, model.eval(), kmer, _limit_of(tokenizer, config))


def fingerprint(folder: Path) -> str:
    """SHA-256 over the names and contents of configuration, vocabulary and weights."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _FILES for path in folder.glob(pattern)}):
        digest.update(path.name.encode())
        with path.open("rb") as handle:
            while piece := handle.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def refuse_letters(inputs: Sequence[Input], *, where: str) -> None:
    """Raise StudyError if no block holds DNA that a language model could read, or another alphabet."""
    sequences = [one for one in inputs if one.kind in ("sequence", "pair")]
    if not sequences:
        raise StudyError(where, "a language model reads sequences, and no block holds any")
    for one in sequences:
        if one.alphabet != "dna":
            raise StudyError(
                where,
                f"block {one.name} holds no DNA",
                seen=one.alphabet,
                expected="dna",
                mend="Name the blocks it can read with 'blocks'.",
            )


def read_with_language_model(
    model: LanguageModel, inputs: Sequence[Input], rows: Rows
) -> NDArray[np.float32]:
    """What a language model says of every sequence block, side by side.

    Of a pair: what the alternative has more, what less, and the reference. Without a strand, both strands are
    read and averaged.
    """
    found = []
    for one in inputs:
        if one.kind not in ("sequence", "pair"):
            continue
        letters, codes = alphabet(one.alphabet), rows.blocks[one.name]
        if one.kind == "sequence":
            found.append(_both_strands(model.read, codes, letters, stranded=one.stranded))
            continue
        reference, alternative = (
            _both_strands(model.read, codes[:, side], letters, stranded=one.stranded) for side in (0, 1)
        )
        more = alternative - reference
        found += [np.maximum(more, 0), np.maximum(-more, 0), reference]
    return np.hstack(found)


def texts_of(codes: NDArray[Any], letters: Alphabet) -> list[str]:
    """(n, L) codes → n texts, without padding."""
    plain = np.array([*letters.letters, *letters.ambiguous, ""], dtype="<U1")
    return ["".join(row) for row in plain[codes]]


def _both_strands(
    read: Callable[[Sequence[str]], NDArray[np.float32]],
    codes: NDArray[Any],
    letters: Alphabet,
    *,
    stranded: bool,
) -> NDArray[np.float32]:
    said = read(texts_of(codes, letters))
    if stranded:
        return said
    other: NDArray[np.float32] = read(texts_of(letters.complement[codes][:, ::-1], letters))
    return (said + other) / np.float32(2)


def _kmer_of(tokenizer: Any) -> int | None:
    """Length of the overlapping words that a vocabulary of k-mers wants; None if it reads plain text."""
    plain = "ACGT" * 8
    known = tokenizer(plain, add_special_tokens=False)["input_ids"]
    if known and tokenizer.unk_token_id not in known:
        return None
    words = [word for word in tokenizer.get_vocab() if word and not word.strip("ACGTacgt")]
    lengths = {len(word) for word in words}
    return max(lengths) if lengths and max(lengths) <= _LONGEST_KMER else None


def _limit_of(tokenizer: Any, config: Any) -> int:
    """Plain tokens a piece may have."""
    limits = [
        int(one)
        for one in (tokenizer.model_max_length, getattr(config, "max_position_embeddings", None))
        if one
    ]
    most = min([one for one in limits if 0 < one < _UNLIMITED], default=512)
    before, after = _special_tokens(tokenizer)
    offset = 2 if getattr(config, "model_type", "") in ("roberta", "camembert", "xlm-roberta", "esm") else 0
    return max(1, most - offset - len(before) - len(after))


def _special_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Tokens that stand before and after every text."""
    probe = tokenizer("ACGT", add_special_tokens=False)["input_ids"]
    whole = tokenizer("ACGT")["input_ids"]
    for start in range(len(whole) - len(probe) + 1):
        if whole[start : start + len(probe)] == probe:
            return whole[:start], whole[start + len(probe) :]
    return [], []


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Without bars and advice on stderr."""
    logging = transformers.utils.logging
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
