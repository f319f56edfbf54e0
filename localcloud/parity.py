"""The list of what the local cloud does: a row per REST route and behaviour. `python -m localcloud.parity` writes it.

A routes module says in `PARITY` how far its routes go and which documentation they follow; a handler that differs from
its module is named there. The tests record which of them is a row's witness (`tests/localcloud/witness.py`).
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI
from starlette.routing import BaseRoute

from localcloud.kernel.parity import Level, Parity

CHECKOUT = Path(__file__).resolve().parents[1]
WITNESSES = CHECKOUT / "tests" / "localcloud" / "witnesses.json"
PAGE = CHECKOUT / "docs" / "parity.md"
_SERVICES = "localcloud.services."
_VERSION = re.compile(r"/api/(2\.\d|\{version\})/")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One handler of a service: `name` is the first of its `routes`, each `METHOD path` with any version as `2.x`."""

    name: str
    service: str
    routes: tuple[str, ...]
    level: Level
    follows: str
    does: str


def rows(app: FastAPI) -> list[Row]:
    """A row per handler of `app`, by service and name. Raises `AttributeError` for a routes module without `PARITY`."""
    found = [_row(endpoint, routes) for endpoint, routes in _routes(app).items()]
    return sorted(found, key=lambda row: (row.service, row.name))


def names(app: FastAPI) -> dict[Any, str]:
    """The name of each handler's row."""
    return {endpoint: routes[0] for endpoint, routes in _routes(app).items()}


def page(listed: list[Row], witnesses: Mapping[str, str], behaviours: Sequence[str]) -> str:
    """The list in Markdown: the lines `behaviours`, and a table per service. A row without a witness says so."""
    counts = {level: sum(1 for row in listed if row.level == level) for level in Level}
    lines = [
        "# What the local cloud does, behaviour by behaviour and route by route",
        "",
        "Written by `make parity`. **executed**: really done; **stateful**: stored and returned as written;",
        "**echoed**: accepted and shown; **local**: Databricks has no such route. The witness is a test that calls",
        "the route and is not refused, or that fails without the behaviour. `docs/localcloud.md` describes each area.",
        "",
        f"{len(listed)} routes: " + ", ".join(f"{count} {level}" for level, count in counts.items()) + ".",
    ]
    lines += behaviours
    for service in sorted({row.service for row in listed}):
        lines += ["", f"## {service}", "", "| route | what | level | follows | witness |", "|---|---|---|---|---|"]
        lines += [_line(row, witnesses) for row in listed if row.service == service]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write `docs/parity.md`; exit with 1 if a row has no witness."""
    from localcloud.app import create_app  # noqa: PLC0415 - the routes import this module
    from localcloud.behaviours import behaviours, section  # noqa: PLC0415 - and so do these
    from localcloud.recorded import section as refused  # noqa: PLC0415

    listed = rows(create_app(cast(Any, None)))
    witnesses = json.loads(WITNESSES.read_text(encoding="utf-8"))
    PAGE.write_text(page(listed, witnesses, [*section(behaviours()), *refused()]), encoding="utf-8")
    lacking = [row.name for row in listed if row.name not in witnesses]
    if lacking:
        sys.exit(f"Without a witness: {', '.join(lacking)}. Write a test that calls each, then `make parity` again.")


def served(routes: Iterable[BaseRoute]) -> set[tuple[str, str]]:
    """Method and path, as it is declared, of every route of a service."""
    return {(method, context.path) for context in _contexts(routes) for method in context.methods}


def _routes(app: FastAPI) -> dict[Any, tuple[str, ...]]:
    found: dict[Any, set[str]] = {}
    for context in _contexts(app.routes):
        route = f"{'/'.join(sorted(context.methods))} {_VERSION.sub('/api/2.x/', context.path)}"
        found.setdefault(context.endpoint, set()).add(route)
    return {endpoint: tuple(sorted(routes)) for endpoint, routes in found.items()}


def _contexts(routes: Iterable[BaseRoute]) -> Iterator[Any]:
    """Every route of a service, with its handler, methods and path."""
    for included in routes:
        for context in getattr(included, "effective_route_contexts", tuple)():
            if context.endpoint.__module__.startswith(_SERVICES):
                yield context


def _row(endpoint: Any, routes: tuple[str, ...]) -> Row:
    parity: Parity = import_module(endpoint.__module__).PARITY
    return Row(
        name=routes[0],
        service=endpoint.__module__.removeprefix(_SERVICES).partition(".")[0],
        routes=routes,
        level=parity.differ.get(endpoint.__name__, parity.level),
        follows=parity.follows,
        does=(endpoint.__doc__ or "").strip().partition("\n")[0],
    )


def _line(row: Row, witnesses: Mapping[str, str]) -> str:
    witness = witnesses.get(row.name)
    test = (
        f"`{witness.partition('::')[0].removeprefix('tests/localcloud/')}` {witness.partition('::')[2]}"
        if witness
        else "none"
    )
    routes = "<br>".join(f"`{route}`" for route in row.routes)
    return f"| {routes} | {row.does.replace('|', '/')} | {row.level} | {row.follows} | {test} |"


if __name__ == "__main__":
    main()
