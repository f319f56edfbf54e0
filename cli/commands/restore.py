"""`mlops restore`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cli.cloud import HOST
from cli.errors import CommandError
from cli.output import Row, format_option, progress, show
from cli.removals import by_option
from cli.spans import moment
from cli.warehouse import Warehouse, table_parts

if TYPE_CHECKING:
    from cli.restore import Plan


@click.command()
@click.argument("table")
@click.option("--version", type=click.IntRange(min=0), help="Version to go back to.")
@click.option("--timestamp", help="Or a time to go back to (ISO 8601; UTC if without an offset).")
@click.option("--reason", default="", help="Why; it is recorded. Required with --yes.")
@by_option
@click.option("--host", help=HOST)
@click.option("--yes", is_flag=True, help="Do it, instead of showing what would happen.")
@format_option
def restore(
    *,
    table: str,
    version: int | None,
    timestamp: str | None,
    reason: str,
    by: str,
    host: str | None,
    yes: bool,
    form: str,
) -> None:
    """Take TABLE back to an earlier version.

    TABLE is catalog.schema.table. Without --yes, only shows what would happen. The use case's ingest job restores the
    table and continues from there, so that no row is lost or counted twice. To make earlier versions of models live
    again, use `mlops live-again`.
    """
    from cli.restore import planned  # noqa: PLC0415 - other commands do not need it
    from ml.usecases import USE_CASES  # noqa: PLC0415

    if (version is None) == (timestamp is None):
        raise CommandError("give either --version or --timestamp", 2)
    if yes and not reason.strip():
        raise CommandError("--yes needs --reason, which is recorded", 2)
    try:
        at = moment(timestamp) if timestamp else None
    except ValueError as error:
        allowed = "write 2024-05-01T12:00:00, in UTC or with an offset"
        raise CommandError(f"--timestamp {timestamp!r}: {allowed}", 2) from error
    warehouse = Warehouse(table_parts(table)[0], host=host)
    plan = planned(warehouse, table, list(USE_CASES.values()), version=version, timestamp=at)
    if yes:
        _do(plan, reason, by, host)
        return
    rows = list(_told(warehouse, plan, host))
    show(rows, form=form, title=f"{plan.full_name}: nothing is changed yet", columns=("what", "found", "details"))
    refused = [row["details"] for row in rows if row["found"] == "refused"]
    if refused:
        raise CommandError(f"{plan.full_name} cannot be restored: {'; '.join(map(str, refused))}")
    progress.print(f"To do it: the same with --version {plan.then.number} --reason … --yes")


def _do(plan: "Plan", reason: str, by: str, host: str | None) -> None:
    from cli.job_runs import run_job  # noqa: PLC0415 - a dry run does not need it
    from cli.removals import asked_job, job_names, require_success  # noqa: PLC0415

    env = plan.full_name.partition(".")[0]
    job = asked_job(job_names(env, host), plan.use_case.name)
    asked = {"restore": f"{plan.full_name}@{plan.then.number}", "reason": reason, "by": by}
    require_success(run_job(env, job, asked, host), job)
    beside = "in the next round of the continuous ingest" if job.endswith("-requests") else "and ingest went on from it"
    click.echo(f"{plan.full_name} goes from version {plan.now.number} to {plan.then.number}, {beside}")


def _told(warehouse: Warehouse, plan: "Plan", host: str | None) -> Iterator[Row]:
    """One row per difference that the restore would make, and per fact to know beforehand."""
    from cli.lineage import made_of  # noqa: PLC0415 - other commands do not need it
    from cli.restore import differences, problems  # noqa: PLC0415
    from ml.usecases import USE_CASES  # noqa: PLC0415

    come, go, files_come, files_go = differences(warehouse, plan)
    then, now = plan.then, plan.now
    made = f"made {then.made:%Y-%m-%d %H:%M:%S} UTC by {then.operation}; it has version {now.number} ({now.operation})"
    yield _row("version", then.number, made)
    yield _row("rows", f"+{come:,} -{go:,}", "that come back, and that go")
    yield _row("files", f"+{files_come:,} -{files_go:,}", "that come back, and that go; none is removed from storage")
    for node in made_of(plan.full_name, list(USE_CASES.values())):
        yield _row(node.kind, node.name, "is made of it")
    if host is None:
        yield from _trained(plan)
    yield _row("next ingest", "", plan.table.follows)
    for problem in problems(warehouse, plan):
        yield _row("restore", "refused", problem)


def _trained(plan: "Plan") -> Iterator[Row]:
    """Live and previous versions, of any environment, that were trained on the table; they stay unchanged."""
    from cli.trained import trained  # noqa: PLC0415 - other commands do not need it

    for model in trained(plan.full_name.partition(".")[0], plan.use_case.name):
        if model["table"] == plan.full_name:
            what = f"{model['model']} version {model['version']} ({model['is']})"
            yield _row("trained", what, f"on version {model['table_version']}, which stays readable")


def _row(what: str, found: object, details: str) -> Row:
    return {"what": what, "found": found, "details": details}
