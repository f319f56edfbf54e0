"""Rules about the data factory: its jobs exist, it may start them, and nothing else starts them."""

from collections.abc import Iterator

from infra.spec.reading.raw import dig, table
from infra.spec.reading.read import Read, problem
from settings.problems import Problem

_MAY_START = ("run", "manage")


def the_factory_is_switched_on(read: Read) -> Iterator[Problem]:
    """A block that the switch disables would be ignored."""
    if dig(read.platform.data, "data_factory"):
        return
    for source in read.environments.values():
        if dig(source.data, "data_factory") is not None:
            fix = "set data_factory: true in platform.yaml, or remove the block"
            allowed = "no block while platform.yaml says data_factory: false"
            yield problem(source, ("data_factory",), given="a factory", allowed=allowed, fix=fix)


def pipelines_start_what_is_there(read: Read) -> Iterator[Problem]:
    """The job is declared and paused, so that it does not run twice, and the group may run it."""
    for source in read.environments.values():
        group = dig(source.data, "data_factory", "group")
        for name in table(source.data, "data_factory", "pipelines"):
            location = ("data_factory", "pipelines", name)
            use_case, job = (dig(source.data, *location, step) for step in ("use_case", "job"))
            schedule = dig(source.data, "use_cases", str(use_case), "jobs", str(job), "schedule")
            if schedule != "paused":
                allowed = f"a job of {use_case} with schedule: paused, which the factory then starts"
                fix = f"declare {job} with schedule: paused, or remove the pipeline"
                yield problem(source, (*location, "job"), given=job, allowed=allowed, fix=fix)
            if dig(source.data, "use_cases", str(use_case), "access", str(group), "jobs") not in _MAY_START:
                allowed = f"a group with jobs: run in use_cases.{use_case}.access"
                fix = "give it that access, and declare it in platform.yaml for this environment alone"
                yield problem(source, ("data_factory", "group"), given=group, allowed=allowed, fix=fix)


def pipelines_name_declared_models(read: Read) -> Iterator[Problem]:
    """A job of a model that the use case lacks would not be found."""
    for source in read.environments.values():
        for name in table(source.data, "data_factory", "pipelines"):
            location = ("data_factory", "pipelines", name)
            use_case, model = (dig(source.data, *location, step) for step in ("use_case", "model"))
            declared = read.use_cases.get(str(use_case))
            known = [each.name for each in declared.models] if declared else []
            if declared and model is not None and model not in known:
                allowed, fix = f"a model of {use_case}: {', '.join(known)}", "name one, or leave it out for the first"
                yield problem(source, (*location, "model"), given=model, allowed=allowed, fix=fix)


DATA_FACTORY_CHECKS = (the_factory_is_switched_on, pipelines_start_what_is_there, pipelines_name_declared_models)
