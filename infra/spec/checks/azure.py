"""Rules about Azure: allowed names, and settings that Azure requires together."""

import re
from collections.abc import Callable, Iterator

from infra import azure_names
from infra.spec.node_types import as_of, better_regions
from infra.spec.reading.raw import dig, table, texts
from infra.spec.reading.read import Read, problem
from settings.problems import Problem
from settings.source import Location, Source

# Names that contain an environment's name: how they are formed, and what Azure allows.
_GLOBAL = {
    "key vault": (azure_names.key_vault, r"(?=.{3,24}$)[a-z]([a-z0-9]|-(?!-|$))*", "3 to 24 characters, no two dashes"),
    "storage account of the lake": (azure_names.lake_account, r"[a-z0-9]{3,24}", "3 to 24 letters and digits"),
    "storage account of the workspace": (azure_names.root_account, r"[a-z0-9]{3,24}", "3 to 24 letters and digits"),
    "data factory": (azure_names.data_factory, r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*", "3 to 63, no two dashes"),
}
# Words that shared resources use in the same position of a name.
_TAKEN = frozenset({azure_names.HUB, "account", "bootstrap", "shared", "state"})


def azure_takes_the_names(read: Read) -> Iterator[Problem]:
    """Globally unique Azure names are short, and allow few characters."""
    prefix = dig(read.platform.data, "azure", "prefix")
    for environment, source in read.environments.items():
        if environment in _TAKEN:
            allowed = f"a name other than {', '.join(sorted(_TAKEN))}"
            fix = "rename the environment: all environments share what is called so"
            yield problem(source, ("name",), given=environment, allowed=allowed, fix=fix)
        for what, (named, pattern, allowed) in _GLOBAL.items() if isinstance(prefix, str) else ():
            name = named(prefix, environment)
            if not re.fullmatch(pattern, name):
                fix = f"shorten or correct the environment's name, or azure.prefix: its {what} is {name!r}"
                yield problem(source, ("name",), given=environment, allowed=f"{allowed} for a {what}", fix=fix)


def azure_tells_the_names_apart(read: Read) -> Iterator[Problem]:
    """Storage account names drop the environment's dashes, and share one namespace with the state's account."""
    prefix = dig(read.platform.data, "azure", "prefix")
    if not isinstance(prefix, str):
        return
    owner = {dig(read.platform.data, "state", "storage_account"): read.platform.file}
    for environment, source in read.environments.items():
        for named in (azure_names.lake_account, azure_names.root_account):
            name = named(prefix, environment)
            first = owner.setdefault(name, source.file)
            if first != source.file:
                allowed = f"a name whose storage account {name} is not that of {first}"
                fix = "rename one of the two: dashes do not count"
                yield problem(source, ("name",), given=environment, allowed=allowed, fix=fix)


def the_metastore_is_in_the_region(read: Read) -> Iterator[Problem]:
    """A workspace can only have the metastore of its own region."""
    region, given = dig(read.platform.data, "azure", "region"), dig(read.platform.data, "metastore", "region")
    if region and given and region != given:
        fix = "write the region of azure.region"
        yield problem(read.platform, ("metastore", "region"), given=given, allowed=repr(region), fix=fix)


def compliance_is_whole(read: Read) -> Iterator[Problem]:
    """The profile requires monitoring and updates, and a standard requires the profile."""
    for source in read.environments.values():
        location = ("azure", "compliance")
        declared = table(source.data, *location)
        needs = {"monitoring", "automatic_updates"} if declared.get("profile") else set()
        needs |= {"profile"} if declared.get("standards") else set()
        for setting in sorted(needs):
            if not declared.get(setting):
                allowed, fix = "true with this profile or these standards", f"set {setting}: true"
                yield problem(source, (*location, setting), given=declared.get(setting), allowed=allowed, fix=fix)


def the_region_has_the_nodes(read: Read) -> Iterator[Problem]:
    """A policy with machines that the region does not offer would fail only when somebody starts a cluster."""
    region = dig(read.platform.data, "azure", "region")
    if not isinstance(region, str):
        return
    for source in read.environments.values():
        for location, node in _nodes(source):
            regions = better_regions(node, region)
            if regions:
                allowed = f"a node type that {region} has, as of {as_of(region)} (infra/spec/node_types.yaml)"
                fix = f"use another one, or one of the regions {', '.join(regions)}"
                yield problem(source, location, given=node, allowed=allowed, fix=fix)


def _nodes(source: Source) -> Iterator[tuple[Location, str]]:
    for policy in table(source.data, "policies"):
        for position, node in texts(source.data, "policies", policy, "node_types"):
            yield ("policies", policy, "node_types", position), node
    for pool in table(source.data, "pools"):
        node = dig(source.data, "pools", pool, "node_type")
        if isinstance(node, str):
            yield ("pools", pool, "node_type"), node


AZURE_CHECKS: tuple[Callable[[Read], Iterator[Problem]], ...] = (
    azure_takes_the_names,
    azure_tells_the_names_apart,
    the_metastore_is_in_the_region,
    compliance_is_whole,
    the_region_has_the_nodes,
)
