"""Which test calls which route of a local cloud that runs in the tests' own process.

Loaded by `tests/localcloud/conftest.py`. With `RECORD_WITNESSES` set it writes `witnesses.json`;
without, it fails the run if a test that `witnesses.json` names ran, and neither it nor another one called its route.
"""

import json
import os
from collections import defaultdict
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localcloud import app as application
from localcloud.kernel.cloud import Cloud
from localcloud.parity import WITNESSES, names, rows

# Row of the list -> tests that called it and were not refused.
_called: defaultdict[str, set[str]] = defaultdict(set)
_passed: set[str] = set()
_services: dict[str, str] = {}
_names: dict[Any, str] = {}


def watch() -> None:
    """Let every application that is made from now on report the handlers that answer."""
    make = application.create_app

    def watched(cloud: Cloud) -> FastAPI:
        app = make(cloud)
        if not _names:
            # Every application has the same routes.
            _names.update(names(app))
            _services.update((row.name, row.service) for row in rows(app))
        app.add_middleware(_Reporter, rows_of_handlers=_names)
        return app

    application.create_app = watched


class _Reporter:
    """ASGI middleware that notes which handler answered, and for which test, unless it refused."""

    def __init__(self, app: ASGIApp, rows_of_handlers: dict[Any, str]) -> None:
        self._app = app
        self._rows = rows_of_handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]

        async def note(message: Message) -> None:
            row = self._rows.get(scope.get("endpoint"))
            if row and message["type"] == "http.response.start" and message["status"] < 400:
                _called[row].add(test)
            await send(message)

        await self._app(scope, receive, note)


def passed(report: pytest.TestReport) -> None:
    """Note a test that passed."""
    if report.when == "call" and report.passed:
        _passed.add(report.nodeid)


def record() -> None:
    """Write a witness for each handler that a test called: of several the one that calls fewest handlers."""
    before = json.loads(WITNESSES.read_text(encoding="utf-8")) if WITNESSES.exists() else {}
    handlers: defaultdict[str, int] = defaultdict(int)
    for tests in _called.values():
        for test in tests:
            handlers[test] += 1
    found = {
        name: min(tests & _passed, key=lambda test: (_home(name) not in test, handlers[test], test))
        for name, tests in _called.items()
        if tests & _passed
    }
    kept = {name: test for name, test in before.items() if name not in found}
    WITNESSES.write_text(json.dumps(dict(sorted((kept | found).items())), indent=1) + "\n", encoding="utf-8")


def silent() -> list[str]:
    """Witnesses that passed in this run without calling their route, where no other test that passed called it.

    A module's shared fixture calls for whichever test comes first, so which one it is differs from run to run.
    """
    known: dict[str, Any] = json.loads(WITNESSES.read_text(encoding="utf-8"))
    return [
        f"{test} does not call {name}"
        for name, test in known.items()
        if test in _passed and not _called[name] & _passed
    ]


def _home(name: str) -> str:
    return f"/services/{_services[name]}/"
