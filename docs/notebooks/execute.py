"""Execute the notebooks beside this file and write down what their cells print.

`python docs/notebooks/execute.py DIRECTORY` runs them in a directory that holds a release, called
`release`. No Jupyter is needed: cells are Python, and what they print is their output.
"""

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Notebook = dict[str, Any]


def notebooks() -> list[Path]:
    """List the notebooks, in the order of their names."""
    return sorted(HERE.glob("*.ipynb"))


def read_notebook(file: Path) -> Notebook:
    """Read a notebook."""
    notebook: Notebook = json.loads(file.read_text(encoding="utf-8"))
    return notebook


def executed(notebook: Notebook, directory: Path) -> Notebook:
    """Run the cells of a notebook one after the other in a directory; give it with its outputs."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    cells, count = [], 0
    with contextlib.chdir(directory):
        for cell in notebook["cells"]:
            if cell["cell_type"] != "code":
                cells.append(cell)
                continue
            count += 1
            printed = _printed("".join(cell["source"]), namespace)
            output = {"name": "stdout", "output_type": "stream", "text": printed}
            outputs = [output] if printed else []
            cells.append(cell | {"execution_count": count, "outputs": outputs})
    return notebook | {"cells": cells}


def _printed(source: str, namespace: dict[str, Any]) -> list[str]:
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        exec(compile(source, "cell", "exec"), namespace)  # noqa: S102  # our own cells
    return stream.getvalue().splitlines(keepends=True)


def main() -> None:
    """Execute every notebook in the directory named on the command line."""
    directory = Path(sys.argv[1])
    for file in notebooks():
        notebook = executed(read_notebook(file), directory)
        file.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.write(1, f"{file.name}\n".encode())


if __name__ == "__main__":
    main()
