"""The content of `policies/prices.yaml`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from policies.yaml_model import Entry, Text

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]


class Hours(Entry):
    """How much of a month things run that stop by themselves."""

    warehouse_hours: Amount
    cluster_hours: Amount
    job_minutes_per_run: Amount


class Node(Entry):
    """One machine per hour: its price, and the DBUs it uses. None where the file does not say."""

    vm_per_hour: Amount | None = None
    dbu_per_hour: Amount | None = None


class FixedPrice(Entry):
    """What a resource of `type` costs for being there. `where`, an argument, tells it from others of its type."""

    name: Text
    type: Text
    where: Annotated[Mapping[str, str], Field(default_factory=dict, max_length=1)]
    amount: Amount | None
    per: Literal["hour", "month"]
    looked_up: date
    source: Text

    def hourly(self, hours_per_month: int) -> float | None:
        """The price of an hour; None where it is unknown."""
        if self.amount is None or self.per == "hour":
            return self.amount
        return self.amount / hours_per_month


class PricePerUse(Entry):
    """What a resource of `type` costs for being used."""

    name: Text
    type: Text
    amount: Amount | None
    per: Text
    looked_up: date
    source: Text


class PriceList(Entry):
    """The file. Every section must be there, if need be empty."""

    as_of: date
    currency: Text
    region: Text
    source: Text
    hours_per_month: Annotated[int, Field(ge=672, le=744)]
    usage: Hours
    dbu: Mapping[str, Amount]
    warehouse_dbu_per_hour: Mapping[str, Amount]
    nodes: Mapping[str, Node]
    fixed: Annotated[tuple[FixedPrice, ...], Field(strict=False)]
    per_use: Annotated[tuple[PricePerUse, ...], Field(strict=False)]
    by_use: Texts
    free: Texts
