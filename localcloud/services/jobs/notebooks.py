"""A Python notebook as one program. Pure.

Cells are joined at their own lines, so that the numbers in a trace are the notebook's. Text cells are left out; of the
other magic commands only `%python` is run here.
"""

import json
import re
from collections.abc import Iterator

_COMMAND = "# COMMAND ----------"
_MAGIC = re.compile(r"# MAGIC ?")
_DROPPED = ("%md", "%md-sandbox")


class NotebookError(ValueError):
    """A notebook that cannot be run here; the message names the cell and the reason."""


def program(content: str, *, language: str, form: str) -> str:
    """The Python code of a notebook in `form` SOURCE or JUPYTER. Raises NotebookError for unsupported cells."""
    if language != "PYTHON":
        raise NotebookError(f"the notebook is in {language}: the local cloud runs notebooks in PYTHON")
    cells = _jupyter(content) if form == "JUPYTER" else _source(content)
    return "\n".join(_code(number, cell) for number, cell in enumerate(cells, start=1))


def _source(content: str) -> Iterator[list[str]]:
    cell: list[str] = []
    for line in content.splitlines():
        cell.append("" if line.startswith(_COMMAND) else line)
        if line.startswith(_COMMAND):
            yield cell
            cell = []
    yield cell


def _jupyter(content: str) -> Iterator[list[str]]:
    try:
        cells = json.loads(content)["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotebookError(f"the notebook is not a Jupyter notebook: {error}") from error
    for cell in cells:
        text = "".join(cell.get("source") or [])
        yield text.splitlines() if cell.get("cell_type") == "code" else []


def _code(number: int, cell: list[str]) -> str:
    lines = [_MAGIC.sub("", line, count=1) if line.startswith("# MAGIC") else line for line in cell]
    first = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("# Databricks")), None)
    if first is None or not lines[first].startswith("%"):
        return "\n".join(lines)
    magic = lines[first].split()[0]
    if magic in _DROPPED:
        return "\n" * (len(lines) - 1)
    if magic != "%python":
        raise NotebookError(f"cell {number} begins with {magic}: the local cloud runs %python and leaves out %md")
    lines[first] = lines[first].removeprefix(magic).strip()
    return "\n".join(lines)
