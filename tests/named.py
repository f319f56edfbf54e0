"""The tests that the repository has, by name, for texts that name them as proof."""

import ast
from itertools import chain
from pathlib import Path


def named_tests(file: Path) -> set[str]:
    """The functions of a file, or of every test file below a folder, whose names begin with `test_`."""
    files = [file] if file.is_file() else sorted(file.rglob("test_*.py"))
    trees = (ast.parse(each.read_text(encoding="utf-8")) for each in files)
    functions = (node for node in chain.from_iterable(map(ast.walk, trees)) if isinstance(node, ast.FunctionDef))
    return {function.name for function in functions if function.name.startswith("test_")}
