"""`docs/parity.md`: what the local cloud answers, and the tests that have seen it."""

import ast
import json
from pathlib import Path
from typing import Any, cast

import pytest

from localcloud.app import create_app
from localcloud.parity import PAGE, WITNESSES, Row, page, rows


@pytest.fixture(scope="module")
def ledger() -> list[Row]:
    """A row per REST route of the local cloud."""
    return rows(create_app(cast(Any, None)))


@pytest.fixture(scope="module")
def witnesses() -> dict[str, str]:
    """The test that saw each route answer."""
    return cast(dict[str, str], json.loads(WITNESSES.read_text(encoding="utf-8")))


def test_every_route_has_a_witness(ledger: list[Row], witnesses: dict[str, str]) -> None:
    """A route that no test calls is not offered. `make parity` records who calls what."""
    assert [row.name for row in ledger if row.name not in witnesses] == []


def test_no_witness_is_of_a_route_that_went(ledger: list[Row], witnesses: dict[str, str]) -> None:
    """The record names routes that exist."""
    assert witnesses.keys() - {row.name for row in ledger} == set()


def test_every_witness_is_a_test(witnesses: dict[str, str], root: Path) -> None:
    """Each witness is a function of a test file in this repository."""
    known = {file: _functions(root / file) for file in {test.partition("::")[0] for test in witnesses.values()}}
    lost = [test for test in witnesses.values() if _function(test) not in known[test.partition("::")[0]]]
    assert lost == []


def test_the_page_is_what_the_ledger_says(ledger: list[Row], witnesses: dict[str, str]) -> None:
    """`docs/parity.md` is written by `make parity` and by nothing else."""
    assert PAGE.read_text(encoding="utf-8") == page(ledger, witnesses)


def _function(test: str) -> str:
    return test.partition("::")[2].partition("[")[0]


def _functions(file: Path) -> set[str]:
    if not file.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}
