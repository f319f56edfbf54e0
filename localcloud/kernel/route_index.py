"""An index of the routes of all routers by how their paths begin.

Matching each request against the six hundred routes one after the other took a third of its time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_CHOSEN = "localcloud.route"


@dataclass(frozen=True)
class _Place:
    """A route of a router, both as FastAPI includes them: with the dependencies of both."""

    router: Any
    context: Any

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the path and the method say, unless the router takes no such request."""
        match, child = self.context.matches(scope)
        if match is Match.NONE or not self._taken(scope):
            return Match.NONE, {}
        return match, {**child, _CHOSEN: self.context}

    def _taken(self, scope: Scope) -> bool:
        """A router with a `matches` of its own looks at more than its routes' paths, such as at the host."""
        own = type(self.router.original_router).matches is not APIRouter.matches
        return not own or self.router.matches(scope)[0] is not Match.NONE


class RouteIndex(BaseRoute):
    """All of `routes`, in matching order; only those whose path begins as the request's are tried."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._places = [_Place(router, context) for router in routes for context in _contexts(router)]
        self._by_beginning: dict[tuple[str, ...], list[int]] = {}
        for number, place in enumerate(self._places):
            self._by_beginning.setdefault(_beginning(place.context.path), []).append(number)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route for the path and the method; else the first for the path alone."""
        partly: tuple[Match, Scope] = (Match.NONE, {})
        for place in self._asked(scope["path"]):
            match, child = place.matches(scope)
            if match is Match.FULL:
                return match, child
            if match is Match.PARTIAL and partly[0] is Match.NONE:
                partly = match, child
        return partly

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request with the route that `matches` chose. Raises HTTPException 405 for another method."""
        chosen = scope[_CHOSEN]
        if scope["method"] not in chosen.methods:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(chosen.methods))})
        scope["route"] = chosen.original_route
        await chosen.app(scope, receive, send)

    def effective_route_contexts(self) -> Iterator[Any]:
        """Every route with its path, methods and handler, in the form in which FastAPI lists a router's."""
        return (place.context for place in self._places)

    def _asked(self, path: str) -> Iterator[_Place]:
        """In matching order."""
        segments = tuple(path.split("/")[1:])
        beginnings = (segments[:length] for length in range(len(segments) + 1))
        found = sorted(number for beginning in beginnings for number in self._by_beginning.get(beginning, ()))
        return (self._places[number] for number in found)


def _contexts(route: BaseRoute) -> Iterator[Any]:
    contexts: Iterator[Any] = getattr(route, "effective_route_contexts", lambda: iter(()))()
    return contexts


def _beginning(path: str) -> tuple[str, ...]:
    """The segments of a declared path before the first parameter."""
    fixed = path.partition("{")[0]
    whole = fixed if fixed == path else fixed.rpartition("/")[0]
    return tuple(whole.split("/")[1:])
