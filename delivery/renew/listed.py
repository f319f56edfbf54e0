"""The renewed parts of each list. The rest of a file is checked by its owners."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from settings.expression import Expression

Region = Annotated[str, Field(pattern=r"^[a-z0-9]+$", description="an Azure region, such as westeurope")]
Hosts = Annotated[tuple[str, ...], Field(description="a list of hosts")]
Regions = Annotated[tuple[Region, ...], Field(description="a list of Azure regions")]


class Part(BaseModel):
    """Some keys of a mapping; the others are left as they are."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Machine(Part):
    """One machine of the price list."""

    vm_per_hour: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """a price an hour, in the list's currency"""


class PriceList(Part):
    """`policies/prices.yaml`."""

    region: Region
    nodes: Mapping[str, Machine]
    """machines by their node type"""


class Survey(Part):
    """The regions whose machines were read whole."""

    regions: Regions


class Series(Part):
    """The regions that rent out the node types of a series."""

    nodes: Expression
    """a regular expression of node types"""
    regions: Regions


class NodeTypes(Part):
    """`infra/spec/node_types.yaml`."""

    surveys: tuple[Survey, ...]
    """a list of surveys"""
    series: tuple[Series, ...]
    """a list of series"""


class Egress(Part):
    """The hosts that are looked up."""

    databricks: Hosts
    telemetry: Hosts


class Hub(Part):
    """The network that all environments share."""

    egress: Egress
    """which hosts may be reached"""


class Azure(Part):
    """Where everything lies."""

    region: Region


class Platform(Part):
    """`workspaces/platform.yaml`; without a hub no hosts are listed."""

    azure: Azure
    """where everything lies"""
    hub: Hub | None = None
    """the network that all environments share"""
