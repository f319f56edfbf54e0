"""`mlops run`."""

import click

from cli.cloud import HOST
from cli.errors import CommandError
from cli.job_runs import jobs_of, run_job
from cli.output import format_option, show


def parse_parameters(pairs: tuple[str, ...]) -> dict[str, str]:
    """`("a=1", "b=2")` as a mapping. Raises CommandError that names every pair without '='."""
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise CommandError(f"--param {', '.join(wrong)}: write it as name=value", exit_code=2)
    return dict(pair.split("=", 1) for pair in pairs)


@click.command()
@click.argument("job", required=False)
@click.option("--env", required=True, help="Environment to run it in, such as prod.")
@click.option("--stage", help="Instead of JOB: this stage's job of every use case, one after the other.")
@click.option("--model", help="With --stage: only the job of this model, a use case or USECASE/MODEL.")
@click.option("--param", "pairs", multiple=True, metavar="K=V", help="Job parameter; may be repeated.")
@click.option("--only", multiple=True, metavar="TASK", help="Run only this task; may be repeated.")
@click.option("--host", help=HOST)
@format_option
def run(
    *,
    job: str | None,
    env: str,
    stage: str | None,
    model: str | None,
    pairs: tuple[str, ...],
    only: tuple[str, ...],
    host: str | None,
    form: str,
) -> None:
    """Run the deployed job JOB and follow it. Ends with 1 if it fails."""
    if (job is None) == (stage is None):
        raise CommandError("give either a JOB, or a --stage to run its jobs", 2)
    if model and stage is None:
        raise CommandError(f"--model {model} selects among the jobs of a --stage, so give --stage too", 2)
    parameters = parse_parameters(pairs)
    for name in [job] if job else jobs_of(env, str(stage), model):
        result = run_job(env, name, parameters, host, only)
        show([task.as_row() for task in result.tasks], form=form, title=f"{name} in {env}: run {result.run_id}")
        if not result.succeeded:
            raise CommandError(f"run {result.run_id} of {name!r} failed: {result.message or 'see the tasks above'}")
