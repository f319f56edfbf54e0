"""`mlops run`."""

import click

from cli.cloud import workspace
from cli.errors import CommandError
from cli.output import format_option, progress, show
from cli.runs import RunResult, TaskResult, follow, start


def run_job(env: str, job: str, parameters: dict[str, str] | None = None) -> RunResult:
    """Run the deployed job to its end, showing each task as it ends."""
    return follow_run(env, job, start(workspace(env), job, parameters or {}))


def follow_run(env: str, job: str, run_id: int) -> RunResult:
    """Wait for a run that was started, showing each task as it ends."""
    progress.print(f"[bold]{env}[/bold] {job} (run {run_id})")
    return follow(workspace(env), env, run_id, _show_task)


def _show_task(result: TaskResult) -> None:
    colour = {"SUCCESS": "green", "EXCLUDED": "yellow"}.get(result.state, "red")
    rows = result.accounting
    counts = ""
    if isinstance(rows.get("rows_in"), int):
        counts = f"  {rows['rows_in']:,} in, {rows['rows_kept']:,} kept, {rows['rows_quarantined']:,} quarantined"
    progress.print(
        f"  [{colour}]{result.state:<9}[/{colour}] {result.job:<20} {result.task:<15} {result.duration_s:5.1f} s"
        + counts
        + (f"  {result.message}" if result.message else ""),
        markup=True,
        soft_wrap=True,
    )


def parse_parameters(pairs: tuple[str, ...]) -> dict[str, str]:
    """`("a=1", "b=2")` as a mapping. Raises CommandError that names every pair without '='."""
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise CommandError(f"--param {', '.join(wrong)}: write it as name=value", exit_code=2)
    return dict(pair.split("=", 1) for pair in pairs)


@click.command()
@click.argument("job")
@click.option("--env", required=True, help="Environment to run it in, for example prod.")
@click.option("--param", "pairs", multiple=True, metavar="K=V", help="Job parameter; may be repeated.")
@format_option
def run(job: str, env: str, pairs: tuple[str, ...], form: str) -> None:
    """Run the deployed job JOB and wait for its end. Exits with 1 where it fails."""
    result = run_job(env, job, parse_parameters(pairs))
    show([task.as_row() for task in result.tasks], form=form, title=f"{job} in {env}: run {result.run_id}")
    if not result.succeeded:
        raise CommandError(f"run {result.run_id} of {job!r} failed: {result.message or 'see the tasks above'}")
