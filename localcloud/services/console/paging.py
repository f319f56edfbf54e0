"""Paging of long lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Query

SIZE = 50
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Pager:
    """Page number, page size and number of items. `query` are the other parameters of the page's URL."""

    number: int
    total: int
    query: tuple[tuple[str, str], ...] = ()

    @property
    def last(self) -> int:
        """The number of the last page; 1 if there is nothing."""
        return max(1, -(-self.total // SIZE))

    @property
    def first_shown(self) -> int:
        """The number of the page's first item, from 1."""
        return (self.number - 1) * SIZE + 1 if self.total else 0

    @property
    def last_shown(self) -> int:
        """The number of the page's last item."""
        return min(self.number * SIZE, self.total)

    def to(self, number: int) -> dict[str, Any]:
        """The query of another page."""
        return {**dict(self.query), "page": number}


# SQLite counts to 2⁶³; nobody turns so many pages.
PageNumber = Annotated[int, Query(alias="page", ge=1, le=1_000_000)]


def skipped(number: int) -> int:
    """The number of items before a page."""
    return (number - 1) * SIZE


def cut(items: Sequence[Item], number: int, query: tuple[tuple[str, str], ...] = ()) -> tuple[Sequence[Item], Pager]:
    """One page of `items`."""
    first = skipped(number)
    return items[first : first + SIZE], Pager(number=number, total=len(items), query=query)
