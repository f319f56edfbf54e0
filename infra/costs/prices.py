"""The price list of Azure's resources, read and validated."""

from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from infra.spec.values.fields import Values
from infra.wheel import ROOT
from settings.model import read_model

FILE = ROOT / "policies" / "prices.yaml"
Amount = Annotated[Decimal, Field(ge=0, description="an amount of the list's currency")]


class Fixed(Values):
    """What a resource costs for being there."""

    name: str
    type: str
    """Terraform's type of the resource"""
    where: dict[str, str] = Field(default_factory=dict)
    """arguments that distinguish it from others of its type"""
    amount: Amount | None
    """null: unknown"""
    per: Literal["hour", "month"]
    looked_up: date
    source: str


class PerUse(Values):
    """What a resource costs for being used."""

    name: str
    type: str
    amount: Amount | None
    """null: unknown"""
    per: str
    looked_up: date
    source: str


class Prices(Values):
    """The sections of the list that price what the stacks make; the others are for plan reviews."""

    model_config = ConfigDict(extra="ignore")

    currency: str
    hours_per_month: Annotated[int, Field(ge=672, le=744, description="hours of a month")]
    fixed: tuple[Fixed, ...]
    per_use: tuple[PerUse, ...]
    by_use: tuple[str, ...]
    """types that are billed by use, whose price nobody looked up"""
    free: tuple[str, ...]
    """globs of types that cost nothing by themselves"""

    @property
    def looked_up(self) -> str:
        """The days on which the prices were looked up."""
        days = {price.looked_up for price in self.fixed} | {price.looked_up for price in self.per_use}
        return ", ".join(map(str, sorted(days)))

    def covers(self, type_: str) -> bool:
        """Whether the list covers resources of this type."""
        priced = {price.type for price in self.fixed} | {price.type for price in self.per_use}
        return type_ in priced or type_ in self.by_use or any(fnmatchcase(type_, glob) for glob in self.free)

    def monthly(self, price: Fixed) -> Decimal | None:
        """The monthly price of one such resource; None if unknown."""
        if price.amount is None:
            return None
        return price.amount * (self.hours_per_month if price.per == "hour" else 1)


def read_prices(file: Path = FILE) -> Prices:
    """The list in `file`. Raises SettingsError with every mistake in it."""
    return read_model(file, Prices)
