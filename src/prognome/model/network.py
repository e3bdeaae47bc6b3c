"""Neural networks as scikit-learn estimators: an encoder a block, fusion, head."""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from prognome.core.learner import Family, Learner
from prognome.core.rows import rows_of
from prognome.core.seeds import seed_of
from prognome.core.space import Choice, Real, Space
from prognome.core.table import Index
from prognome.errors import DataError, StudyError
from prognome.model.fitted_network import FittedNetwork
from prognome.model.network_inputs import NetworkInputs
from prognome.model.stopping import stopping_rows
from prognome.nets.augment import Augmentation
from prognome.nets.catalog import ENCODERS, encoder
from prognome.nets.device import arithmetic
from prognome.nets.say import deep_features, say
from prognome.nets.spec import NetworkSpec
from prognome.nets.training import Trained, Training, train

Array = NDArray[np.float64]
TABLES_ONLY = "mlp"
_OF_ENCODER = ("width", "depth", "kernel", "pool", "residual", "heads", "bins")
_COUNT: list[Any] = [Interval(numbers.Integral, 1, None, closed="left")]
_OPEN_COUNT: list[Any] = [*_COUNT, None]
_SHARE: list[Any] = [Interval(numbers.Real, 0, 1, closed="left")]
_AT_LEAST_0: list[Any] = [Interval(numbers.Real, 0, None, closed="left")]
_POSITIVE: list[Any] = [Interval(numbers.Real, 0, None, closed="neither")]


class _Network(BaseEstimator):
    """An encoder for each block, their encodings side by side, dense layers to the answer.

    Sequences (and tables named in ``signals``) are read by the encoder, other tables by dense layers.

    Parameters
    ----------
    encoder
        ``cnn``, ``lstm``, ``gru``, ``transformer``; ``mlp`` reads tables alone.
    width, depth, kernel, pool, residual, heads, bins
        Of the encoder, where it has them; None: its own defaults. ``bins``: stretches of a sequence whose
        strongest answers are kept apart.
    table_layers, head_layers
        Widths of dense layers that read a table, and of those after fusion.
    dropout
        Share of units silenced in training.
    block_dropout
        Share of rows for which an optional block is hidden in training.
    epochs, batch_size, learning_rate, weight_decay, schedule, patience
        Of training; see :class:`prognome.nets.training.Training`.
    validation
        Share of the rows of ``fit`` that only says when to stop; groups stay whole.
    members
        Networks, each with its own seed and validation rows; the answer is their mean.
    class_weight
        None or ``balanced``.
    shift, mutate, noise, mix
        Augmentation of training rows; see :class:`prognome.nets.augment.Augmentation`.
    precision, device
        ``auto``: bfloat16 in training and a GPU where there are such. Answers are reckoned in float32 on the
        CPU.
    random_state
        Names every random choice.
    prepare, blocks, signals, length
        How blocks become arrays; see :class:`prognome.model.network_inputs.NetworkInputs`.

    Notes
    -----
    **Learns** everything from the rows of ``fit`` alone: the steps of ``prepare`` and the weights from those
    that are not validation rows, the number of epochs from those that are.
    """

    reads_cohort: ClassVar[bool] = True
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "encoder": [StrOptions({TABLES_ONLY, *ENCODERS})],
        "width": _OPEN_COUNT,
        "depth": _OPEN_COUNT,
        "kernel": _OPEN_COUNT,
        "pool": _OPEN_COUNT,
        "residual": ["boolean", None],
        "heads": _OPEN_COUNT,
        "bins": _OPEN_COUNT,
        "dropout": _SHARE,
        "block_dropout": _SHARE,
        "epochs": _COUNT,
        "batch_size": _OPEN_COUNT,
        "learning_rate": _POSITIVE,
        "weight_decay": _AT_LEAST_0,
        "schedule": [StrOptions({"cosine", "constant"})],
        "patience": _COUNT,
        "validation": [Interval(numbers.Real, 0, 0.5, closed="both")],
        "members": _COUNT,
        "class_weight": [StrOptions({"balanced"}), None],
        "shift": [Interval(numbers.Integral, 0, None, closed="left")],
        "mutate": _SHARE,
        "noise": _AT_LEAST_0,
        "mix": _AT_LEAST_0,
        "precision": [StrOptions({"auto", "float32", "bfloat16"})],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        encoder: str = "cnn",
        *,
        width: int | None = None,
        depth: int | None = None,
        kernel: int | None = None,
        pool: int | None = None,
        residual: bool | None = None,
        heads: int | None = None,
        bins: int | None = None,
        table_layers: Sequence[int] = (64,),
        head_layers: Sequence[int] = (64,),
        dropout: float = 0.3,
        block_dropout: float = 0.25,
        epochs: int = 40,
        batch_size: int | None = None,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.01,
        schedule: str = "cosine",
        patience: int = 8,
        validation: float = 0.15,
        members: int = 1,
        class_weight: str | None = None,
        shift: int = 0,
        mutate: float = 0.0,
        noise: float = 0.0,
        mix: float = 0.0,
        precision: str = "auto",
        device: str = "auto",
        random_state: int | None = None,
        prepare: Any = None,
        blocks: Sequence[str] | None = None,
        signals: Sequence[str] = (),
        length: int | None = None,
    ) -> None:
        self.encoder = encoder
        self.width = width
        self.depth = depth
        self.kernel = kernel
        self.pool = pool
        self.residual = residual
        self.heads = heads
        self.bins = bins
        self.table_layers = table_layers
        self.head_layers = head_layers
        self.dropout = dropout
        self.block_dropout = block_dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.schedule = schedule
        self.patience = patience
        self.validation = validation
        self.members = members
        self.class_weight = class_weight
        self.shift = shift
        self.mutate = mutate
        self.noise = noise
        self.mix = mix
        self.precision = precision
        self.device = device
        self.random_state = random_state
        self.prepare = prepare
        self.blocks = blocks
        self.signals = signals
        self.length = length

    @property
    def holds_training_rows(self) -> bool:
        """Whether a step keeps rows that it was fitted on."""
        return bool(getattr(self.prepare, "holds_training_rows", False))

    @property
    def needs_order(self) -> bool:
        """Whether it is of no use without a sequence or a table whose columns have an order."""
        return self.encoder != TABLES_ONLY

    @property
    def counts_with(self) -> tuple[str, ...]:
        """Device and precision that a training would have here."""
        return arithmetic(self.device, self.precision)  # type: ignore[arg-type]

    @property
    def history_(self) -> list[list[dict[str, float]]]:
        """For each member a line for each epoch: ``epoch train_loss validation_loss seconds``."""
        return [member.history for member in self.members_]

    def deep_features(self, X: Any) -> Array:
        """(n, width of the last head layer): what the answer is made of.

        Raises
        ------
        StudyError
            With several members, whose features mean different things.
        """
        check_is_fitted(self, "members_")
        if len(self.members_) != 1:
            raise StudyError("members", "deep features of several networks do not go together", mend="Use 1.")
        return self.members_[0].ask(deep_features, X)

    def _train(self, X: Any, y: NDArray[Any], groups: NDArray[Any] | None, *, outputs: int) -> None:
        """Fit every member on rows X and codes or scaled numbers y."""
        groups = getattr(X, "groups", None) if groups is None else groups
        params = self._encoder_params()
        seeds = [seed_of(self.random_state or 0, "network", member) for member in range(self.members)]
        self.members_ = [self._member(X, y, groups, params, seed, outputs) for seed in seeds]

    def _member(
        self, X: Any, y: Any, groups: Any, params: dict[str, Any], seed: int, outputs: int
    ) -> FittedNetwork:
        aside = stopping_rows(y, groups, self.validation, seed, classes=outputs > 1)
        learn = np.setdiff1d(np.arange(len(y)), aside)
        signals = self.signals if self.needs_order else ()
        wanted = NetworkInputs(self.prepare, self.blocks, signals, self.length)
        inputs = wanted.fit(rows_of(X, learn), y[learn])
        self._refuse_inputs({one.kind for one in inputs.inputs})
        spec = NetworkSpec(
            inputs.inputs,
            "cnn" if self.encoder == TABLES_ONLY else self.encoder,
            params,
            tuple(self.table_layers),
            tuple(self.head_layers),
            outputs,
            self.dropout,
            self.block_dropout,
        )
        done = self._fit_network(spec, inputs, X, y, aside, seed)
        return FittedNetwork.of(done, inputs)

    def _refuse_inputs(self, kinds: set[str]) -> None:
        """What the encoder cannot read, or nothing to read at all."""
        where = f"models: {self.encoder}"
        if not kinds:
            raise DataError(where, "no column is left after the steps", mend="Loosen the steps.")
        if self.needs_order and kinds == {"table"}:
            raise StudyError(
                where,
                "reads sequences, and tables whose columns have an order; there is neither",
                mend="Use mlp for plain tables, or say ordered: true where columns stand in an order.",
            )
        if not self.needs_order and kinds != {"table"}:
            raise StudyError(where, "reads no sequences", mend="Use cnn, lstm, gru or transformer.")

    def _fit_network(
        self, spec: NetworkSpec, inputs: NetworkInputs, X: Any, y: Any, aside: Index, seed: int
    ) -> Trained:
        return train(spec, inputs.rows(X), y, aside, self._training(), seed=seed)

    def _training(self) -> Training:
        return Training(
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            schedule=self.schedule,  # type: ignore[arg-type]
            patience=self.patience,
            balanced=self.class_weight == "balanced",
            precision=self.precision,  # type: ignore[arg-type]
            device=self.device,
            augmentation=Augmentation(self.shift, self.mutate, self.noise, self.mix),
        )

    def _encoder_params(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in _OF_ENCODER if getattr(self, name) is not None}
        if self.encoder == TABLES_ONLY:
            known: set[str] = set()
        else:
            known = {*inspect.signature(encoder(self.encoder)).parameters, "bins"}
        for name in given:
            if name not in known:
                raise StudyError(
                    f"models: {self.encoder}: {name}",
                    "is no parameter of this network",
                    expected=", ".join(name for name in _OF_ENCODER if name in known)
                    or "none of the encoder's",
                )
        return given

    def _answers(self, X: Any) -> Array:
        """(n, outputs) means over members: probabilities, or numbers."""
        check_is_fitted(self, "members_")
        return np.asarray(np.mean([member.ask(say, X) for member in self.members_], axis=0))


class NetworkClassifier(ClassifierMixin, _Network):
    """A network for two or more classes (cross-entropy); parameters and learning as in ``_Network``."""

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit on a cohort, texts, a frame or an array, and (n,) classes; groups stay whole."""
        self._validate_params()
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("a network needs at least two classes")
        self._train(X, codes, groups, outputs=len(self.classes_))
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        said = self._answers(X)
        return np.asarray(said / said.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class NetworkRegressor(RegressorMixin, _Network):
    """A network for numbers (squared error); parameters and what is learned as in ``_Network``.

    Besides, **learns** mean and standard deviation of the target.
    """

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit on a cohort, texts, a frame or an array, and (n,) numbers; groups stay whole."""
        self._validate_params()
        y = np.asarray(y, dtype=np.float64)
        self.target_mean_, self.target_spread_ = float(y.mean()), float(y.std()) or 1.0
        self._train(X, (y - self.target_mean_) / self.target_spread_, groups, outputs=1)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        return np.asarray(self._answers(X)[:, 0] * self.target_spread_ + self.target_mean_)


_TRAINING_SPACE: Space = {
    "learning_rate": Real(5e-4, 5e-3, log=True),
    "dropout": Choice((0.1, 0.2, 0.3, 0.5)),
    "weight_decay": Real(1e-4, 0.1, log=True),
}
_CNN_SPACE: Space = {
    **_TRAINING_SPACE,
    "width": Choice((32, 64, 128)),
    "depth": Choice((1, 2, 3)),
    "kernel": Choice((7, 11, 15)),
    "bins": Choice((1, 4, 8, 16)),
}
_RECURRENT_SPACE: Space = {**_TRAINING_SPACE, "width": Choice((32, 64, 128)), "depth": Choice((1, 2))}
_TRANSFORMER_SPACE: Space = {**_TRAINING_SPACE, "width": Choice((32, 64)), "depth": Choice((1, 2, 3))}
_MLP_SPACE: Space = {
    **_TRAINING_SPACE,
    "table_layers": Choice(((32,), (64,), (128,), (128, 64))),
    "head_layers": Choice(((32,), (64,))),
}


def _family(name: str, space: Space) -> Family:
    defaults = {"encoder": name}
    return Family(Learner(NetworkClassifier, defaults, space), Learner(NetworkRegressor, defaults, space))


MLP = _family(TABLES_ONLY, _MLP_SPACE)
CNN = _family("cnn", _CNN_SPACE)
LSTM = _family("lstm", _RECURRENT_SPACE)
GRU = _family("gru", _RECURRENT_SPACE)
TRANSFORMER = _family("transformer", _TRANSFORMER_SPACE)
