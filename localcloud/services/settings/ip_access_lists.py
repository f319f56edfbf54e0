"""Validation of IP access lists of a workspace. They block no request here."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.store import Document

KIND = "ip_access_list"
TYPES = ("ALLOW", "BLOCK")
# Of all lists of a workspace together, one range counting once.
_MOST_VALUES = 1000


def require_usable(said: Document, others: list[Document]) -> None:
    """Raise `ApiError` 400 naming all problems of a list, and for too many addresses together with `others`."""
    found = list(_problems(said))
    if found:
        raise bad_request(f"The IP access list has {len(found)} problem(s): {'; '.join(found)}.")
    count = sum(len(each.get("ip_addresses") or []) for each in [said, *others])
    if count > _MOST_VALUES:
        raise ApiError(400, "QUOTA_EXCEEDED", f"{count} addresses in all lists: at most {_MOST_VALUES} are kept.")


def _problems(said: Document) -> Iterator[str]:
    if not said.get("label") or not isinstance(said["label"], str):
        yield "label is missing"
    if said.get("list_type") not in TYPES:
        yield f"list_type is {said.get('list_type')!r}: use one of {', '.join(TYPES)}"
    addresses = said.get("ip_addresses") or []
    if not isinstance(addresses, list):
        yield f"ip_addresses is {addresses!r}: give a list"
        return
    yield from (f"{each!r} is neither an address nor a range" for each in addresses if not _is_range(each))


def _is_range(text: Any) -> bool:
    try:
        ip_network(str(text), strict=False)
    except ValueError:
        return False
    return True
