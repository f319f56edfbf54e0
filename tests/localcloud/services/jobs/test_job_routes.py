"""The routes of jobs and runs that no story needs."""

import pytest
from databricks.sdk.errors import InvalidParameterValue, ResourceDoesNotExist
from databricks.sdk.service.jobs import JobSettings

from tests.localcloud.services.jobs.conftest import Plant


def test_a_job_is_changed_in_part_and_deleted(plant: Plant) -> None:
    """`update` changes what it names and leaves the rest; a deleted job is not found."""
    job_id = plant.create("ingest", plant.task("a", "say"), max_concurrent_runs=2)
    plant.admin.jobs.update(job_id, new_settings=JobSettings(name="renamed"))
    settings = plant.admin.jobs.get(job_id).settings
    assert settings is not None
    assert (settings.name, settings.max_concurrent_runs) == ("renamed", 2)
    plant.admin.jobs.delete(job_id)
    with pytest.raises((ResourceDoesNotExist, InvalidParameterValue)):
        plant.admin.jobs.get(job_id)


def test_all_runs_of_a_job_are_cancelled_and_one_is_deleted(plant: Plant) -> None:
    """`cancel_all_runs` ends what runs; a run that is over can be deleted, and is gone from the list."""
    job_id = plant.create("long", plant.task("a", "hangs"))
    run_id = plant.start(job_id)
    plant.admin.jobs.cancel_all_runs(job_id=job_id)
    assert plant.wait(run_id).state.result_state.value == "CANCELED"  # type: ignore[union-attr]
    plant.admin.jobs.delete_run(run_id)
    assert list(plant.admin.jobs.list_runs(job_id=job_id)) == []
