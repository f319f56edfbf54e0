"""Kinds of value in the YAML files. Each carries its description, which errors show as the allowed value."""

import ipaddress
import re
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from infra.spec.values.reserved import CATALOGS, SQL_WORDS
from schedules import quartz_problem


class Values(BaseModel):
    """A group of settings: cannot be changed, and refuses a setting it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Switch(StrEnum):
    """Whether a schedule or trigger starts runs. A paused one can still be run by hand."""

    ACTIVE = "active"
    PAUSED = "paused"


# A /8 is the largest network that one organisation owns whole; wider ranges are the internet.
_WIDEST_PREFIX = 8
_Item = TypeVar("_Item")


def _not_empty(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    # Not `min_length`: that would only count the valid items, and report an invalid one twice.
    if not items:
        raise ValueError("is empty: name at least one")
    return items


def _gpu_node(name: str) -> str:
    # N-series are Azure's accelerators; NC, ND and NV are the GPUs of it (NP is an FPGA).
    if not re.fullmatch(r"Standard_N[CDV]\d+\w*", name):
        raise ValueError("is not a GPU node type: use one of the NC, ND or NV series, such as Standard_NC4as_T4_v3")
    return name


def _cpu_node(name: str) -> str:
    if not re.fullmatch(r"Standard_[A-MO-Z]\w*", name):
        raise ValueError("is not a CPU node type: use one outside the N series, such as Standard_D4ads_v5")
    return name


def _ip_range(text: str) -> str:
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError as error:
        raise ValueError(f"is no IPv4 range: {error}") from error
    if network.prefixlen < _WIDEST_PREFIX:
        raise ValueError(f"lets {network.num_addresses} addresses in: use a prefix of /{_WIDEST_PREFIX} or longer")
    return text


def _catalog(name: str) -> str:
    if name in CATALOGS:
        raise ValueError("is a catalog that Databricks keeps for itself: choose another name")
    if name in SQL_WORDS:
        raise ValueError("is a word of SQL, which would need backticks in every statement: choose another name")
    return name


def _cron(expression: str) -> str:
    problem = quartz_problem(expression)
    if problem:
        raise ValueError(problem)
    return expression


Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$"),
    Field(description="lower-case letters, digits and dashes, starting with a letter, up to 30"),
]
CatalogName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$"),
    AfterValidator(_catalog),
    Field(description="lower-case letters, digits and underscores, starting with a letter, up to 50"),
]
WorkspaceUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https://[a-z0-9.-]+(:\d+)?$"),
    Field(description="https://<host> without a path, such as https://adb-1234567890123456.7.azuredatabricks.net"),
]
_UUID = StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
Uuid = Annotated[str, _UUID, Field(description="a UUID in lower case")]
AccountId = Annotated[
    str,
    _UUID,
    Field(description="the account's UUID, from the account console"),
]
MetastoreId = Annotated[
    str,
    _UUID,
    Field(description="the metastore's UUID, from `databricks account metastores list`"),
]
StorageAccountName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]{3,24}$"),
    Field(description="3 to 24 lower-case letters and digits"),
]
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    Field(description="a person's e-mail address"),
]
SecretName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.@-]+/[A-Za-z0-9_.-]+$"),
    Field(description="<scope>/<key> of a secret"),
]
IpRange = Annotated[
    str, AfterValidator(_ip_range), Field(description="an IPv4 address range such as 203.0.113.0/24, not all of them")
]
Domain = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9-]+\.)+[a-z]{2,}$"),
    Field(description="an internet domain such as pypi.example.com, without wildcards"),
]
IndexUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https://([a-z0-9-]+\.)+[a-z]{2,}(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?$"),
    Field(description="a package index such as https://pypi.example.com/simple, without a user or token"),
]
TagName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    Field(description="lower-case letters, digits and underscores, starting with a letter, up to 40"),
]
GpuNode = Annotated[str, AfterValidator(_gpu_node), Field(description="a GPU node type (NC, ND or NV series)")]
CpuNode = Annotated[str, AfterValidator(_cpu_node), Field(description="a node type without GPU")]
QuartzCron = Annotated[
    str, AfterValidator(_cron), Field(description="a Quartz cron expression of 6 or 7 fields, such as 0 0 4 * * ?")
]
Runtime = Annotated[
    str,
    StringConstraints(pattern=r"^\d+(\.\d+)?\.x-(cpu|gpu)-ml-scala2\.1[23]$"),
    Field(description="a machine-learning runtime, such as 17.3.x-cpu-ml-scala2.13 or 18.x-cpu-ml-scala2.13"),
]
NotEmpty = Annotated[tuple[_Item, ...], AfterValidator(_not_empty), Field(description="a list with at least one item")]
