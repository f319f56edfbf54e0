"""A job's task that updates a pipeline: the source runs as the pipeline's principal, over real tables."""

from typing import Any

from localcloud.spark.sessions import new_session
from tests.localcloud.services.jobs.conftest import WHEEL_PATH, Plant, results
from tests.localcloud.services.jobs.test_scripts import put

SOURCE = """
from pyspark import pipelines as dp
from pyspark.sql import functions as F

import probe


@dp.materialized_view(comment="By whether it is even.")
@dp.expect_or_fail("counted", "numbers > 0")
def halves():
    return spark.sql("SELECT id % 2 AS odd, count(*) AS numbers FROM good GROUP BY id % 2")


@dp.temporary_view()
@dp.expect("small", "id < 8")
@dp.expect_or_drop("good", "id > 0")
def good():
    return spark.read.table("prod.platform_ops.numbers").where(F.lit(probe.__name__) == "probe")
"""


def _pipeline(plant: Plant, source: str) -> str:
    put(plant, "/Shared/source.py", source, "RAW")
    body: dict[str, Any] = {
        "name": "p",
        "catalog": "prod",
        "schema": "platform_ops",
        "serverless": True,
        "libraries": [{"file": {"path": "/Workspace/Shared/source.py"}}],
        "environment": {"dependencies": [WHEEL_PATH]},
        "configuration": {"spark.sql.session.timeZone": "UTC"},
        "run_as": {"service_principal_name": plant.principal},
    }
    answer = plant.core.call("POST", f"{plant.core.url('prod')}/api/2.0/pipelines", json=body)
    assert answer.status_code == 200, answer.text
    pipeline_id = str(answer.json()["pipeline_id"])
    entries = [{"service_principal_name": plant.principal, "permission_level": "CAN_RUN"}]
    url = f"{plant.core.url('prod')}/api/2.0/permissions/pipelines/{pipeline_id}"
    assert plant.core.call("PUT", url, json={"access_control_list": entries}).status_code == 200
    return pipeline_id


def _job(plant: Plant, pipeline_id: str) -> int:
    return plant.create("updates", {"task_key": "a", "pipeline_task": {"pipeline_id": pipeline_id}})


def test_a_source_that_cannot_be_run_fails_its_update_and_the_task(plant: Plant) -> None:
    """With the reason in the events and in the run; a second update may follow, and one that is started by hand."""
    pipeline_id = _pipeline(plant, "from pyspark import pipelines as dp\ndp.create_streaming_table('a')\n")
    run = plant.run(_job(plant, pipeline_id))
    assert results(run) == {"a": "FAILED"}
    assert run.tasks is not None
    assert "create_streaming_table is not run" in str(run.tasks[0].state)
    pipelines = plant.admin.pipelines
    started = pipelines.start_update(pipeline_id)
    assert plant.updates.wait(started.update_id, 120)
    found = pipelines.get_update(pipeline_id, started.update_id).update
    assert found is not None
    assert (str(found.state), found.pipeline_id) == ("UpdateInfoState.FAILED", pipeline_id)
    assert [str(each.state) for each in pipelines.list_updates(pipeline_id).updates or []] == [
        "UpdateInfoState.FAILED"
    ] * 2
    newest = next(iter(pipelines.list_pipeline_events(pipeline_id)))
    assert (newest.event_type, str(newest.level)) == ("update_progress", "EventLevel.ERROR")


def test_a_pipeline_that_is_not_there_fails_the_task(plant: Plant) -> None:
    """Nothing is started."""
    assert results(plant.run(_job(plant, "none"))) == {"a": "FAILED"}


def test_an_update_computes_its_tables_as_its_principal(plant: Plant, spark_remote: str) -> None:
    """Whatever the order of the source: what is not as expected is dropped and counted, the rest is written."""
    plant.core.cloud.spark_remote = spark_remote
    plant.core.table("prod.platform_ops.numbers")
    location = plant.core.cloud.store.require("table", "prod.platform_ops.numbers")["storage_location"]
    spark = new_session(spark_remote)
    spark.range(10).write.format("delta").save(location)
    job_id = _job(plant, _pipeline(plant, SOURCE))
    assert results(plant.run(job_id)) == {"a": "FAILED"}
    plant.core.grant("table", "prod.platform_ops.numbers", plant.principal, "SELECT")
    plant.core.grant("schema", "prod.platform_ops", plant.principal, "CREATE_MATERIALIZED_VIEW")
    run = plant.run(job_id)
    assert results(run) == {"a": "SUCCESS"}, run.tasks
    made = plant.core.cloud.store.require("table", "prod.platform_ops.halves")
    rows = spark.read.format("delta").load(made["storage_location"]).collect()
    assert sorted(tuple(row) for row in rows) == [(0, 4), (1, 5)]
    assert [column["name"] for column in made["columns"]] == ["odd", "numbers"]
    pipeline_id = made["pipeline_id"]
    url = f"{plant.core.url('prod')}/api/2.0/pipelines/{pipeline_id}/events"
    events = plant.core.call("GET", url).json()["events"]
    flows = [each["details"]["flow_progress"] for each in events if each["event_type"] == "flow_progress"]
    counted = {
        (said["name"], said["passed_records"], said["failed_records"])
        for flow in flows[:2]
        for said in flow["data_quality"]["expectations"]
    }
    assert counted == {("small", 8, 2), ("good", 9, 1), ("counted", 2, 0)}
    spark.stop()
