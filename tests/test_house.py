"""The house itself: light to import, no pickle, nothing of the workplace, menus in one place."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import prognome

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "numba", "sklearn", "pandas", "polars", "scipy", "xgboost", "skops")


@pytest.mark.parametrize(
    "call",
    [
        "import prognome",
        "import sys; sys.argv = ['prognome', '--help']; from prognome.cli.main import main; main()",
    ],
)
def test_the_package_and_its_help_load_nothing_heavy(call):
    watch = "import atexit, sys\n"
    watch += f"atexit.register(lambda: print('HEAVY', [m for m in {HEAVY!r} if m in sys.modules]))\n"
    done = subprocess.run([sys.executable, "-c", watch + call], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout


def test_what_the_package_offers_is_there():
    for name in prognome.__all__:
        assert getattr(prognome, name) is not None
    assert set(dir(prognome)) == set(prognome.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        prognome.nothing  # noqa: B018


def sources():
    return sorted((ROOT / "src").rglob("*.py"))


def test_nothing_pickles():
    pickles = re.compile(
        r"^\s*(import|from) (pickle|dill|cloudpickle)\b|joblib\.(dump|load)|torch\.load", re.M
    )
    for path in sources():
        assert not pickles.search(path.read_text(encoding="utf-8")), path


def test_nothing_prints():
    for path in sources():
        assert not re.search(r"^\s*print\(", path.read_text(), re.MULTILINE), path


def test_every_public_docstring_is_there():
    import ast

    for path in sources():
        tree = ast.parse(path.read_text())
        if path.name != "__init__.py" or path.stat().st_size:
            assert ast.get_docstring(tree), path
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path}: {node.name}"


def test_the_version_stands_in_one_place():
    assert prognome.__version__ in (ROOT / "CHANGELOG.md").read_text()
    assert f"version: {prognome.__version__}" in (ROOT / "CITATION.cff").read_text()
