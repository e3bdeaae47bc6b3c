"""From the blocks of a cohort to one matrix of numbers: each block through its own steps, side by side."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from prognome.core.cohort import Cohort
from prognome.core.fit import takes_groups
from prognome.core.table import is_number
from prognome.errors import DataError, PrognomeError, StudyError, nearest, number_rows
from prognome.prepare.allowed import refuse_values
from prognome.prepare.catalog import STEPS
from prognome.prepare.columns import Mask, Names, Numbers, default_names, list_names
from prognome.prepare.shared_steps import apply_step, fit_step, name_rows, name_table

Chain = list[tuple[str, Any]]

DEFAULT_STEPS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "table": [
        ("encode.ordinal", {"ordered_only": True}),
        ("encode.onehot", {}),
        ("impute.median", {}),
        ("clean.constant", {}),
        ("scale.zscore", {}),
    ],
    "sequence": [
        ("encode.position", {}),
        ("encode.kmer", {}),
        ("impute.median", {}),
        ("clean.constant", {}),
        ("scale.zscore", {}),
    ],
}
_FEW_LETTERS_OF_PROTEIN = [1, 2]


class Fuse(TransformerMixin, BaseEstimator):
    """Each block through its own chain of steps; the results side by side in one matrix of numbers.

    Of an optional block (one that the cohort says some rows lack) the steps learn from the rows that have
    it. A row that lacks it gets, in each of the block's columns, the mean over the training rows that have
    it, and 1.0 in a last column ``BLOCK=absent``, which is 0.0 for the others.

    **Learns** ``chains_`` (block → its fitted steps), ``feature_names_`` and ``feature_blocks_`` ((total,)
    name and block of each output column), ``optional_`` (blocks that may be absent), ``means_`` (optional
    block → mean of each of its columns), all from the rows given to ``fit``.

    Parameters
    ----------
    steps
        Block → named steps, in order.
    blocks
        Which blocks, in order; by default all that ``steps`` names.
    """

    def __init__(self, steps: dict[str, Chain], blocks: list[str] | None = None) -> None:
        self.steps = steps
        self.blocks = blocks

    @property
    def holds_training_rows(self) -> bool:
        """Whether a step keeps rows that it was fitted on, so that sharing it shares them."""
        return any(getattr(step, "holds_training_rows", False) for _, _, step in self._named_steps())

    def fit(self, X: Any, y: ArrayLike | None = None) -> Self:
        """Learn every step of every block from these rows.

        Parameters
        ----------
        X
            A cohort; or, for a single block, a frame or a plain array.
        y
            (n,) target for the steps that need it; by default the cohort's.

        Raises
        ------
        DataError
            If a block is not there, or its steps leave missing values, infinity, categories, or nothing.
        """
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: ArrayLike | None = None) -> Numbers:
        """Learn from these rows and transform them; as ``fit`` and then ``transform``, but once."""
        names = list(self.steps) if self.blocks is None else list(self.blocks)
        for name in names:
            if name not in self.steps:
                raise StudyError("prepare", f"no steps for block '{name}'", mend=nearest(name, self.steps))
        if y is None and isinstance(X, Cohort):
            y = X.target
        target = None if y is None else np.asarray(y)
        groups = X.groups if isinstance(X, Cohort) else None
        self.chains_: dict[str, Chain] = {}
        self.means_: dict[str, Numbers] = {}
        self.optional_ = [name for name in names if isinstance(X, Cohort) and name in X.present]
        made: dict[str, Numbers] = {}
        features: list[str] = []
        owners: list[str] = []
        for name in names:
            frame, here = _read_block(X, name, names, self.optional_)
            if frame is None or not here.any():
                raise DataError(f"block {name}", f"none of the {len(here):,} training rows has it")
            frame = frame if here.all() else frame.take(np.flatnonzero(here))
            self.chains_[name] = [(step, clone(estimator)) for step, estimator in self.steps[name]]
            known = target if target is None or here.all() else target[here]
            together = groups if groups is None or here.all() else groups[here]
            table = name_table(X, name, y)
            values, columns = _run(name, self.chains_[name], frame, known, together, table, fit=True)
            if name in self.optional_:
                self.means_[name] = values.mean(axis=0)
                values = self._with_absent(name, values, here)
            made[name] = values
            features += [f"{name}:{column}" for column in columns]
            features += [f"{name}=absent"] * (name in self.optional_)
            owners += [name] * values.shape[1]
        if not features:
            raise DataError(
                "prepare", "no column is left after the steps", mend="Loosen the steps that drop columns."
            )
        self.feature_names_ = np.array(features, dtype=np.str_)
        self.feature_blocks_ = np.array(owners, dtype=np.str_)
        self.n_features_in_ = sum(width_of(X, name) for name in names)
        return _side_by_side(made)

    def transform(self, X: Any) -> Numbers:
        """The matrix of these rows.

        Parameters
        ----------
        X
            As for ``fit``.

        Returns
        -------
        (n, total) numbers, all finite, C-contiguous.
        """
        check_is_fitted(self)
        names = list(self.chains_)
        made: dict[str, Numbers] = {}
        for name in names:
            frame, here = _read_block(X, name, names, self.optional_)
            width = int((self.feature_blocks_ == name).sum()) - (name in self.optional_)
            if frame is None or not here.any():
                values = np.empty((0, width))
            else:
                part = frame if here.all() else frame.take(np.flatnonzero(here))
                values, _ = _run(name, self.chains_[name], part, None, None, name_rows(X), fit=False)
            made[name] = self._with_absent(name, values, here) if name in self.optional_ else values
        return _side_by_side(made)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Names:
        """(total,) ``BLOCK:FEATURE`` of each output column, and ``BLOCK=absent``."""
        check_is_fitted(self)
        return self.feature_names_.astype(object)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters; with ``deep`` those of the steps too, as ``BLOCK__STEP__PARAMETER``."""
        params: dict[str, Any] = {"steps": self.steps, "blocks": self.blocks}
        if deep:
            for block, name, step in self._named_steps():
                params[f"{block}__{name}"] = step
                inner = step.get_params(deep=True)
                params.update({f"{block}__{name}__{key}": value for key, value in inner.items()})
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters by the names that ``get_params`` gives.

        Raises
        ------
        StudyError
            If there is no such parameter.
        """
        for key in ("steps", "blocks"):
            if key in params:
                setattr(self, key, params.pop(key))
        for key, value in params.items():
            if key not in self.get_params(deep=True):
                raise StudyError("prepare", f"no parameter '{key}'", mend=nearest(key, self.get_params()))
            for block, name, step in self._named_steps():
                prefix = f"{block}__{name}"
                if key == prefix:
                    chain = [(other, value if other == name else old) for other, old in self.steps[block]]
                    self.steps = {**self.steps, block: chain}
                elif key.startswith(f"{prefix}__"):
                    step.set_params(**{key.removeprefix(f"{prefix}__"): value})
        return self

    def __sklearn_clone__(self) -> Self:
        fresh = {block: [(name, clone(step)) for name, step in chain] for block, chain in self.steps.items()}
        return type(self)(steps=fresh, blocks=None if self.blocks is None else list(self.blocks))

    def _named_steps(self) -> list[tuple[str, str, Any]]:
        return [(block, name, step) for block, chain in self.steps.items() for name, step in chain]

    def _with_absent(self, name: str, values: Numbers, here: Mask) -> Numbers:
        whole = np.empty((len(here), len(self.means_[name]) + 1))
        whole[here, :-1] = values
        whole[~here, :-1] = self.means_[name]
        whole[:, -1] = ~here
        return whole


def fuse(
    prepare: Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]],
    blocks: Sequence[str],
    *,
    random_state: int | None = 0,
) -> Fuse:
    """A fresh, unfitted :class:`Fuse` from names on the menu.

    Parameters
    ----------
    prepare
        Block → (step, parameters) in order; a block not named gets :func:`default_steps`.
    blocks
        Which blocks, in order.
    random_state
        For every step that draws and is not told otherwise.

    Raises
    ------
    StudyError
        For a step, parameter or value that does not exist, with the nearest that does.
    """
    steps: dict[str, Chain] = {}
    for block in blocks:
        chain: Chain = []
        for name, params in prepare.get(block, default_steps("table")):
            step = build_step(name, params, where=f"prepare: {block}", random_state=random_state)
            count = sum(known.partition("#")[0] == name for known, _ in chain)
            chain.append((f"{name}#{count + 1}" if count else name, step))
        steps[block] = chain
    return Fuse(steps, blocks=list(blocks))


def build_step(name: str, params: Mapping[str, Any], *, where: str, random_state: int | None = 0) -> Any:
    """One unfitted step from the menu, its parameters checked.

    Parameters
    ----------
    name
        On the menu :data:`~prognome.prepare.catalog.STEPS`.
    params
        Name → value.
    where
        For messages.
    random_state
        For a step that draws and is not told otherwise.

    Raises
    ------
    StudyError
        For a step, parameter or value that does not exist.
    """
    step = STEPS.find(name, where=where).load()
    where = f"{where}: {name}"
    known = list(inspect.signature(step).parameters)
    for key in params:
        if key not in known:
            mend = nearest(str(key), known) or "It takes no parameters."
            raise StudyError(where, f"no parameter is called '{key}'", mend=mend)
    refuse_values(where, params, getattr(step, "ALLOWED", {}))
    params = settled(name, params, where=where)
    if "random_state" in known:
        params = {"random_state": random_state, **params}
    return step(**params)


def settled(name: str, params: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    """The parameters of a step with the files read that they point to, so that they say all by themselves.

    Parameters
    ----------
    name, params, where
        As for :func:`build_step`.

    Raises
    ------
    StudyError
        For a step that does not exist, or a file that cannot be read.
    """
    settle = getattr(STEPS.find(name, where=where).load(), "settle", None)
    return dict(params) if settle is None else settle(params, where=f"{where}: {name}")


def default_steps(
    kind: str, *, alphabet: str = "dna", both_strands: bool = False
) -> list[tuple[str, dict[str, Any]]]:
    """The steps of a block about which the study says nothing.

    Parameters
    ----------
    kind
        Kind of block: ``table`` or ``sequence``.
    alphabet
        Of a block of sequences: ``dna``, ``rna`` or ``protein``.
    both_strands
        Of a block of sequences: whether both strands say the same, that is where it is not ``stranded``.
        Positions then mean nothing, and are left out.
    """
    if kind not in DEFAULT_STEPS:
        raise StudyError("prepare", f"no default steps for a block of kind '{kind}'")
    steps = [(name, dict(params)) for name, params in DEFAULT_STEPS[kind]]
    told: dict[str, dict[str, Any]] = {"encode.position": {}, "encode.kmer": {}}
    if alphabet != "dna":
        told = {name: {"alphabet": alphabet} for name in told}
    if alphabet == "protein":
        told["encode.kmer"]["k"] = list(_FEW_LETTERS_OF_PROTEIN)
    if both_strands:
        told["encode.kmer"]["both_strands"] = True
        steps = [(name, params) for name, params in steps if name != "encode.position"]
    return [(name, {**params, **told.get(name, {})}) for name, params in steps]


def width_of(X: Any, name: str) -> int:
    """Columns of one block before any step."""
    return int(X.blocks[name].shape[1] if isinstance(X, Cohort) else np.shape(X)[1])


def _read_block(X: Any, name: str, names: list[str], optional: list[str]) -> tuple[pd.DataFrame | None, Mask]:
    """The block's table and which rows have it; None where an optional block is not there at all."""
    if not isinstance(X, Cohort):
        if len(names) != 1:
            raise DataError(
                "prepare", f"got a {type(X).__name__} for {len(names)} blocks", expected="a Cohort"
            )
        if isinstance(X, pd.DataFrame):
            return X, np.ones(len(X), dtype=bool)
        array = np.asarray(X)
        if array.ndim != 2 or array.dtype.kind not in "fiub":
            raise DataError(f"block {name}", "got an array that is not rows by columns of numbers")
        frame = pd.DataFrame(array, columns=pd.Index(default_names(array.shape[1]), dtype=object))
        return frame, np.ones(len(frame), dtype=bool)
    if name not in X.blocks:
        if name in optional:
            return None, np.zeros(len(X), dtype=bool)
        raise DataError("cohort", f"holds no block '{name}'", mend=nearest(name, X.blocks))
    here = np.asarray(X.present.get(name, np.ones(len(X), dtype=bool)), dtype=bool)
    if name not in optional and not here.all():
        raise DataError(
            f"block {name}",
            f"is absent in {number_rows(np.flatnonzero(~here).tolist())}, and was not optional in training",
            mend="Leave these rows out, or train with the block set to optional: true.",
        )
    return X.blocks[name].frame, here


def _run(
    block: str, chain: Chain, frame: pd.DataFrame, y: Any, groups: Any, table: str | None, *, fit: bool
) -> tuple[Numbers, list[str]]:
    """One block through its steps, then checked: finite numbers throughout.

    ``table`` names the rows, so that equal work is done once; where steps are fitted, ``chain`` gets those
    that did it.
    """
    for place, (name, step) in enumerate(chain):
        try:
            if fit:
                known = {"groups": groups} if groups is not None and takes_groups(step) else {}
                step, made, table = fit_step(step, frame, y, known, table)
                chain[place] = (name, step)
            else:
                made = apply_step(step, frame, table)
        except PrognomeError as error:
            raise type(error)(
                f"block {block}: {error.where}",
                error.problem,
                seen=error.seen,
                expected=error.expected,
                mend=error.mend,
            ) from error
        if not isinstance(made, pd.DataFrame):  # another package's step
            names = step.get_feature_names_out(np.asarray(frame.columns, dtype=object))
            made = pd.DataFrame(np.asarray(made), columns=pd.Index(names, dtype=object), index=frame.index)
        frame = made
    names = np.array([str(name) for name in frame.columns], dtype=object)
    _refuse(block, names[~is_number(frame)], "categories", "Add encode.onehot.")
    values = frame.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        mend = "Add an imputing step such as impute.median."
        _refuse(block, names[np.isnan(values).any(axis=0)], "missing values", mend)
        _refuse(block, names[np.isinf(values).any(axis=0)], "infinity", "Say that it is missing.")
    return values, names.tolist()


def _refuse(block: str, names: Names, what: str, mend: str) -> None:
    if len(names):
        columns = f"{len(names):,} {'column' if len(names) == 1 else 'columns'}"
        raise DataError(
            f"block {block}",
            f"still holds {what} in {columns} after its steps (first: {list_names(names)})",
            mend=mend,
        )


def _side_by_side(made: dict[str, Numbers]) -> Numbers:
    parts = list(made.values())
    whole = np.empty((len(parts[0]), sum(part.shape[1] for part in parts)))
    start = 0
    for part in parts:
        whole[:, start : start + part.shape[1]] = part
        start += part.shape[1]
    return whole
