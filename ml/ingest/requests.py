"""Requests to an ingest run beside its daily work: withdraw a delivery, restore a table, or forget a person."""

import argparse
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Source
from ml.ingest import forgetting, restores, withdrawals
from ml.ingest.files import opened, parsed
from ml.ingest.forgetting import Forgetting
from ml.ingest.loading import Loading, loading
from ml.ingest.restores import Restore
from ml.ingest.withdrawals import Withdrawal
from ml.parameters import Common
from ml.people import Request, person_column, plain_sql
from ml.streams.deliveries import listed
from ml.tables import Tables, door
from ml.tables.upkeep import stepped


def main(arguments: Sequence[str] | None = None) -> None:
    """Record the request, for a continuous ingest to execute in its next round; run by job `<usecase>-requests`."""
    given = parameters.with_requests("ingest_requests").parse_args(arguments)
    task, tables = parameters.common(given), door()
    answered = answer([loading(tables, task, feed) for feed in task.use_case.feeds], given)
    runtime.report(task="requests", rows_in=0, rows_kept=0, rows_quarantined=0, **answered)


def answer(feeds: Sequence[Loading], given: argparse.Namespace) -> dict[str, object]:
    """Record the request; bronze then executes it. Returns its part of the task's report."""
    tables, task = feeds[0].tables, feeds[0].task
    if given.withdraw:
        feed, _, delivery = given.withdraw.partition("/")
        asked = Withdrawal(feed=feed, delivery=delivery, reason=given.reason, by=given.by)
        withdrawals.ask(tables, task, asked)
    if given.restore:
        asked_back = Restore.read(given.restore, reason=given.reason, by=given.by)
        restores.ask(tables, task, asked_back, feeds[0].kept)
    if not given.forget:
        return {}
    person = Request.read(given.forget)
    with ExitStack() as held:
        landed = {
            feed.feed.name: held.enter_context(runtime.computed_once(_landed(feed)))
            for feed in feeds
            if isinstance(feed.feed.source, Source)
        }
        forget = Forgetting(person=person, reason=given.reason, by=given.by)
        found = forgetting.ask(tables, task, forget, landed, feeds[0].secrets)
        files = [
            file
            for feed in task.use_case.feeds
            if feed.name in landed
            for file in forgetting.holding(feed, task.use_case, person, landed[feed.name])
        ]
        unread = [file for rows in landed.values() for file in _unread(rows)]
    models = trained_on(tables, task, person, json.loads(given.trained or "[]"))
    return {
        "person_found": found,
        "landing_files": files,
        "unread_files": unread,
        "trained_on": models,
        "old_files_go_after": str(gone_after(task, datetime.now(UTC))),
    }


def _landed(feed: Loading) -> DataFrame:
    return parsed(feed.feed, opened(feed.tables.spark, _files(feed.landing), {}), feed.folder)


def gone_after(task: Common, now: datetime) -> date:
    """The day from which maintenance removes the files that contained the person, if no live model needs them."""
    return (now + timedelta(days=stepped(task.use_case.retention.days(task.use_case.calendar, now)))).date()


def trained_on(
    tables: Tables, task: Common, person: Request, models: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    """The `models` (each with its training data, `table` and `table_version`), and whether that data `had` the person.

    `had` is None if that version can no longer be read.
    """
    return [{**model, "had": _had(tables, task, person, model)} for model in models]


def _had(tables: Tables, task: Common, person: Request, model: Mapping[str, object]) -> bool | None:
    column = person_column(task.use_case)
    try:
        rows = tables.read(str(model["table"]), int(str(model["table_version"])))
        return not rows.where(person.means(plain_sql(F.col(column.name), column))).isEmpty()
    except Exception as error:  # noqa: BLE001 - the person is forgotten even if the version cannot be read
        print(f"{model['table']}@{model['table_version']} cannot be read: {error}", flush=True)
        return None


def _files(folder: Path) -> list[Path]:
    return [folder / each.name for each in listed(folder) if not (folder / each.name).is_dir()]


def _unread(rows: DataFrame) -> list[str]:
    return sorted(row["_source_file"] for row in rows.where("_problem IS NOT NULL").select("_source_file").collect())
