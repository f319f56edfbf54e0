"""Rules that hold between settings and between files. Each yields the problems it finds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from infra.spec.environment import Environment
from infra.spec.platform import Platform
from infra.spec.problems import Problem
from infra.spec.quartz import quartz_problem
from infra.spec.source import Location, Source
from ml.declarations import UseCase


@dataclass(frozen=True, kw_only=True)
class Read:
    """Everything that was read: the files that could be typed, and where each value stands."""

    platform: Platform | None
    environments: Mapping[str, Environment]
    sources: Mapping[str, Source]
    use_cases: Mapping[str, UseCase]

    def at(self, name: str, location: Location, *, given: object, allowed: str, fix: str) -> Problem:
        """A problem at `location` of the file of environment (or platform) `name`."""
        source = self.sources[name]
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
    for stem, environment in read.environments.items():
        if environment.name != stem:
            fix = "rename the file or the environment"
            yield read.at(stem, ("name",), given=environment.name, allowed=repr(stem), fix=fix)


def catalogs_differ(read: Read) -> Iterator[Problem]:
    """Two environments in one catalog would overwrite each other."""
    yield from _each_once(read, ("catalog",), {name: env.catalog for name, env in read.environments.items()})


def workspaces_differ(read: Read) -> Iterator[Problem]:
    """Two environments in one workspace would see each other's jobs and catalogs."""
    ids = {name: env.workspace.id for name, env in read.environments.items()}
    urls = {name: env.workspace.url for name, env in read.environments.items()}
    yield from _each_once(read, ("workspace", "id"), ids)
    yield from _each_once(read, ("workspace", "url"), urls)


def _each_once(read: Read, location: Location, values: Mapping[str, object]) -> Iterator[Problem]:
    owner: dict[object, str] = {}
    for name, value in values.items():
        first = owner.setdefault(value, name)
        if first != name:
            allowed = f"a value that {read.sources[first].file} does not have"
            yield read.at(name, location, given=value, allowed=allowed, fix="give each environment its own")


def groups_are_declared(read: Read) -> Iterator[Problem]:
    """Every group that is named has a definition in platform.yaml."""
    if read.platform is None:
        return
    declared = read.platform.groups
    for name, location, group in _group_mentions(read.platform, read.environments):
        if group not in declared:
            fix = "correct the name, or declare the group in platform.yaml"
            yield read.at(name, location, given=group, allowed=f"one of {', '.join(sorted(declared))}", fix=fix)


def _group_mentions(platform: Platform, environments: Mapping[str, Environment]) -> Iterator[tuple[str, Location, str]]:
    yield "platform", ("admins",), platform.admins
    for name, env in environments.items():
        for use_case, values in env.use_cases.items():
            for group in values.access:
                yield name, ("use_cases", use_case, "access", group), group
        for policy_name, policy in env.policies.items():
            for position, group in enumerate(policy.can_use):
                yield name, ("policies", policy_name, "can_use", position), group
        for position, group in enumerate(env.warehouse.can_use):
            yield name, ("warehouse", "can_use", position), group


def use_cases_are_declared(read: Read) -> Iterator[Problem]:
    """Every use case that is named has a folder in ml/usecases."""
    for name, env in read.environments.items():
        for use_case in env.use_cases:
            if use_case not in read.use_cases:
                allowed = f"one of {', '.join(sorted(read.use_cases))}"
                fix = "correct the name, or add the folder ml/usecases/<name>"
                yield read.at(name, ("use_cases", use_case), given=use_case, allowed=allowed, fix=fix)


def readers_are_environments(read: Read) -> Iterator[Problem]:
    """`read_by` names other environments."""
    for name, env in read.environments.items():
        others = sorted(set(read.environments) - {name})
        for position, reader in enumerate(env.read_by):
            if reader not in others:
                allowed = f"one of {', '.join(others)}"
                yield read.at(name, ("read_by", position), given=reader, allowed=allowed, fix="name an environment")


def sources_can_be_read(read: Read) -> Iterator[Problem]:
    """A source is another environment that ingests the use case and lets this one read."""
    for name, env in read.environments.items():
        for use_case, values in env.use_cases.items():
            if values.source is None:
                continue
            givers = sorted(
                other.name
                for other in read.environments.values()
                if name in other.read_by and use_case in other.use_cases and other.use_cases[use_case].jobs.ingest
            )
            if values.source not in givers:
                allowed = (
                    f"an environment that ingests {use_case!r} and has {name!r} in read_by: {givers or 'none has'}"
                )
                fix = f"add {name!r} to its read_by, or remove source"
                yield read.at(name, ("use_cases", use_case, "source"), given=values.source, allowed=allowed, fix=fix)


# What a job starts, or reads, must exist beside it.
_NEEDS = {"training": ("promotion",), "integration": ("ingest", "training", "scoring")}


def jobs_have_what_they_start(read: Read) -> Iterator[Problem]:
    """A job that starts others needs them in the same environment."""
    for name, env in read.environments.items():
        for use_case, values in env.use_cases.items():
            for job in values.jobs.stages:
                missing = [other for other in _NEEDS.get(job, ()) if other not in values.jobs.stages]
                if missing:
                    allowed = f"{job} together with {', '.join(_NEEDS[job])}, which it starts"
                    location = ("use_cases", use_case, "jobs", job)
                    yield read.at(name, location, given=job, allowed=allowed, fix=f"add {', '.join(missing)}")


def training_has_data(read: Read) -> Iterator[Problem]:
    """Training needs gold tables: its own, which ingest writes, or a source's."""
    for name, env in read.environments.items():
        for use_case, values in env.use_cases.items():
            jobs = values.jobs
            if jobs.training and not jobs.ingest and values.source is None:
                location = ("use_cases", use_case, "jobs", "training")
                fix = "add the ingest job, or a source"
                yield read.at(name, location, given="training", allowed="training with data to read", fix=fix)


def policies_have_their_kind(read: Read) -> Iterator[Problem]:
    """A policy is of the kind and size that its name says, with a runtime to match."""
    for name, env in read.environments.items():
        for policy_name, policy in env.policies.items():
            kind, size = policy_name.split("_", 1)
            workers = "none" if size == "single_node" else "autoscale"
            expected = (
                (("kind",), policy.kind, kind),
                (("size", "workers"), policy.size.workers, workers),
                (("runtime",), policy.runtime.split("-")[1], kind),
            )
            for step, given, allowed in expected:
                if given != allowed:
                    location = ("policies", policy_name, *step)
                    yield read.at(name, location, given=given, allowed=allowed, fix=f"{policy_name} needs {allowed}")


def declared_crons_are_quartz(read: Read) -> Iterator[Problem]:
    """The schedules of the use cases, which Python declares, are Quartz too."""
    for name, use_case in read.use_cases.items():
        for setting in ("training_cron", "scoring_cron"):
            expression = getattr(use_case.jobs, setting)
            problem = quartz_problem(expression)
            if problem:
                yield Problem(
                    file=f"ml/usecases/{name}/declaration.py",
                    line=1,
                    setting=f"jobs.{setting}",
                    given=repr(expression),
                    allowed="a Quartz cron expression",
                    fix=f"it {problem}",
                )


CHECKS: tuple[Callable[[Read], Iterator[Problem]], ...] = (
    file_is_named_like_its_environment,
    catalogs_differ,
    workspaces_differ,
    groups_are_declared,
    use_cases_are_declared,
    readers_are_environments,
    sources_can_be_read,
    jobs_have_what_they_start,
    training_has_data,
    policies_have_their_kind,
    declared_crons_are_quartz,
)
