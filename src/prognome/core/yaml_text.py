"""YAML as the study language means it: safe, YAML 1.2 words, no repeated key, every key's line known."""

from __future__ import annotations

import pathlib
import re
from typing import Any

import yaml

from prognome.errors import StudyError

Path = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """The safe loader with the core schema of YAML 1.2.

    ``no``, ``on`` and ``yes`` stay words (a class may be called NO), dates stay text, ``1e-3`` is a number.
    """


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag
        not in {
            "tag:yaml.org,2002:bool",
            "tag:yaml.org,2002:timestamp",
            "tag:yaml.org,2002:float",
            "tag:yaml.org,2002:int",
        }
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)


def _number(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:int", _number)  # 007 is seven, never octal


def read_yaml(path: pathlib.Path, *, absent: str) -> tuple[Any, dict[Path, int]]:
    """As :func:`parse_yaml`, of a file; ``absent`` says what to do where there is none.

    Raises
    ------
    StudyError
        If the file cannot be read, or is no YAML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise StudyError(str(path), "there is no such file", mend=absent) from error
    except UnicodeDecodeError as error:
        raise StudyError(str(path), "is not UTF-8 text", mend="A study is a YAML text file.") from error
    except OSError as error:
        raise StudyError(str(path), f"cannot be read; {error.strerror}") from error
    return parse_yaml(text, where=str(path))


def parse_yaml(text: str, *, where: str) -> tuple[Any, dict[Path, int]]:
    """Parse one document.

    Parameters
    ----------
    text
        The document.
    where
        The file's name, for messages.

    Returns
    -------
    The plain data, and the line (from 1) of every key and list item by its path.

    Raises
    ------
    StudyError
        If it is not YAML, or a key stands twice.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Path, int] = {}
        if node is None:
            return None, lines
        _note_lines(node, (), lines, where)
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{where}, line {mark.line + 1}" if mark else where
        raise StudyError(
            place,
            f"is not valid YAML; {error.problem or error.context}",
            mend="Look at the indentation, colons and quotes on that line and the one above.",
        ) from error
    except yaml.YAMLError as error:
        raise StudyError(
            where, "is not valid YAML", mend="Save it as plain UTF-8 text without control characters."
        ) from error
    finally:
        loader.dispose()


def _note_lines(node: yaml.Node, path: Path, lines: dict[Path, int], where: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise StudyError(
                    f"{where}, line {key.start_mark.line + 1}",
                    f"key '{name}' stands twice in the same mapping",
                    mend="Keep one of them.",
                )
            seen.add(name)
            lines[(*path, name)] = key.start_mark.line + 1
            _note_lines(value, (*path, name), lines, where)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            lines[(*path, place)] = value.start_mark.line + 1
            _note_lines(value, (*path, place), lines, where)


def write_yaml(data: Any) -> str:
    """Write plain data so that :func:`parse_yaml` reads the same back."""

    class Dumper(yaml.SafeDumper):
        pass

    Dumper.yaml_implicit_resolvers = {  # quote what either dialect might take for something else
        first: list(yaml.SafeDumper.yaml_implicit_resolvers.get(first, []))
        + list(_Loader.yaml_implicit_resolvers.get(first, []))
        for first in {*yaml.SafeDumper.yaml_implicit_resolvers, *_Loader.yaml_implicit_resolvers}
    }
    text: str = yaml.dump(
        data, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110
    )
    return text
