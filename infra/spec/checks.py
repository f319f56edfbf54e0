"""Rules that hold between settings and between files. Each yields the problems it finds.

They look at the files as they are, typed or not: a mistake in one setting hides no mistake in another.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.spec.problems import Problem
from infra.spec.quartz import quartz_problem
from infra.spec.raw import dig, present, table, texts
from infra.spec.source import Location, Source
from ml.declarations import UseCase


@dataclass(frozen=True, kw_only=True)
class Read:
    """Everything that was read, as it stands in the files."""

    platform: Source
    environments: Mapping[str, Source]
    use_cases: Mapping[str, UseCase]

    def use_case_values(self) -> Iterator[tuple[Source, str, Mapping[str, Any]]]:
        """(file, use case, its settings) of every use case in every environment."""
        for source in self.environments.values():
            for use_case in table(source.data, "use_cases"):
                yield source, use_case, table(source.data, "use_cases", use_case)


def problem(source: Source, location: Location, *, given: object, allowed: str, fix: str) -> Problem:
    """A problem at `location` of `source`."""
    return Problem(
        file=source.file,
        line=source.line(location),
        setting=".".join(str(step) for step in location),
        given=repr(given),
        allowed=allowed,
        fix=fix,
    )


def file_is_named_like_its_environment(read: Read) -> Iterator[Problem]:
    """The file's name is how other files refer to the environment."""
    for stem, source in read.environments.items():
        name = dig(source.data, "name")
        if name not in (None, stem):
            fix = "rename the file or the environment"
            yield problem(source, ("name",), given=name, allowed=repr(stem), fix=fix)


def each_has_its_own(read: Read) -> Iterator[Problem]:
    """Environments in one catalog would overwrite each other; in one workspace they would see each other."""
    for location in (("catalog",), ("workspace", "id"), ("workspace", "url")):
        owner: dict[Any, Source] = {}
        for source in read.environments.values():
            value = dig(source.data, *location)
            if value is None or isinstance(value, list | dict):
                continue
            first = owner.setdefault(value, source)
            if first is not source:
                allowed = f"a value that {first.file} does not have"
                fix = "give each environment its own"
                yield problem(source, location, given=value, allowed=allowed, fix=fix)


def groups_are_declared(read: Read) -> Iterator[Problem]:
    """Every group that is named has a definition in platform.yaml."""
    declared = sorted(table(read.platform.data, "groups"))
    for source, location, group in _group_mentions(read):
        if group not in declared:
            fix = "correct the name, or declare the group in platform.yaml"
            yield problem(source, location, given=group, allowed=f"one of {', '.join(declared)}", fix=fix)


def _group_mentions(read: Read) -> Iterator[tuple[Source, Location, str]]:
    admins = dig(read.platform.data, "admins")
    if isinstance(admins, str):
        yield read.platform, ("admins",), admins
    for source, use_case, values in read.use_case_values():
        for group in table(values, "access"):
            yield source, ("use_cases", use_case, "access", group), group
    for source in read.environments.values():
        for policy in table(source.data, "policies"):
            for position, group in texts(source.data, "policies", policy, "can_use"):
                yield source, ("policies", policy, "can_use", position), group
        for position, group in texts(source.data, "warehouse", "can_use"):
            yield source, ("warehouse", "can_use", position), group


def use_cases_are_declared(read: Read) -> Iterator[Problem]:
    """Every use case that is named has a folder in ml/usecases."""
    for source, use_case, _ in read.use_case_values():
        if use_case not in read.use_cases:
            allowed = f"one of {', '.join(sorted(read.use_cases))}"
            fix = "correct the name, or add the folder ml/usecases/<name>"
            yield problem(source, ("use_cases", use_case), given=use_case, allowed=allowed, fix=fix)


def readers_are_environments(read: Read) -> Iterator[Problem]:
    """`read_by` names other environments."""
    for name, source in read.environments.items():
        others = sorted(set(read.environments) - {name})
        for position, reader in texts(source.data, "read_by"):
            if reader not in others:
                allowed = f"one of {', '.join(others) or 'none: there is no other environment'}"
                yield problem(source, ("read_by", position), given=reader, allowed=allowed, fix="name an environment")


def sources_can_be_read(read: Read) -> Iterator[Problem]:
    """A source is another environment that ingests the use case and lets this one read."""
    for source, use_case, values in read.use_case_values():
        name, wanted = source.file.removesuffix(".yaml"), values.get("source")
        if not isinstance(wanted, str):
            continue
        givers = [
            other
            for other, file in read.environments.items()
            if "ingest" in present(file.data, "use_cases", use_case, "jobs")
            and name in (reader for _, reader in texts(file.data, "read_by"))
        ]
        if wanted not in givers:
            allowed = f"an environment that ingests {use_case!r} and has {name!r} in its read_by: "
            allowed += ", ".join(givers) or "none has"
            fix = f"add {name!r} to the read_by of {wanted!r}, name another, or remove source"
            yield problem(source, ("use_cases", use_case, "source"), given=wanted, allowed=allowed, fix=fix)


# The jobs that a job starts.
_STARTS = {"training": ("promotion",), "integration": ("ingest", "training", "scoring"), "monitoring": ("training",)}


def jobs_have_what_they_start(read: Read) -> Iterator[Problem]:
    """A job that starts others needs them in the same environment."""
    for source, use_case, values in read.use_case_values():
        jobs = present(values, "jobs")
        for job, started in _STARTS.items():
            missing = [other for other in started if other not in jobs]
            if job in jobs and missing:
                allowed = f"{job} together with {', '.join(started)}, which it starts"
                fix = f"add {', '.join(missing)}"
                yield problem(source, ("use_cases", use_case, "jobs", job), given=job, allowed=allowed, fix=fix)


def training_has_data(read: Read) -> Iterator[Problem]:
    """Training needs gold tables: its own, which ingest writes, or a source's."""
    for source, use_case, values in read.use_case_values():
        jobs = present(values, "jobs")
        if "training" in jobs and "ingest" not in jobs and not values.get("source"):
            location = ("use_cases", use_case, "jobs", "training")
            fix = "add the ingest job, or a source"
            yield problem(source, location, given="training", allowed="training with data to read", fix=fix)


def monitoring_has_predictions(read: Read) -> Iterator[Problem]:
    """Monitoring holds scored months of its own environment against what came true there."""
    for source, use_case, values in read.use_case_values():
        jobs = present(values, "jobs")
        missing = [job for job in ("ingest", "scoring") if job not in jobs]
        if "monitoring" in jobs and missing:
            location = ("use_cases", use_case, "jobs", "monitoring")
            fix = f"add {', '.join(missing)}, or remove monitoring"
            allowed = "monitoring where ingest and scoring run"
            yield problem(source, location, given="monitoring", allowed=allowed, fix=fix)


def serving_has_what_it_needs(read: Read) -> Iterator[Problem]:
    """An endpoint serves a use case that declares it, looks features up in a store, and is watched by monitoring."""
    for source, use_case, values in read.use_case_values():
        if not isinstance(values.get("serving"), Mapping):
            continue
        declared = read.use_cases.get(use_case)
        needs = {
            "a use case that declares serving": declared is None or declared.serving is not None,
            "an environment with online_store": table(source.data, "online_store"),
            "jobs with monitoring": "monitoring" in present(values, "jobs"),
        }
        for allowed, met in needs.items():
            if not met:
                location = ("use_cases", use_case, "serving")
                fix = f"add {allowed.rsplit(' ', 1)[-1]}, or remove serving"
                yield problem(source, location, given=values["serving"], allowed=allowed, fix=fix)


def models_have_an_owner(read: Read) -> Iterator[Problem]:
    """The registered model belongs to the promotion principal, so that job cannot be left out."""
    for source, use_case, values in read.use_case_values():
        jobs = sorted(present(values, "jobs"))
        if "jobs" in values and "promotion" not in jobs:
            location = ("use_cases", use_case, "jobs")
            yield problem(source, location, given=jobs, allowed="jobs with promotion", fix="add promotion: {}")


def policies_have_their_kind(read: Read) -> Iterator[Problem]:
    """A policy is of the kind and size that its name says, with a runtime to match."""
    for source in read.environments.values():
        for name in table(source.data, "policies"):
            kind, _, size = name.partition("_")
            workers = "none" if size == "single_node" else "autoscale"
            runtime = str(dig(source.data, "policies", name, "runtime") or f"-{kind}-").split("-")
            given = {
                ("kind",): dig(source.data, "policies", name, "kind"),
                ("size", "workers"): dig(source.data, "policies", name, "size", "workers"),
                ("runtime",): runtime[1] if len(runtime) > 1 else None,
            }
            for (step, value), wanted in zip(given.items(), (kind, workers, kind), strict=True):
                if value not in (None, wanted):
                    location = ("policies", name, *step)
                    yield problem(source, location, given=value, allowed=repr(wanted), fix=f"{name} is {wanted}")


def declared_crons_are_quartz(read: Read) -> Iterator[Problem]:
    """The schedules of the use cases, which Python declares, are Quartz too."""
    for name, use_case in read.use_cases.items():
        for setting in ("training_cron", "scoring_cron", "monitoring_cron"):
            expression = getattr(use_case.jobs, setting)
            wrong = quartz_problem(expression)
            if wrong:
                file = Source(f"ml/usecases/{name}/declaration.py", None, None)
                allowed = "a Quartz cron expression"
                yield problem(file, ("jobs", setting), given=expression, allowed=allowed, fix=f"it {wrong}")


CHECKS: tuple[Callable[[Read], Iterator[Problem]], ...] = (
    file_is_named_like_its_environment,
    each_has_its_own,
    groups_are_declared,
    use_cases_are_declared,
    readers_are_environments,
    sources_can_be_read,
    jobs_have_what_they_start,
    training_has_data,
    monitoring_has_predictions,
    serving_has_what_it_needs,
    models_have_an_owner,
    policies_have_their_kind,
    declared_crons_are_quartz,
)
