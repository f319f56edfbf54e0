"""`mlops forget`."""

import json

import click

from cli import inference_tables
from cli.errors import CommandError
from cli.forget import told
from cli.job_runs import run_job
from cli.models import models_of
from cli.output import Row, format_option, show
from cli.removals import asked_job, by_option, job_names, predictions_job, require_success
from cli.runs import RunResult
from cli.trained import trained
from ml.people import Request, person_column
from ml.usecases import USE_CASES


@click.command()
@click.argument("use_case", type=click.Choice(sorted(USE_CASES)))
@click.argument("key")
@click.option("--reason", required=True, help="Why; it is recorded. Do not name the person in it.")
@by_option
@click.option("--env", default="prod", show_default=True, help="Environment.")
@format_option
def forget(*, use_case: str, key: str, reason: str, by: str, env: str, form: str) -> None:
    """Remove a person from every table of a use case.

    The person with the key KEY leaves the tables, the online store and the inference tables of USE_CASE, and is not
    taken in again. The key stays on this machine: jobs receive a salted hash of it. Run it again to remove what is
    left. It lists other environments that keep predictions for this one's people; forget the person there too.
    """
    person = Request.of(key, person_column(USE_CASES[use_case]))
    jobs = job_names(env)
    ingest, scoring = asked_job(jobs, use_case), predictions_job(jobs, models_of(use_case, env)[0])
    if not jobs & {ingest, scoring}:
        raise CommandError(f"{env!r} has neither {ingest} nor {scoring}, so it holds no records of {use_case}")
    rows: list[Row] = []
    if ingest in jobs:
        versions_of = json.dumps(trained(env, use_case))
        asked = {"forget": str(person), "trained": versions_of, "reason": reason, "by": by}
        rows += told(_run(env, ingest, asked), env, use_case)
    if scoring in jobs:
        rows += told(_run(env, scoring, {"forget": str(person)}), env, use_case)
    rows += inference_tables.forget(env, use_case, person)
    show(rows, form=form, title=f"a person is forgotten in {use_case} in {env}", columns=("what", "found", "details"))


def _run(env: str, job: str, parameters: dict[str, str]) -> RunResult:
    result = run_job(env, job, parameters)
    require_success(result, job)
    return result
