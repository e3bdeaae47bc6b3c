"""Transfer: an encoder that learned elsewhere, as it is or as the start of a training."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from prognome.core.encoder_card import find_encoder
from prognome.core.learner import Family, Learner
from prognome.core.rows import rows_of
from prognome.core.seeds import seed_of
from prognome.core.space import Choice, Real, Space
from prognome.errors import StudyError
from prognome.model.fitted_network import FittedNetwork
from prognome.model.frozen import FrozenEncoder, encoder_checksum, freeze, is_ours
from prognome.model.linear import PenalisedLinear, PenalisedLogistic
from prognome.model.network_inputs import NetworkInputs
from prognome.model.stopping import stopping_rows
from prognome.nets.augment import Augmentation
from prognome.nets.device import arithmetic
from prognome.nets.encoder_file import read_encoder_spec
from prognome.nets.say import deep_features, say
from prognome.nets.spec import NetworkSpec
from prognome.nets.training import Training, train
from prognome.nets.transfer import layer_wise, refuse_unreadable, start_from, unfreeze_gradually

Array = NDArray[np.float64]
DEFAULT, VARIANCE = "small-dna", 3.0
FROZEN, FINETUNE = "frozen", "finetune"
_COUNT: list[Any] = [Interval(numbers.Integral, 1, None, closed="left")]
_FROM_0: list[Any] = [Interval(numbers.Integral, 0, None, closed="left")]
_SHARE: list[Any] = [Interval(numbers.Real, 0, 1, closed="left")]
_AT_LEAST_0: list[Any] = [Interval(numbers.Real, 0, None, closed="left")]
_POSITIVE: list[Any] = [Interval(numbers.Real, 0, None, closed="neither")]


class _Transfer(BaseEstimator):
    """What an encoder knows, and what is learned on top of it.

    ``frozen``: the encoder reads every sequence block and never changes. On what it says, and on the tables
    beside it, a linear model with an L2 penalty is learned; on a hundred rows there is no evidence for more.
    ``finetune``: a whole network whose readers of sequences start from the encoder. New parts learn first;
    then, one more each epoch, the encoder's layers from the last down, each slower than the one above.

    Parameters
    ----------
    encoder
        Name of an encoder that comes with prognome, a folder that ``prognome pretrain`` wrote, or a language
        model of DNA: its folder, or its name if it lies in the local cache of Hugging Face (``frozen`` only).
    mode
        ``frozen`` or ``finetune``.
    bins
        Stretches of a sequence whose largest answers are kept apart. None: as for the other networks, and for
        a frozen encoder 0, which is the mean over all positions alone: on few rows the largest are noise.
    variance
        ``frozen``: prior variance of the log odds, shared alike by all blocks and by the columns of each.
        Larger: less penalty. Of numbers the default expects that as much is explained as is left over.
    table_layers, head_layers, dropout, block_dropout
        ``finetune``: of the new parts; see :class:`prognome.nets.spec.NetworkSpec`.
    epochs, batch_size, learning_rate, weight_decay, patience
        ``finetune``: see :class:`prognome.nets.training.Training`.
    head_first
        ``finetune``: epochs in which new parts learn alone; 0: all learn from the beginning.
    layer_decay
        ``finetune``: factor of the learning rate from each layer to the one below.
    validation
        ``finetune``: share of the rows of ``fit`` that only says when to stop; groups stay whole.
    members
        ``finetune``: networks whose answers are averaged.
    class_weight
        None or ``balanced``.
    shift, mutate, noise, mix
        ``finetune``: augmentation; see :class:`prognome.nets.augment.Augmentation`.
    precision, device
        As for the other networks.
    download
        Whether a language model may be fetched from Hugging Face. Never by itself.
    random_state
        Names every random choice.
    prepare, blocks, length
        How blocks become arrays; see :class:`prognome.model.network_inputs.NetworkInputs`.

    Notes
    -----
    **Learns** from the rows of ``fit`` alone: the steps of ``prepare``, mean and spread of every feature, the
    linear model or the weights. The encoder itself has learned before, from what its card says. A frozen one
    takes no label from these rows (``learns_labels`` is false). Whether it was shown them before is for the
    guard ``encoder_shown`` to see: no folds can part an encoder from what it knows.

    References
    ----------
    Howard and Ruder (2018), ACL, 328–339; frozen against fine-tuned on few rows: Kumar et al. (2022), ICLR.
    """

    reads_cohort: ClassVar[bool] = True
    needs_order: ClassVar[bool] = True
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "encoder": [str],
        "mode": [StrOptions({FROZEN, FINETUNE})],
        "bins": [*_FROM_0, None],
        "variance": _POSITIVE,
        "dropout": _SHARE,
        "block_dropout": _SHARE,
        "epochs": _COUNT,
        "batch_size": [*_COUNT, None],
        "learning_rate": _POSITIVE,
        "weight_decay": _AT_LEAST_0,
        "patience": _COUNT,
        "head_first": _FROM_0,
        "layer_decay": [Interval(numbers.Real, 0, 1, closed="right")],
        "validation": [Interval(numbers.Real, 0, 0.5, closed="both")],
        "members": _COUNT,
        "class_weight": [StrOptions({"balanced"}), None],
        "shift": _FROM_0,
        "mutate": _SHARE,
        "noise": _AT_LEAST_0,
        "mix": _AT_LEAST_0,
        "precision": [StrOptions({"auto", "float32", "bfloat16"})],
        "download": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        encoder: str = DEFAULT,
        *,
        mode: str = FROZEN,
        bins: int | None = None,
        variance: float = VARIANCE,
        table_layers: Sequence[int] = (64,),
        head_layers: Sequence[int] = (64,),
        dropout: float = 0.5,
        block_dropout: float = 0.25,
        epochs: int = 40,
        batch_size: int | None = None,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.01,
        patience: int = 8,
        head_first: int = 2,
        layer_decay: float = 0.8,
        validation: float = 0.15,
        members: int = 1,
        class_weight: str | None = None,
        shift: int = 0,
        mutate: float = 0.0,
        noise: float = 0.0,
        mix: float = 0.0,
        precision: str = "auto",
        device: str = "auto",
        download: bool = False,
        random_state: int | None = None,
        prepare: Any = None,
        blocks: Sequence[str] | None = None,
        length: int | None = None,
    ) -> None:
        self.encoder = encoder
        self.mode = mode
        self.bins = bins
        self.variance = variance
        self.table_layers = table_layers
        self.head_layers = head_layers
        self.dropout = dropout
        self.block_dropout = block_dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.patience = patience
        self.head_first = head_first
        self.layer_decay = layer_decay
        self.validation = validation
        self.members = members
        self.class_weight = class_weight
        self.shift = shift
        self.mutate = mutate
        self.noise = noise
        self.mix = mix
        self.precision = precision
        self.device = device
        self.download = download
        self.random_state = random_state
        self.prepare = prepare
        self.blocks = blocks
        self.length = length

    @property
    def holds_training_rows(self) -> bool:
        """Whether a step keeps rows that it was fitted on."""
        return bool(getattr(self.prepare, "holds_training_rows", False))

    @property
    def counts_with(self) -> tuple[str, ...]:
        """Checksum of the encoder's files; device and precision that a training would have here."""
        return (encoder_checksum(self.encoder), *arithmetic(self.device, self.precision))  # type: ignore[arg-type]

    def encoder_card(self) -> Mapping[str, Any] | None:
        """What the encoder's card says; None for a language model, which has none.

        Raises
        ------
        StudyError, BundleError
            If the encoder is not there, or was changed.
        """
        return find_encoder(self.encoder).card if is_ours(self.encoder) else None

    @property
    def learns_labels(self) -> bool:
        """Whether deep features learn from the labels of ``fit``; a forest on them then needs pairs."""
        return self.mode != FROZEN

    @property
    def history_(self) -> list[list[dict[str, float]]]:
        """For each member a line for each epoch; nothing for a frozen encoder."""
        check_is_fitted(self, "members_")
        return [member.history for member in self.members_]

    def deep_features(self, X: Any) -> Array:
        """(n, p): of a frozen encoder what it says of the sequences, else the last layer before the answer.

        Raises
        ------
        StudyError
            With several members, whose features mean different things.
        """
        check_is_fitted(self, "members_")
        if self.frozen_ is not None:
            return self.frozen_.deep_features(X)
        if len(self.members_) != 1:
            raise StudyError("members", "deep features of several networks do not go together", mend="Use 1.")
        return self.members_[0].ask(deep_features, X)

    def _learn(self, X: Any, y: NDArray[Any], groups: NDArray[Any] | None, head: Any, outputs: int) -> None:
        """Fit on rows X and codes or scaled numbers y; ``head`` is the linear model of a frozen encoder."""
        self.members_: list[FittedNetwork] = []
        self.frozen_: FrozenEncoder | None = None
        stored = freeze(self.encoder, download=self.download)
        self.encoder_sha256_ = stored.sha256
        if self.mode == FROZEN:
            self.frozen_ = stored.set_params(bins=self.bins or 0, inputs=self._inputs()).fit(X, y)
            self.head_ = head.fit(self.frozen_.transform(X), y)
            return
        if stored.kind != "encoder":
            raise StudyError(
                "models: transfer: mode",
                "a language model cannot be fine-tuned here",
                expected=FROZEN,
                mend="Say mode: frozen, or learn an encoder of your own with: prognome pretrain.",
            )
        groups = getattr(X, "groups", None) if groups is None else groups
        seeds = [seed_of(self.random_state or 0, "transfer", member) for member in range(self.members)]
        self.members_ = [self._member(stored.weights, X, y, groups, seed, outputs) for seed in seeds]

    def _member(
        self, data: bytes, X: Any, y: NDArray[Any], groups: Any, seed: int, outputs: int
    ) -> FittedNetwork:
        aside = stopping_rows(y, groups, self.validation, seed, classes=outputs > 1)
        learn = np.setdiff1d(np.arange(len(y)), aside)
        inputs = self._inputs().fit(rows_of(X, learn), y[learn])
        trunk = read_encoder_spec(data)
        refuse_unreadable(trunk, inputs.inputs, where="models: transfer")
        spec = NetworkSpec(
            inputs.inputs,
            trunk.encoder,
            {**trunk.params, **({"bins": self.bins} if self.bins else {})},
            tuple(self.table_layers),
            tuple(self.head_layers),
            outputs,
            self.dropout,
            self.block_dropout,
        )
        training = Training(
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            patience=self.patience,
            balanced=self.class_weight == "balanced",
            precision=self.precision,  # type: ignore[arg-type]
            device=self.device,
            augmentation=Augmentation(self.shift, self.mutate, self.noise, self.mix),
        )
        done = train(
            spec,
            inputs.rows(X),
            y,
            aside,
            training,
            seed=seed,
            start=start_from(data),
            groups_of_parameters=layer_wise(self.learning_rate, self.layer_decay),
            awake=unfreeze_gradually(self.head_first),
        )
        return FittedNetwork.of(done, inputs)

    def _inputs(self) -> NetworkInputs:
        return NetworkInputs(self.prepare, self.blocks, (), self.length)

    def _said(self, X: Any) -> Array:
        """(n, outputs) means over the fine-tuned networks."""
        return np.asarray(np.mean([member.ask(say, X) for member in self.members_], axis=0))


class TransferClassifier(ClassifierMixin, _Transfer):
    """Transfer for two or more classes; parameters and what is learned as in ``_Transfer``."""

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit on a cohort, texts or a frame ``ref alt``, and (n,) classes; groups stay whole."""
        self._validate_params()
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("transfer needs at least two classes")
        head = PenalisedLogistic(C=self.variance, class_weight=self.class_weight)
        self._learn(X, codes, groups, head, len(self.classes_))
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        check_is_fitted(self, "members_")
        if self.frozen_ is not None:
            return np.asarray(self.head_.predict_proba(self.frozen_.transform(X)))
        return self._said(X)

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class TransferRegressor(RegressorMixin, _Transfer):
    """Transfer for numbers; parameters and what is learned as in ``_Transfer``.

    Besides, **learns** mean and standard deviation of the target.
    """

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit on a cohort, texts or a frame ``ref alt``, and (n,) numbers; groups stay whole."""
        self._validate_params()
        y = np.asarray(y, dtype=np.float64)
        self.target_mean_, self.target_spread_ = float(y.mean()), float(y.std()) or 1.0
        scaled = (y - self.target_mean_) / self.target_spread_
        head = PenalisedLinear(alpha=VARIANCE / self.variance)
        self._learn(X, scaled, groups, head, 1)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        check_is_fitted(self, "members_")
        said = self._said(X)[:, 0] if self.frozen_ is None else self.head_.predict(self.frozen_.transform(X))
        return np.asarray(said * self.target_spread_ + self.target_mean_)


_SPACE: Space = {
    "mode": Choice((FROZEN, FINETUNE)),
    "bins": Choice((None, 1, 4)),
    "variance": Real(0.3, 30.0, log=True),
    "learning_rate": Real(5e-4, 5e-3, log=True),
    "layer_decay": Choice((0.5, 0.8, 1.0)),
}
TRANSFER = Family(Learner(TransferClassifier, {}, _SPACE), Learner(TransferRegressor, {}, _SPACE))
