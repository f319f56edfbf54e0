"""Rules about declarative pipelines: they need an ingest that is not continuous, and use cases that they support."""

from collections.abc import Iterator

from infra.spec.reading.raw import dig, present, table
from infra.spec.reading.read import Read, problem
from ml.declarations import UseCase
from ml.declarations.pipelined import unpipelined
from settings.problems import Problem
from settings.source import Source

_SWITCH = ("pipelines",)


def pipelines_have_something_to_make(read: Read) -> Iterator[Problem]:
    """They read the data that ingest loads, so an environment without ingest has no use for the switch."""
    for source in _switched_on(read):
        if not list(_ingested(read, source)):
            fix = "remove pipelines, or add an ingest job"
            yield problem(source, _SWITCH, given=True, allowed="true where a use case is ingested", fix=fix)


def pipelines_can_be_declared(read: Read) -> Iterator[Problem]:
    """Each ingested use case can be a pipeline; its ingest ends, because one of its tasks starts the update."""
    for source in _switched_on(read):
        for use_case in _ingested(read, source):
            wrong = [*unpipelined(use_case)]
            ends = "integration" in present(source.data, "use_cases", use_case.name, "jobs")
            if use_case.jobs.ingest_every_s and not ends:
                wrong.append("its ingest is one run without an end, which starts no pipeline")
            for reason in wrong:
                fix = "change the use case's declaration, or remove pipelines"
                allowed = f"false, since of {use_case.name} {reason}"
                yield problem(source, _SWITCH, given=True, allowed=allowed, fix=fix)


def _switched_on(read: Read) -> Iterator[Source]:
    yield from (source for source in read.environments.values() if dig(source.data, *_SWITCH) is True)


def _ingested(read: Read, source: Source) -> Iterator[UseCase]:
    for name in table(source.data, "use_cases"):
        if name in read.use_cases and "ingest" in present(source.data, "use_cases", name, "jobs"):
            yield read.use_cases[name]


PIPELINE_CHECKS = (pipelines_have_something_to_make, pipelines_can_be_declared)
