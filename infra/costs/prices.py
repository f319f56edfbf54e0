"""The list of prices, read and checked."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field

from infra.spec.values.fields import Values

FILE = Path(__file__).with_name("prices.yaml")
Amount = Annotated[Decimal, Field(ge=0, description="an amount of the list's currency")]


class Fixed(Values):
    """What a resource costs for being there."""

    name: str
    type: str
    """Terraform's type of the resource"""
    where: dict[str, str] = Field(default_factory=dict)
    """arguments by which it is told from others of its type"""
    amount: Amount | None
    """null: unknown"""
    per: Literal["hour", "month"]
    source: str


class Usage(Values):
    """What a resource costs for being used."""

    name: str
    type: str
    amount: Amount | None
    """null: unknown"""
    per: str
    source: str


class Prices(Values):
    """A list of one day, in one currency."""

    looked_up: date
    currency: str
    hours_per_month: Annotated[int, Field(ge=672, le=744, description="hours of a month")]
    fixed: tuple[Fixed, ...]
    usage: tuple[Usage, ...]
    free: tuple[str, ...]
    """types that cost nothing by themselves"""

    def monthly(self, price: Fixed) -> Decimal | None:
        """What one such resource costs a month; None where that is unknown."""
        if price.amount is None:
            return None
        return price.amount * (self.hours_per_month if price.per == "hour" else 1)


def read_prices(file: Path = FILE) -> Prices:
    """The list in `file`. Raises pydantic's ValidationError where it is wrong."""
    return Prices.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
