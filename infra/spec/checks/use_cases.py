"""Rules about the use cases of an environment: jobs that need each other, data, an owner, an endpoint."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from infra.spec.gpus import gpu_policy
from infra.spec.reading.raw import dig, present, table, texts
from infra.spec.reading.read import Read, problem
from ml.declarations import ON_CALL, hidden_columns
from ml.declarations.alerting import destinations
from schedules import quartz_problem
from settings.problems import Problem
from settings.source import Source


def use_cases_are_declared(read: Read) -> Iterator[Problem]:
    """Every use case that is named has a folder in ml/usecases."""
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
    """Monitoring holds scored periods of its own environment against what came true there."""
    for source, use_case, values in read.use_case_values():
        jobs = present(values, "jobs")
        missing = [job for job in ("ingest", "scoring") if job not in jobs]
        if "monitoring" in jobs and missing:
            location = ("use_cases", use_case, "jobs", "monitoring")
            fix = f"add {', '.join(missing)}, or remove monitoring"
            allowed = "monitoring where ingest and scoring run"
            yield problem(source, location, given="monitoring", allowed=allowed, fix=fix)


def gpu_training_has_a_policy(read: Read) -> Iterator[Problem]:
    """A job's cluster obeys a policy; a GPU cluster, that of one machine or of several, by what its models fit."""
    for source, use_case, values in read.use_case_values():
        wanted = dig(values, "jobs", "training", "gpu") is True
        for policy in sorted(_gpu_policies(read, use_case)) if wanted else ():
            if not table(source.data, "policies", policy):
                location = ("use_cases", use_case, "jobs", "training", "gpu")
                fix = "add the policy, or remove gpu"
                yield problem(source, location, given=True, allowed=f"gpu with the policy {policy}", fix=fix)


def processes_have_their_workers(read: Read) -> Iterator[Problem]:
    """Processes that fit one network start together, each on a worker; each policy of their cluster has as many."""
    for source, use_case, values in read.use_case_values():
        wanted = dig(values, "jobs", "training", "processes")
        if not isinstance(wanted, int) or wanted == 1:
            continue
        location = ("use_cases", use_case, "jobs", "training", "processes")
        if "gpu_distributed" not in _gpu_policies(read, use_case):
            allowed, fix = "1, since no model is fitted by spark_network", "remove it, or declare that algorithm"
            yield problem(source, location, given=wanted, allowed=allowed, fix=fix)
            continue
        gpus = dig(values, "jobs", "training", "gpu") is True
        for policy in ("cpu_autoscaling", *(("gpu_distributed",) if gpus else ())):
            most = dig(source.data, "policies", policy, "size", "max_workers")
            if isinstance(most, int) and most < wanted:
                allowed, fix = f"at most the {most} workers of {policy}", "ask for fewer, or raise max_workers"
                yield problem(source, location, given=wanted, allowed=allowed, fix=fix)


def _gpu_policies(read: Read, use_case: str) -> set[str]:
    """Those of the GPU training of each of its models."""
    declared = read.use_cases.get(use_case)
    return {gpu_policy(model) for model in declared.models} if declared else {"gpu_single_node"}


def policies_have_a_user(read: Read) -> Iterator[Problem]:
    """A GPU policy is there for a job or for people; one that neither may use only looks like a choice."""
    for source in read.environments.values():
        cases = table(source.data, "use_cases")
        with_gpu = [case for case in cases if dig(cases, case, "jobs", "training", "gpu") is True]
        used = {policy for case in with_gpu for policy in _gpu_policies(read, str(case))}
        for name in table(source.data, "policies"):
            if name.startswith("gpu_") and name not in used and not texts(source.data, "policies", name, "can_use"):
                location = ("policies", name, "can_use")
                allowed = f"{name} with a group, or with a job on it"
                yield problem(source, location, given=[], allowed=allowed, fix="name a group, or remove the policy")


def alert_secrets_lie_in_the_vault(read: Read) -> Iterator[Problem]:
    """The only secret scope is the environment's key vault."""
    for source, use_case, values in read.use_case_values():
        scope = dig(source.data, "name")
        for name in ("webhook_secret", "mail_secret"):
            given = dig(values, "jobs", "monitoring", name)
            if isinstance(given, str) and "/" in given and given.split("/")[0] != scope:
                location = ("use_cases", use_case, "jobs", "monitoring", name)
                allowed = f"{scope}/<key>, a secret of the environment's key vault"
                yield problem(source, location, given=given, allowed=allowed, fix="correct the scope")


def destinations_have_people(read: Read) -> Iterator[Problem]:
    """Whom a use case tells of its alerts has addresses in each environment that monitors it."""
    for source, use_case, values in read.use_case_values():
        declared, named = read.use_cases.get(use_case), table(source.data, "destinations")
        if declared is None or "monitoring" not in present(values, "jobs"):
            continue
        for name in destinations(declared.alerts):
            if name != ON_CALL and name not in named:
                allowed = f"{name!r} under destinations, since {use_case} tells it of alerts"
                yield problem(
                    source, ("destinations",), given=sorted(named), allowed=allowed, fix="add it with its addresses"
                )


def destinations_are_told_apart(read: Read) -> Iterator[Problem]:
    """A stack finds a destination by a search for its name, which must find no other one."""
    for source in read.environments.values():
        names = [ON_CALL, *table(source.data, "destinations")]
        for place, name in enumerate(names):
            others = [other for at, other in enumerate(names) if at != place and name in other]
            if others:
                allowed = f"names that are not part of another one, such as {others[0]!r}; on-call are those of notify"
                yield problem(source, ("destinations",), given=name, allowed=allowed, fix="rename it")


def serving_has_what_it_needs(read: Read) -> Iterator[Problem]:
    """An endpoint serves a use case that declares it, looks features up in a store, and is watched by monitoring."""
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
    """The table is made by a job, so only the stack of phase two can grant it."""
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
    """The registered model belongs to the promotion principal, so that job cannot be left out."""
    for source, use_case, values in read.use_case_values():
        jobs = sorted(present(values, "jobs"))
        if "jobs" in values and "promotion" not in jobs:
            location = ("use_cases", use_case, "jobs")
            yield problem(source, location, given=jobs, allowed="jobs with promotion", fix="add promotion: {}")


def sensitive_columns_can_be_hidden(read: Read) -> Iterator[Problem]:
    """What hides sensitive columns is made by the ingest job, whose principal needs the right to."""
    location = ("job_access", "ingest", "functions")
    ingests = {name for _, name, values in read.use_case_values() if "ingest" in present(values, "jobs")}
    needing = sorted(name for name in ingests & read.use_cases.keys() if hidden_columns(read.use_cases[name]))
    given = dig(read.platform.data, *location)
    if needing and given is None:
        allowed = f"create, since {', '.join(needing)} has sensitive columns"
        yield problem(read.platform, location, given=given, allowed=allowed, fix="add functions: create")


def clear_sight_has_something_to_see(read: Read) -> Iterator[Problem]:
    """Seeing sensitive values in clear is worth nothing to a group that reads no table with any."""
    for source, use_case, values in read.use_case_values():
        for group, role in table(values, "access").items():
            if dig(role, "sensitive") and not present(role) & {"bronze", "silver", "gold"}:
                location = ("use_cases", use_case, "access", group, "sensitive")
                allowed = "sensitive with bronze, silver or gold: read"
                yield problem(source, location, given=role["sensitive"], allowed=allowed, fix="add one, or remove it")


def requests_that_are_looked_at_are_recorded(read: Read) -> Iterator[Problem]:
    """An experiment, or a shadow, needs what the endpoint was asked."""
    for source, use_case, values in read.use_case_values():
        models = read.use_cases[use_case].models if use_case in read.use_cases else ()
        looking = [model.name for model in models if model.serving and model.serving.looks_at_requests]
        if looking and table(values, "serving").get("inference_table") is False:
            location = ("use_cases", use_case, "serving", "inference_table")
            allowed = f"true: an experiment or a shadow of {', '.join(looking)} reads what was asked"
            fix = "remove it, or declare neither experiment nor shadow"
            yield problem(source, location, given=False, allowed=allowed, fix=fix)


def declared_crons_are_quartz(read: Read) -> Iterator[Problem]:
    """The schedules of the use cases, which Python declares, are Quartz too."""
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
