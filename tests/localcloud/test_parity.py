"""`docs/parity.md`: what the local cloud answers, and the tests that have seen it."""

import ast
import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import pytest

from localcloud.app import create_app
from localcloud.behaviours import behaviours, section
from localcloud.parity import PAGE, WITNESSES, Row, page, rows
from localcloud.recorded import section as refused


@pytest.fixture(scope="module")
def listed() -> list[Row]:
    """A row per REST route of the local cloud."""
    return rows(create_app(cast(Any, None)))


@pytest.fixture(scope="module")
def witnesses() -> dict[str, str]:
    """The test that saw each route answer."""
    return cast(dict[str, str], json.loads(WITNESSES.read_text(encoding="utf-8")))


def test_every_route_has_a_witness(listed: list[Row], witnesses: dict[str, str]) -> None:
    """A route that no test calls is not offered. `make parity` records who calls what."""
    assert [row.name for row in listed if row.name not in witnesses] == []


def test_no_witness_is_of_a_route_that_went(listed: list[Row], witnesses: dict[str, str]) -> None:
    """The record names routes that exist."""
    assert witnesses.keys() - {row.name for row in listed} == set()


def test_every_witness_is_a_test(witnesses: dict[str, str], root: Path) -> None:
    """Each witness is a function of a test file in this repository."""
    assert _lost(witnesses.values(), root) == []


def test_every_behaviour_has_a_witness(root: Path) -> None:
    """A behaviour that no test would miss is not claimed; the suite runs its witness like any other test."""
    assert _lost((each.witness for each in behaviours()), root) == []


def test_every_behaviour_is_declared_once() -> None:
    """Two rows of the same words would be one."""
    said = [(each.area, each.does) for each in behaviours()]
    assert [each for each in said if said.count(each) > 1] == []


def test_every_area_of_the_page_has_a_behaviour(root: Path) -> None:
    """What `docs/localcloud.md` claims in its table is held by a witness, and nothing is declared past it."""
    lines = (root / "docs" / "localcloud.md").read_text(encoding="utf-8").splitlines()
    start = lines.index("| area | behaviour | how |") + 2
    table = itertools.takewhile(lambda line: line.startswith("|"), lines[start:])
    assert {line.split("|")[1].strip() for line in table} == {each.area for each in behaviours()}


def test_every_service_says_what_it_does(root: Path) -> None:
    """A new service declares its behaviours beside its routes."""
    services = [path for path in (root / "localcloud" / "services").iterdir() if (path / "__init__.py").exists()]
    assert [path.name for path in services if not (path / "behaviours.py").exists()] == []


def test_the_page_is_what_the_routes_say(listed: list[Row], witnesses: dict[str, str]) -> None:
    """`docs/parity.md` is written by `make parity` and by nothing else."""
    assert PAGE.read_text(encoding="utf-8") == page(listed, witnesses, [*section(behaviours()), *refused()])


def _lost(tests: Iterable[str], root: Path) -> list[str]:
    """Those of `tests` whose file has no such function."""
    named = list(tests)
    known = {file: _functions(root / file) for file in {test.partition("::")[0] for test in named}}
    return [test for test in named if _function(test) not in known[test.partition("::")[0]]]


def _function(test: str) -> str:
    return test.partition("::")[2].partition("[")[0]


def _functions(file: Path) -> set[str]:
    if not file.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}
