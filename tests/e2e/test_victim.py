"""The wheel that the killed cloud runs is the shipped one with texts changed that are there."""

import ast
import io
import zipfile
from pathlib import Path

from infra.wheel import build_wheel
from tests.e2e.victim import edited


def test_the_shipped_wheel_can_be_changed_so(tmp_path: Path) -> None:
    """Each changed text stands in the declaration once, and promotion still has what is held: `apply` of a `Move`."""
    shipped = build_wheel().path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(edited(shipped, hold=tmp_path, manual=True))) as wheel:
        code = wheel.read("ml/release/alias_moves.py").decode()
        declaration = wheel.read("ml/usecases/credit/declaration.py").decode()
    functions = [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef) and node.name == "apply"]
    shipped_apply, held_apply = functions
    names = [[argument.arg for argument in one.args.args] for one in functions]
    assert names == [["subject", "move"], ["subject", "move", "unheld"]]
    assert [ast.unparse(argument.annotation) for argument in shipped_apply.args.args if argument.annotation] == [
        ast.unparse(argument.annotation) for argument in held_apply.args.args if argument.annotation
    ]
    assert "SignOff.MANUAL" in declaration
