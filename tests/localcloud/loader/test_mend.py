"""What was changed past the stacks, and a load that mends it."""

from typing import Any

from tests.localcloud.loader.stacks import Stacks, counts

TASK = {"task_key": "a", "python_wheel_task": {"package_name": "p", "entry_point": "e"}}
LAKE: dict[str, Any] = {
    "databricks_catalog.lake": {"name": "lake", "comment": "first"},
    "databricks_job.ingest": {"name": "ingest", "task": [TASK]},
}


def test_what_was_changed_by_hand_is_mended_if_asked(stacks: Stacks) -> None:
    """A load looks at the documents alone; with `mend` it writes everything in place, and makes nothing anew."""
    stacks.write("prod-ml", LAKE)
    stacks.load()
    admin = stacks.core.admin()
    (before,) = admin.jobs.list()
    admin.catalogs.update("lake", comment="by hand")
    assert counts(stacks.load()) == (0, 0, 2, 0)
    assert admin.catalogs.get("lake").comment == "by hand"
    assert counts(stacks.load(mend=True)) == (0, 2, 0, 0)
    assert admin.catalogs.get("lake").comment == "first"
    (after,) = admin.jobs.list()
    assert after.job_id == before.job_id
