"""`mlops clock`."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import click

from cli.cloud import local_call
from cli.errors import CommandError
from cli.factories import follow_pipeline
from cli.job_runs import follow_run
from cli.output import Row, format_option, progress, show
from cli.spans import moment, span_s


def _parsed(parse: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """An option callback that parses its text with `parse`."""

    def callback(_: click.Context, __: click.Parameter, text: str | None) -> Any:
        try:
            return None if text is None else parse(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return callback


@click.command()
@click.option("--to", "target", metavar="TIME", callback=_parsed(moment), help="Step to this time (UTC).")
@click.option("--by", "by_s", metavar="SPAN", callback=_parsed(span_s), help="Step by this span: 31d, 12h, 1d12h.")
@format_option
def clock(target: datetime | None, by_s: int | None, form: str) -> None:
    """Show the local cloud's clock, or step it.

    The clock stands still until it is stepped, so schedules and file-arrival triggers start nothing by themselves.
    Jobs that fall due on the way run one after the other.
    """
    if target is not None and by_s is not None:
        raise CommandError("--to and --by were both given: leave one out", exit_code=2)
    if target is None and by_s is None:
        _show_clock(form)
        return
    _step(target or datetime.fromisoformat(_now()) + timedelta(seconds=by_s or 0), form)


def _show_clock(form: str) -> None:
    shown = local_call("GET", "clock")
    rows = [
        {"env": job["workspace"], "job": job["job"], "starts": job["waits_for"], "next": _next(job)}
        for job in shown["jobs"]
    ]
    rows += [
        {"env": each["factory"], "job": each["trigger"], "starts": each["kind"], "next": each["next"] or ""}
        for each in shown["pipelines"]
    ]
    show(rows, form=form, title=f"The local clock shows {shown['now']}", columns=("env", "job", "starts", "next"))


def _next(job: Row) -> str:
    return "paused" if job["paused"] else job["next"] or ""


def _now() -> str:
    return str(local_call("GET", "clock")["now"])


def _step(target: datetime, form: str) -> None:
    """Raises CommandError if a run failed; the clock has still moved on, as real time would."""
    rows = list(_ran(target))
    columns = ("at", "env", "job", "trigger", "run", "result")
    show(rows, form=form, title=f"The local clock shows {_now()}", columns=columns)
    failed = [f"{row['job']} in {row['env']} (run {row['run']})" for row in rows if row["result"] != "SUCCESS"]
    if failed:
        raise CommandError(f"{len(failed)} of {len(rows)} runs failed: {', '.join(failed)}")


def _ran(target: datetime) -> Iterator[Row]:
    """Step from run to run, waiting for each. One row per run that was due."""
    told: set[str] = set()
    while True:
        stepped = local_call("POST", "clock", {"advance_to": target.isoformat(), "stop_at_first": True})
        _tell(stepped["problems"], told)
        _tell_alerts(stepped["alerts"])
        for run in stepped["fired"]:
            progress.print(f"{run['at']} {run['trigger']}", markup=False)
            result = follow_run(run["workspace"], run["job"], run["run_id"])
            yield {
                "at": run["at"],
                "env": run["workspace"],
                "job": run["job"],
                "trigger": run["trigger"],
                "run": run["run_id"],
                "result": "SUCCESS" if result.succeeded else "FAILED",
            }
        yield from (_followed(run) for run in stepped["pipelines"])
        if not stepped["fired"] and not stepped["pipelines"]:
            return


def _followed(run: Row) -> Row:
    """Wait for a pipeline run of a data factory."""
    progress.print(f"{run['at']} {run['factory']} {run['pipeline']} (run {run['run_id']})", markup=False)
    over = follow_pipeline(run["url"])
    if over["message"]:
        progress.print(f"  {over['message']}", markup=False, soft_wrap=True)
    named = {"at": run["at"], "env": run["factory"], "job": run["pipeline"], "trigger": run["trigger"]}
    return {**named, "run": run["run_id"], "result": "SUCCESS" if over["status"] == "Succeeded" else "FAILED"}


def _tell_alerts(alerts: list[Row]) -> None:
    """Print which SQL alerts sent notifications, and which could not."""
    for alert in alerts:
        for what in [*alert["told"], *(f"not told: {why}" for why in alert["undelivered"])]:
            progress.print(f"{alert['at']} {alert['alert']}: {alert['state']}, {what}", markup=False, soft_wrap=True)


def _tell(problems: list[Row], told: set[str]) -> None:
    """Print once what could not be watched."""
    for problem in problems:
        line = f"{problem['workspace']} {problem['job']}: {problem['problem']}"
        if line not in told:
            progress.print(line, markup=False)
        told.add(line)
