"""No test measures time: on a busy machine it would fail without a mistake. Figures belong to `bench/`."""

import ast
from pathlib import Path

import pytest

CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "monotonic_ns", "perf_counter_ns", "time"}


def measures(code: str) -> list[int]:
    """Lines that subtract from what a clock says now. Waiting until a deadline is another thing, and is allowed."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and isinstance(node.left, ast.Call)
        and isinstance(node.left.func, ast.Attribute)
        and isinstance(node.left.func.value, ast.Name)
        and (node.left.func.value.id, node.left.func.attr) in {("time", clock) for clock in CLOCKS}
    ]


def test_no_test_measures_time(root: Path) -> None:
    """In any room."""
    found = {
        f"{path.relative_to(root)}:{line}"
        for path in (root / "tests").rglob("*.py")
        for line in measures(path.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("import time\ntook = time.process_time() - started\nassert took < 3", [2]),
        ("import time\nassert time.monotonic() - started < 10", [2]),
        ("import time\nwhile time.monotonic() < deadline: pass", []),
        ("import time\ndeadline = time.monotonic() + 5", []),
    ],
)
def test_what_counts_as_measuring(code: str, lines: list[int]) -> None:
    """Elapsed time, wherever it is compared; not a deadline."""
    assert measures(code) == lines
