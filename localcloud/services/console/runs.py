"""Runs for lists."""

from collections.abc import Iterable

from localcloud.kernel.store import Document, Store


def newest(store: Store, *, most: int, skipped: int = 0, **fields: str | int) -> list[Document]:
    """The newest runs with these values; `has_job`: whether the run's job still exists and has a page."""
    return _with_jobs(store, store.newest("job_run", most=most, skipped=skipped, **fields))


def _with_jobs(store: Store, runs: Iterable[Document]) -> list[Document]:
    return [{**run, "has_job": store.get("job", str(run["job_id"])) is not None} for run in runs]
