"""Waivers: findings that an owner accepts, until a date. `policies/waivers.yaml` has them."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from policies.exceptions import PolicyException, read_exceptions
from policies.yaml_model import Entry


class Waiver(PolicyException):
    """Accepts findings of `rule` at `address` (`stack/type.name`, `*` for any text) until `expires`."""

    rule: str = Field(pattern=r"^CKV2?_[A-Z0-9]+_\d+$")
    # A waiver names at least the kind of resource, so that none disables a whole rule.
    address: str = Field(pattern=r"^[^/]+/[a-z*][a-z0-9_*]{4,}\..+$")

    def covers(self, rule: str, place: str) -> bool:
        """Whether it covers this rule at `place`, which is `stack/type.name`."""
        return rule == self.rule and _pattern(self.address).fullmatch(place) is not None

    @property
    def label(self) -> str:
        """Rule and address, as messages name it."""
        return f"waiver of {self.rule} at {self.address}"


class _File(Entry):
    waivers: Annotated[tuple[Waiver, ...], Field(strict=False)] = ()


@cache
def _pattern(address: str) -> re.Pattern[str]:
    """An address as a compiled pattern: a review compares every waiver with every finding."""
    return re.compile(".*".join(re.escape(part) for part in address.split("*")))


def read_waivers(files: Iterable[Path]) -> list[Waiver]:
    """Every waiver of the files. Raises UnreadableExceptions with all mistakes."""
    return [waiver for file in read_exceptions(files, _File) for waiver in file.waivers]


def problems(waivers: Iterable[Waiver], used: Iterable[Waiver], today: date) -> list[str]:
    """Problems with the waivers: expired, valid for too long, or without a matching finding."""
    in_use = list(used)
    found = []
    for waiver in waivers:
        dated = waiver.problem(today)
        found += [dated] if dated else []
        found += [] if waiver in in_use else [f"{waiver.label}: waives nothing that the scan found; remove it"]
    return found
