"""One HTML file from a run folder."""
from pathlib import Path
def write_report(folder: Path) -> None:
    """Write."""
