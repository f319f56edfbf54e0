"""Rules about sinks: switched on, with private endpoints, and only for declared sinks."""

from collections.abc import Callable, Iterator

from infra.spec.checks.own_networks import stands_in_networks_of_ours
from infra.spec.reading.raw import dig, table
from infra.spec.reading.read import Read, problem
from infra.spec.sinks import hubs
from ml.declarations import PostgresSink
from settings.problems import Problem
from settings.source import Source

_BLOCK = "sinks"
_PARTS = ("event_hubs", "postgres")


def _used(read: Read) -> Iterator[Source]:
    yield from (source for source in read.environments.values() if dig(source.data, _BLOCK) is not None)


def sinks_are_switched_on(read: Read) -> Iterator[Problem]:
    """A block that the switch disables would be ignored, and so would a switch that no environment uses."""
    on, used = dig(read.platform.data, _BLOCK) is True, list(_used(read))
    for source in () if on else used:
        fix = "set sinks: true in platform.yaml, or remove the block"
        yield problem(source, (_BLOCK,), given="a block", allowed="none while platform.yaml has it off", fix=fix)
    if on and not used:
        fix = "add the block sinks to the file of an environment, or remove the switch"
        yield problem(read.platform, (_BLOCK,), given=True, allowed="true with an environment that uses it", fix=fix)
    for source in used:
        if not any(dig(source.data, _BLOCK, part) for part in _PARTS):
            fix = "add event_hubs, postgres or both, or remove the block"
            yield problem(source, (_BLOCK,), given="nothing", allowed="one of its parts at least", fix=fix)


def sinks_stand_in_networks_of_ours(read: Read) -> Iterator[Problem]:
    """They are reachable only by private endpoints, whose zones an adopted hub lacks."""
    yield from stands_in_networks_of_ours(read, list(_used(read)), beside="sinks", what="sinks")


def sinks_are_declared(read: Read) -> Iterator[Problem]:
    """Each use case with a hub, and no other, names its sender; a server without a sink would only cost money."""
    for source in _used(read):
        names = [name for name in table(source.data, "use_cases") if name in read.use_cases]
        sending = {name for name in names if hubs(read.use_cases[name])}
        senders = dig(source.data, _BLOCK, "event_hubs", "senders")
        if isinstance(senders, dict) and set(senders) != sending:
            location = (_BLOCK, "event_hubs", "senders")
            allowed = f"those of use cases with a KafkaSink(login=Login.OAUTH): {', '.join(sorted(sending)) or 'none'}"
            fix = "name a sender for each of them and for no other, or remove event_hubs"
            yield problem(source, location, given=", ".join(sorted(senders)), allowed=allowed, fix=fix)
        sinks = [sink for name in names for model in read.use_cases[name].models for sink in model.sinks]
        wanted = any(isinstance(sink, PostgresSink) and sink.entra for sink in sinks)
        if dig(source.data, _BLOCK, "postgres") is not None and not wanted:
            fix = "declare PostgresSink(entra=True), or remove postgres"
            yield problem(source, (_BLOCK, "postgres"), given="a server", allowed="one that a sink uses", fix=fix)


SINKS_CHECKS: tuple[Callable[[Read], Iterator[Problem]], ...] = (
    sinks_are_switched_on,
    sinks_stand_in_networks_of_ours,
    sinks_are_declared,
)
