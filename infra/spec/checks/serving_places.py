"""Rules about serving places other than Databricks: switched on, with their requirements, and no ignored settings."""

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network

from infra import azure_names
from infra.spec.checks.own_networks import stands_in_networks_of_ours
from infra.spec.reading.raw import dig, table
from infra.spec.reading.read import Read, problem
from settings.problems import Problem
from settings.source import Source

_PLACES = ("aks_serving", "azure_ml")
# The globally unique Azure names: how each is formed, its pattern, and the pattern in words.
_GLOBAL = {
    "container registry": (azure_names.registry, r"[a-z0-9]{5,50}", "5 to 50 letters and digits"),
    "storage account of Azure ML": (azure_names.azure_ml_account, r"[a-z0-9]{3,24}", "3 to 24 letters and digits"),
    "Azure ML workspace": (azure_names.azure_ml, r"[a-z0-9-]{3,33}", "3 to 33 characters"),
}


def _used(read: Read) -> Iterator[tuple[Source, str]]:
    """(file, place) of every environment that describes one."""
    for source in read.environments.values():
        for place in _PLACES:
            if dig(source.data, place) is not None:
                yield source, place


def places_are_switched_on(read: Read) -> Iterator[Problem]:
    """A block that the switch disables would be ignored, and so would a switch that no environment uses."""
    for source, place in _used(read):
        if dig(read.platform.data, place) is not True:
            fix = f"set {place}: true in platform.yaml, or remove the block"
            yield problem(source, (place,), given="a block", allowed="none while platform.yaml has it off", fix=fix)
    used = {place for _, place in _used(read)}
    for place in _PLACES:
        if dig(read.platform.data, place) is True and place not in used:
            fix = f"add the block {place} to the file of an environment, or remove the switch"
            yield problem(read.platform, (place,), given=True, allowed="true with an environment that uses it", fix=fix)


def images_have_a_base(read: Read) -> Iterator[Problem]:
    """Both places run images on one base image, which nothing else uses."""
    on = [place for place in _PLACES if dig(read.platform.data, place) is True]
    given, location = dig(read.platform.data, "serving_places"), ("serving_places",)
    if on and given is None:
        fix = "add it, with base_image: the reference by digest of an image that you trust"
        yield problem(read.platform, location, given=None, allowed=f"serving_places with {' or '.join(on)}", fix=fix)
    if given is not None and not on:
        allowed, fix = "none without aks_serving or azure_ml", "remove it, or switch one of the two on"
        yield problem(read.platform, location, given="a block", allowed=allowed, fix=fix)


def places_stand_in_networks_of_ours(read: Read) -> Iterator[Problem]:
    """They need private endpoints, a firewall that lets the cluster out, and zones that adopted hubs lack."""
    used = {source.file: source for source, _ in _used(read)}.values()
    yield from stands_in_networks_of_ours(read, used, beside="aks_serving, azure_ml", what="the places")


def clusters_have_a_subnet(read: Read) -> Iterator[Problem]:
    """The cluster's machines are in their own subnet, with nothing else in it."""
    for source in read.environments.values():
        location = ("network", "subnets", "serving")
        wanted, given = dig(source.data, "aks_serving") is not None, dig(source.data, *location)
        if wanted and given is None and dig(source.data, "adopt", "network") is None:
            fix = "add a range of the network, a /26 or larger"
            yield problem(source, location, given=None, allowed="a subnet beside aks_serving", fix=fix)
        if given is not None and not wanted:
            fix = "remove it, or add aks_serving"
            yield problem(source, location, given=given, allowed="none without aks_serving", fix=fix)


def clusters_have_ranges_of_their_own(read: Read) -> Iterator[Problem]:
    """A pod could not reach anything with its own address; and `max` is at least `min`."""
    for source in read.environments.values():
        low, high = (dig(source.data, "aks_serving", "nodes", name) for name in ("min", "max"))
        if isinstance(low, int) and isinstance(high, int) and high < low:
            allowed, fix = f"at least min, {low}", "raise it, or lower min"
            yield problem(source, ("aks_serving", "nodes", "max"), given=high, allowed=allowed, fix=fix)
        taken = [
            (each.file, found)
            for each, setting in [(read.platform, "hub"), *((other, "network") for other in read.environments.values())]
            if (found := _network(dig(each.data, setting, "address_space")))
        ]
        pods = _network(dig(source.data, "aks_serving", "pod_range"))
        for name in ("pod_range", "service_range"):
            own = _network(dig(source.data, "aks_serving", name))
            others = [*taken, ("pod_range", pods)] if name == "service_range" and pods else taken
            for place, other in others:
                if own and own.overlaps(other):
                    allowed = f"a range apart from {other} of {place}"
                    fix = "give the cluster a range that no network has"
                    yield problem(source, ("aks_serving", name), given=str(own), allowed=allowed, fix=fix)


def _network(text: object) -> IPv4Network | None:
    """The range; None if it is absent or not a range, which its type reports."""
    try:
        return IPv4Network(text) if isinstance(text, str) else None
    except ValueError:
        return None


def places_have_something_to_serve(read: Read) -> Iterator[Problem]:
    """A cluster without a model costs money for nothing."""
    for source, place in _used(read):
        served = [name for name, values in table(source.data, "use_cases").items() if dig(values, "serving")]
        if not any(_labels(read, name) for name in served):
            fix = "add serving to a use case whose declaration serves, or remove the place"
            yield problem(source, (place,), given="no served model", allowed="one at least", fix=fix)


def azure_takes_the_places_names(read: Read) -> Iterator[Problem]:
    """Globally unique Azure names are short, and allow few characters."""
    prefix = dig(read.platform.data, "azure", "prefix")
    for source, place in _used(read) if isinstance(prefix, str) else ():
        environment = str(dig(source.data, "name"))
        found = [(what, named(prefix, environment), *rest) for what, (named, *rest) in _GLOBAL.items()]
        for use_case in table(source.data, "use_cases") if place == "azure_ml" else ():
            for label in _labels(read, use_case):
                name = azure_names.azure_ml_endpoint(prefix, environment, label)
                found.append(("online endpoint", name, r"[a-z][a-z0-9-]{1,30}[a-z0-9]", "3 to 32 characters"))
        for what, name, pattern, allowed in found:
            if not re.fullmatch(pattern, name):
                fix = f"shorten azure.prefix or the environment's name: its {what} would be {name!r}"
                yield problem(source, (place,), given=name, allowed=f"{allowed} for the {what}", fix=fix)


def _labels(read: Read, use_case: str) -> list[str]:
    """The labels of a use case's models that declare serving."""
    declared = read.use_cases.get(use_case)
    return [declared.label(model) for model in declared.models if model.serving] if declared else []


SERVING_PLACES_CHECKS: tuple[Callable[[Read], Iterator[Problem]], ...] = (
    places_are_switched_on,
    images_have_a_base,
    places_stand_in_networks_of_ours,
    clusters_have_a_subnet,
    clusters_have_ranges_of_their_own,
    places_have_something_to_serve,
    azure_takes_the_places_names,
)
