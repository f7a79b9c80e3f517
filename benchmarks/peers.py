"""Other tools, each in an environment of its own."""

import subprocess
import venv
from pathlib import Path

TOOLS = Path(__file__).parent.parent / ".tools"


def python_with(name: str, *requirements: str) -> Path:
    """Return the Python of an environment under `.tools`, made with these packages if need be."""
    python = TOOLS / name / "bin" / "python"
    if not python.exists():
        venv.create(TOOLS / name, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *requirements], check=True)
    return python
