"""A pytest plugin: gives every test the markers of what it needs, and watches over those that need nothing."""

import functools
import subprocess
from collections.abc import Generator
from typing import Any

import pytest

from tests.needs import FAST, NEEDS, needs_of, started_by


class Watch:
    """Notes which processes this one starts.

    Not by an audit hook, which Python calls for every `id()` too: with one, a deep copy takes four times as long.
    """

    def __init__(self) -> None:
        self.seen: set[str] = set()
        start = subprocess.Popen.__init__

        @functools.wraps(start)
        def noting(process: Any, args: Any, *more: Any, **named: Any) -> None:
            self._note(args)
            start(process, args, *more, **named)

        subprocess.Popen.__init__ = noting  # type: ignore[method-assign]

    def _note(self, args: Any) -> None:
        if isinstance(args, list | tuple):
            need = started_by([str(part) for part in args])
            self.seen |= {need} if need else set()


_watch: list[Watch] = []


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    for name, text in {**NEEDS, FAST: "needs nothing of the other markers"}.items():
        config.addinivalue_line("markers", f"{name}: {text}")
    if not _watch:
        _watch.append(Watch())


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark an item by what it needs; before `-m` chooses."""
    found = needs_of(item)
    for name in found or {FAST}:
        item.add_marker(name)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The demo comes last: by then the fast half, which runs beside the others, leaves it the machine."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Forget what earlier tests started."""
    _watch[0].seen.clear()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that is `fast` and is not."""
    result = yield
    if _watch[0].seen and item.get_closest_marker(FAST):
        found = ", ".join(sorted(_watch[0].seen))
        pytest.fail(f"it starts: {found}. Mark it, or the fixture that does with @starts (tests/needs.py)")
    return result
