"""Whether the stages of `ml` know no problem and no length of a period: `python .ci/vocabulary.py`, run by `make lint`.

What is asked of a yes or no alone lies in `ml/problems/` and below, and how long a period is in the use case's
declaration. A stage that says one of these words, in a name or in a text that is no docstring, would have to change for
another kind of question, or for a use case of days. Comments and docstrings may use them.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("ingest", "features", "training", "gates", "release", "scoring", "monitoring")
WORDS = ("probability", "roc_auc", "log_loss", "brier", "month")
_FOUND = re.compile("|".join(WORDS), re.IGNORECASE)
_NAMED = (
    (ast.Name, "id"),
    (ast.Attribute, "attr"),
    (ast.arg, "arg"),
    (ast.keyword, "arg"),
    (ast.FunctionDef, "name"),
    (ast.ClassDef, "name"),
    (ast.alias, "name"),
)


def _docstrings(tree: ast.Module) -> set[int]:
    """The ids of the nodes that are docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }


def found(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each name and each string in `source` that has one of the words. Pure."""
    tree = ast.parse(source)
    prose = _docstrings(tree)
    for node in ast.walk(tree):
        said = [str(getattr(node, name)) for kind, name in _NAMED if isinstance(node, kind)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            said.append(node.value)
        for text in said:
            if _FOUND.search(text):
                yield getattr(node, "lineno", 0), text


def main(root: Path) -> int:
    """1 if a room under `root` has a word, each named; else 0."""
    files = sorted(file for room in ROOMS for file in (root / room).rglob("*.py"))
    if not files:
        print(f"{root} has none of the rooms {', '.join(ROOMS)}: run this in the root of the repository")
        return 1
    wrong = [f"{file}:{line}: {text!r}" for file in files for line, text in found(file.read_text())]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    if wrong:
        print(
            f"stages know no problem and no length of a period: instead of {', '.join(WORDS)}, ask the problem or the "
            "calendar of the use case"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path("ml")))
