"""Runs deployed jobs to their end, showing each task as it ends, and finds the jobs of a stage."""

from collections.abc import Callable, Sequence

from cli.cloud import deployed, workspace
from cli.errors import CommandError
from cli.models import named_model
from cli.output import progress
from cli.runs import RunResult, TaskResult, follow, start


def run_job(
    env: str,
    job: str,
    parameters: dict[str, str] | None = None,
    host: str | None = None,
    only: Sequence[str] = (),
) -> RunResult:
    """Run the deployed job, or `only` some of its tasks, to its end, showing each task as it ends.

    `host` is a real workspace's URL.
    """
    return follow_run(env, job, start(deployed(env, host), job, parameters or {}, only), host)


def follow_run(
    env: str, job: str, run_id: int, host: str | None = None, then: Callable[[TaskResult], None] | None = None
) -> RunResult:
    """Wait for a running job, showing each task as it ends; `then` is called with it, too."""
    progress.print(f"[bold]{env}[/bold] {job} (run {run_id})")
    client = deployed(env, host) if host else workspace(env)

    def ended(result: TaskResult) -> None:
        _show_task(result)
        if then is not None:
            then(result)

    return follow(client, env, run_id, ended, remote=host is not None)


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
    if rows.get("left_behind"):
        progress.print(f"  [yellow]left behind[/yellow] {rows['left_behind']}", markup=True, soft_wrap=True)


def jobs_of(env: str, stage: str, model: str | None = None) -> list[str]:
    """The jobs of `stage` for every use case that `env` runs.

    For a stage that works on one model: one job per model, or only the job of `model`. Continuous jobs are left out,
    because they never end. Raises CommandError if there is none.
    """
    from cli.specification import declared  # noqa: PLC0415 - a run of one job needs no specification
    from infra.jobs.declaration import Continuous  # noqa: PLC0415
    from infra.jobs.declared import declared_jobs  # noqa: PLC0415
    from infra.main import JOBS  # noqa: PLC0415 - starts Node

    spec, environment = declared(env)
    jobs = [
        job for use_case in environment.use_cases for job in declared_jobs(spec, environment, use_case, "unknown", JOBS)
    ]
    wanted = named_model(model, env).job(stage) if model else None
    found = [job for job in jobs if job.stage == stage and wanted in (None, job.name)]
    if not found:
        known = ", ".join(sorted({job.stage for job in jobs}))
        raise CommandError(f"--stage {stage}: no use case of {env} has such a job; its stages are {known}", 2)
    return [job.name for job in found if not isinstance(job.starts, Continuous)]
