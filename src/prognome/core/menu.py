"""A menu: the alternatives a wing offers, readable without importing any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from prognome.errors import StudyError, nearest


@dataclass(frozen=True)
class Entry:
    """One line of a menu.

    Parameters
    ----------
    name
        What a study writes.
    where
        ``module:attribute``, imported only when somebody asks for it.
    help
        One line.
    targets
        Kinds of target it serves (``binary``, ``multiclass``, ``number``, ``survival``); empty means any.
    blocks
        Kinds of block it accepts; empty means any.
    extra
        The optional dependency it needs, as in ``pip install prognome[extra]``.
    stage
        For a guard: when it is asked (``before_split``, ``training_rows``, ``external``, ``on_request``).
    """

    name: str
    where: str
    help: str
    targets: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    extra: str = ""
    stage: str = ""

    def load(self) -> Any:
        """Import what this line names."""
        module, _, attribute = self.where.partition(":")
        try:
            return getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            if not self.extra:
                raise
            raise StudyError(
                self.name,
                f"needs the package '{error.name}', which is not installed",
                mend=f"Install it with: pip install 'prognome[{self.extra}]'.",
            ) from error


class Menu:
    """Entries in their order, those of other packages after ours.

    Parameters
    ----------
    noun
        What is on the menu, for messages: ``model``, ``step``.
    entries
        Ours; the order means something (models: simple first).
    group
        Entry-point group under which other packages offer :class:`Entry` objects of their own.
    """

    def __init__(self, noun: str, entries: Sequence[Entry], *, group: str) -> None:
        self.noun = noun
        self.group = group
        self._ours = tuple(entries)

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        listed = {entry.name: entry for entry in self._ours}
        for point in entry_points(group=self.group):
            theirs = point.load()
            if theirs.name in listed:
                raise StudyError(
                    f"entry point {point.name} of {self.group}",
                    f"offers a {self.noun} under a name that is taken; seen: {theirs.name}",
                    mend="Rename it in the package that offers it.",
                )
            listed[theirs.name] = theirs
        return listed

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(self._entries)

    def rank(self, name: str) -> int:
        """The place of a name on the menu, from 0."""
        return self.names.index(name)

    def find(self, name: str, *, where: str) -> Entry:
        """The entry of that name, or an error that names the nearest one."""
        if name not in self._entries:
            raise StudyError(where, f"no {self.noun} is called '{name}'", mend=nearest(name, self.names))
        return self._entries[name]
