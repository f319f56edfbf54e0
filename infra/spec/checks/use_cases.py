"""Rules about the use cases of an environment: dependencies between jobs, data, an owner, an endpoint."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from infra.spec.reading.raw import dig, present, table, texts
from infra.spec.reading.read import Read, problem
from ml.declarations import hidden_columns
from schedules import quartz_problem
from settings.problems import Problem
from settings.source import Source


def use_cases_are_declared(read: Read) -> Iterator[Problem]:
    """Every named use case has a folder in ml/usecases."""
    for source, use_case, _ in read.use_case_values():
        if use_case not in read.use_cases:
            allowed = f"one of {', '.join(sorted(read.use_cases))}"
            fix = "correct the name, or add the folder ml/usecases/<name>"
            yield problem(source, ("use_cases", use_case), given=use_case, allowed=allowed, fix=fix)


def sources_can_be_read(read: Read) -> Iterator[Problem]:
    """A source is another environment that ingests the use case and lets this one read."""
    for source, use_case, values in read.use_case_values():
        name, wanted = Path(source.file).stem, values.get("source")
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


# The jobs that each job starts.
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
    """Monitoring compares scored periods of its own environment with the outcomes there."""
    for source, use_case, values in read.use_case_values():
        jobs = present(values, "jobs")
        missing = [job for job in ("ingest", "scoring") if job not in jobs]
        if "monitoring" in jobs and missing:
            location = ("use_cases", use_case, "jobs", "monitoring")
            fix = f"add {', '.join(missing)}, or remove monitoring"
            allowed = "monitoring where ingest and scoring run"
            yield problem(source, location, given="monitoring", allowed=allowed, fix=fix)


def serving_has_what_it_needs(read: Read) -> Iterator[Problem]:
    """An endpoint serves a use case that declares it, looks features up in a store, and is monitored."""
    for source, use_case, values in read.use_case_values():
        if not isinstance(values.get("serving"), Mapping):
            continue
        declared = read.use_cases.get(use_case)
        needs = {
            "a use case that declares serving": declared is None or any(model.serving for model in declared.models),
            "an environment with online_store": table(source.data, "online_store"),
            "jobs with monitoring": "monitoring" in present(values, "jobs"),
        }
        for allowed, met in needs.items():
            if not met:
                location = ("use_cases", use_case, "serving")
                fix = f"add {allowed.rsplit(' ', 1)[-1]}, or remove serving"
                yield problem(source, location, given=values["serving"], allowed=allowed, fix=fix)


def predictions_alone_are_granted_with_serving(read: Read) -> Iterator[Problem]:
    """A job creates the table, so only the stack of phase two can grant it."""
    for source, use_case, values in read.use_case_values():
        if isinstance(values.get("serving"), Mapping):
            continue
        for group, role in table(values, "access").items():
            if dig(role, "predictions"):
                location = ("use_cases", use_case, "access", group, "predictions")
                allowed = "predictions where the use case has serving"
                fix = "add serving, or give gold: read"
                yield problem(source, location, given=role["predictions"], allowed=allowed, fix=fix)


def models_have_an_owner(read: Read) -> Iterator[Problem]:
    """The registered model belongs to the promotion principal, so that job is required."""
    for source, use_case, values in read.use_case_values():
        jobs = sorted(present(values, "jobs"))
        if "jobs" in values and "promotion" not in jobs:
            location = ("use_cases", use_case, "jobs")
            yield problem(source, location, given=jobs, allowed="jobs with promotion", fix="add promotion: {}")


def sensitive_columns_can_be_hidden(read: Read) -> Iterator[Problem]:
    """The ingest job creates the mask functions, so its principal needs the right to."""
    location = ("job_access", "ingest", "functions")
    ingests = {name for _, name, values in read.use_case_values() if "ingest" in present(values, "jobs")}
    needing = sorted(name for name in ingests & read.use_cases.keys() if hidden_columns(read.use_cases[name]))
    given = dig(read.platform.data, *location)
    if needing and given is None:
        allowed = f"create, since {', '.join(needing)} has sensitive columns"
        yield problem(read.platform, location, given=given, allowed=allowed, fix="add functions: create")


def clear_sight_has_something_to_see(read: Read) -> Iterator[Problem]:
    """The right to see sensitive values in clear is useless to a group that reads no table with any."""
    for source, use_case, values in read.use_case_values():
        for group, role in table(values, "access").items():
            if dig(role, "sensitive") and not present(role) & {"bronze", "silver", "gold"}:
                location = ("use_cases", use_case, "access", group, "sensitive")
                allowed = "sensitive with bronze, silver or gold: read"
                yield problem(source, location, given=role["sensitive"], allowed=allowed, fix="add one, or remove it")


def requests_that_are_looked_at_are_recorded(read: Read) -> Iterator[Problem]:
    """An experiment, or a shadow, needs the endpoint's requests."""
    for source, use_case, values in read.use_case_values():
        models = read.use_cases[use_case].models if use_case in read.use_cases else ()
        looking = [model.name for model in models if model.serving and model.serving.looks_at_requests]
        if looking and table(values, "serving").get("inference_table") is False:
            location = ("use_cases", use_case, "serving", "inference_table")
            allowed = f"true: an experiment or a shadow of {', '.join(looking)} reads what was asked"
            fix = "remove it, or declare neither experiment nor shadow"
            yield problem(source, location, given=False, allowed=allowed, fix=fix)


def declared_crons_are_quartz(read: Read) -> Iterator[Problem]:
    """The schedules of the use cases, which are declared in Python, are Quartz expressions too."""
    for name, use_case in read.use_cases.items():
        settings = {each: getattr(use_case.jobs, each) for each in ("training_cron", "scoring_cron", "monitoring_cron")}
        named = [(("jobs", setting), expression) for setting, expression in settings.items()]
        named += [
            (("serving", "requests_cron"), each.serving.requests_cron) for each in use_case.models if each.serving
        ]
        for place, expression in named:
            wrong = quartz_problem(expression)
            if wrong:
                file = Source(f"ml/usecases/{name}/declaration.py", None, None)
                allowed = "a Quartz cron expression"
                yield problem(file, place, given=expression, allowed=allowed, fix=f"it {wrong}")
