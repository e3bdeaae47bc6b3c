"""The menu of steps can be read without anything heavy."""

import subprocess
import sys


def test_reading_the_menu_imports_neither_scikit_learn_nor_pandas():
    code = (
        "import sys; from prognome.prepare.catalog import STEPS; names = STEPS.names;"
        "print(len(names), [m for m in ('sklearn', 'pandas', 'numpy', 'scipy') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "30 []"
