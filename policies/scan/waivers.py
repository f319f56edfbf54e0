"""Waivers: findings that somebody answers for, until a date. `policies/waivers.yaml` holds them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

# Longer, and nobody remembers why: a waiver is looked at again within a year.
_LONGEST = timedelta(days=366)


class UnreadableWaivers(ValueError):  # noqa: N818 - it names the file, as the scan shows it
    """A file of waivers with mistakes; the message names all of them."""


class Waiver(BaseModel):
    """`address` is `stack/type.name`, where `*` stands for any letters; it lets `rule` stand there until `expires`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str = Field(pattern=r"^CKV2?_[A-Z0-9]+_\d+$")
    # At least the kind of resource is named, so that no waiver turns a rule off as a whole.
    address: str = Field(pattern=r"^[^/]+/[a-z*][a-z0-9_*]{4,}\..+$")
    reason: str = Field(min_length=20)
    owner: str = Field(min_length=3)
    expires: date

    def covers(self, rule: str, place: str) -> bool:
        """Whether it is about this rule at `place`, which is `stack/type.name`."""
        pattern = ".*".join(re.escape(part) for part in self.address.split("*"))
        return rule == self.rule and re.fullmatch(pattern, place) is not None

    def problem(self, today: date) -> str | None:
        """What is wrong with its date."""
        if self.expires < today:
            return f"{self.label}: expired on {self.expires}; fix what it waives, or {self.owner} renews it"
        if self.expires > today + _LONGEST:
            return f"{self.label}: expires on {self.expires}; allowed: within {_LONGEST.days} days"
        return None

    @property
    def label(self) -> str:
        """Rule and address, as messages name it."""
        return f"waiver of {self.rule} at {self.address}"


def read_waivers(files: Iterable[Path]) -> list[Waiver]:
    """Every waiver of the files. Raises UnreadableWaivers with all mistakes."""
    waivers: list[Waiver] = []
    mistakes: list[str] = []
    for file in files:
        try:
            entries = (yaml.safe_load(file.read_text()) or {}).get("waivers", [])
        except (OSError, AttributeError, yaml.YAMLError) as error:
            mistakes.append(f"{file}: cannot be read as YAML with a list `waivers`: {error}")
            continue
        for number, entry in enumerate(entries, start=1):
            try:
                waivers.append(Waiver.model_validate(entry))
            except ValidationError as error:
                mistakes += [f"{file}: waiver {number}: {_said(one['loc'], one['msg'])}" for one in error.errors()]
    if mistakes:
        raise UnreadableWaivers("\n".join(mistakes))
    return waivers


def _said(where: Sequence[int | str], message: str) -> str:
    return f"{'.'.join(map(str, where))}: {message}"


def problems(waivers: Iterable[Waiver], used: Iterable[Waiver], today: date) -> list[str]:
    """What is wrong with the waivers: past their date, given for too long, or for nothing that was found."""
    in_use = list(used)
    found = []
    for waiver in waivers:
        dated = waiver.problem(today)
        found += [dated] if dated else []
        found += [] if waiver in in_use else [f"{waiver.label}: waives nothing that the scan found; remove it"]
    return found
