"""Masks are one stack that names the tables of every use case: the demo also creates the tables of the others."""

from collections.abc import Collection

from cli.cloud import workspace
from cli.removals import job_names
from cli.runs import start
from ml.declarations import hidden_columns
from ml.usecases import USE_CASES
from ml.usecases import use_case as declaration

# The first task of ingest, which creates the tables and needs no file.
_TASK = "masks"


def start_others(use_case: str) -> dict[str, int]:
    """Create the tables of the other use cases: returns runs by job; empty if `use_case` masks nothing."""
    if not hidden_columns(declaration(use_case)):
        return {}
    client = workspace("prod")
    return {job: start(client, job, {}, [_TASK]) for job in other_ingests(use_case, job_names("prod"))}


def other_ingests(use_case: str, deployed: Collection[str]) -> list[str]:
    """The ingest jobs, among those `deployed`, of other use cases with masked columns. Pure."""
    found = [f"{name}-ingest" for name, case in USE_CASES.items() if name != use_case and hidden_columns(case)]
    return [job for job in found if job in deployed]
