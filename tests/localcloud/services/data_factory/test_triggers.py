"""Triggers by the local clock: a schedule, tumbling windows, written blobs; and how many runs there are at once."""

from pathlib import Path
from typing import Any

from localcloud.kernel.processes import wait_until
from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory.pipelines import Pipelines, pipelines_of
from tests.localcloud.services.azure.client import GROUP, WEST
from tests.localcloud.services.data_factory.conftest import EVER, FACTORY, Factory, activity

ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/mlopsprodlake"
NEVER_THERE = "http://127.0.0.1:1/"


def _call(name: str = "call") -> dict[str, Any]:
    """An activity that is over at once, and fails: nobody listens there."""
    return activity(name, "WebActivity", url=NEVER_THERE, method="POST", body="@pipeline().parameters")


def _trigger(factory: Factory, name: str, kind: str, own: Any, **parameters: str) -> None:
    one = {"pipelineReference": {"referenceName": "work", "type": "PipelineReference"}, "parameters": parameters}
    which = {"pipeline": one} if kind == "TumblingWindowTrigger" else {"pipelines": [one]}
    factory.azure.put(f"{FACTORY}/triggers/{name}", {"properties": {"type": kind, "typeProperties": own, **which}})
    assert factory.azure.ask("POST", f"{FACTORY}/triggers/{name}/start").status_code == 200


def _step(factory: Factory, **body: Any) -> list[dict[str, Any]]:
    core = factory.plant.core
    answer = core.call("POST", f"{core.account_url}/local/clock", json=body)
    assert answer.status_code == 200, answer.text
    return [dict(each) for each in answer.json()["pipelines"]]


def test_a_schedule_starts_its_pipeline_with_its_parameters(factory: Factory) -> None:
    """Once per step, at its last time; what fired, and what that started, is found afterwards."""
    _step(factory, advance_to="2040-01-01T00:00:00Z")
    factory.pipeline("work", _call(), parameters={"day": {"type": "String"}})
    said = {"frequency": "Day", "interval": 1, "startTime": "2040-01-01T00:00:00Z", "schedule": {"hours": [5]}}
    day = "@formatDateTime(trigger().scheduledTime, 'yyyy-MM-dd')"
    _trigger(factory, "nightly", "ScheduleTrigger", {"recurrence": said}, day=day)
    core = factory.plant.core
    [shown] = core.call("GET", f"{core.account_url}/local/clock").json()["pipelines"]
    assert (shown["trigger"], shown["kind"], shown["next"]) == (
        "nightly",
        "ScheduleTrigger",
        "2040-01-01T05:00:00+00:00",
    )
    [fired] = _step(factory, advance_s=2 * 24 * 3600)
    assert (fired["trigger"], fired["pipeline"], fired["at"]) == ("nightly", "work", "2040-01-02T05:00:00+00:00")
    run = factory.wait(fired["run_id"])
    assert (run["parameters"], run["invokedBy"]["invokedByType"]) == ({"day": "2040-01-02"}, "ScheduleTrigger")
    assert factory.azure.get(fired["url"])["runId"] == fired["run_id"]
    asked = {**EVER, "filters": [{"operand": "TriggerName", "operator": "Equals", "values": ["nightly"]}]}
    [row] = factory.azure.ask("POST", f"{FACTORY}/queryTriggerRuns", asked).json()["value"]
    assert (row["status"], row["triggeredPipelines"]) == ("Succeeded", {"work": fired["run_id"]})
    factory.azure.ask("POST", f"{FACTORY}/triggers/nightly/stop")
    assert _step(factory, advance_s=2 * 24 * 3600) == []


def test_every_window_has_its_run(factory: Factory) -> None:
    """Past ones too, in order and once; one that failed is tried again as often as the trigger says."""
    _step(factory, advance_to="2040-01-03T01:00:00Z")
    factory.pipeline("work", _call(), parameters={"start": {"type": "String"}, "end": {"type": "String"}})
    own = {"frequency": "Hour", "interval": 24, "startTime": "2040-01-01T00:00:00Z", "retryPolicy": {"count": 1}}
    window = {name: f"@trigger().outputs.window{name.title()}Time" for name in ("start", "end")}
    _trigger(factory, "daily", "TumblingWindowTrigger", {**own, "maxConcurrency": 1}, **window)
    fired = _step(factory, advance_s=0)
    starts = [factory.wait(each["run_id"])["parameters"]["start"][:10] for each in fired]
    assert starts == ["2040-01-01", "2040-01-02"]
    assert _step(factory, advance_s=0) == []
    [last] = _step(factory, advance_s=24 * 3600, stop_at_first=True)
    assert last["at"] == "2040-01-04T00:00:00+00:00"
    factory.wait(last["run_id"])
    runs: list[dict[str, Any]] = []
    while len(runs) < 6 or any(run["status"] in ("Queued", "InProgress") for run in runs):
        runs = factory.azure.ask("POST", f"{FACTORY}/queryPipelineRuns", EVER).json()["value"]
    counted = [run["parameters"]["end"][:10] for run in runs]
    assert sorted(counted) == ["2040-01-02", "2040-01-02", "2040-01-03", "2040-01-03", "2040-01-04", "2040-01-04"]
    assert {run["status"] for run in runs} == {"Failed"}


def test_a_written_blob_starts_its_pipeline(factory: Factory, tmp_path: Path) -> None:
    """Once; what was there before the trigger was started does not, what is written again does."""
    core, unity = factory.plant.core, f"{factory.plant.core.url('prod')}/api/2.1/unity-catalog"
    location = "abfss://landing@mlopsprodlake.dfs.core.windows.net/credit"
    core.call(
        "POST",
        f"{unity}/storage-credentials",
        json={"name": "lake", "azure_managed_identity": {"access_connector_id": "/x"}},
    )
    core.call("POST", f"{unity}/external-locations", json={"name": "lake", "url": location, "credential_name": "lake"})
    volume = {"catalog_name": "prod", "schema_name": "platform_ops", "name": "landing", "volume_type": "EXTERNAL"}
    made = core.call("POST", f"{unity}/volumes", json={**volume, "storage_location": location})
    assert made.status_code == 200, made.text

    def land(name: str, content: bytes) -> None:
        path = f"/api/2.0/fs/files/Volumes/prod/platform_ops/landing/{name}"
        core.call("PUT", core.url("prod") + path, content=content).raise_for_status()

    land("old.csv", b"1")
    factory.azure.put(ACCOUNT, {**WEST, "kind": "StorageV2"})
    factory.pipeline("work", _call(), parameters={"file": {"type": "String"}})
    own = {
        "scope": ACCOUNT,
        "blobPathBeginsWith": "/landing/blobs/credit/",
        "blobPathEndsWith": ".csv",
        "ignoreEmptyBlobs": True,
        "events": ["Microsoft.Storage.BlobCreated"],
    }
    where = "@concat(triggerBody().folderPath, '/', triggerBody().fileName)"
    _trigger(factory, "arrivals", "BlobEventsTrigger", own, file=where)
    for name, content in (("new.csv", b"2"), ("empty.csv", b""), ("note.txt", b"3")):
        land(name, content)
    fired = _step(factory, advance_s=0)
    assert [factory.wait(each["run_id"])["parameters"] for each in fired] == [{"file": "landing/credit/new.csv"}]
    assert _step(factory, advance_s=60) == []
    land("old.csv", b"11")
    assert len(_step(factory, advance_s=60)) == 1


def test_a_pipeline_runs_as_often_at_once_as_it_says(factory: Factory) -> None:
    """The others wait; a run that waits is cancelled without having begun; a restart marks what was under way."""
    job_id = factory.job("hangs", factory.plant.task("a", "hangs"), max_concurrent_runs=5)
    factory.pipeline("work", activity("train", "DatabricksJob", jobId=job_id), concurrency=1)
    first, second, third = (factory.start("work") for _ in range(3))
    states = [factory.azure.get(f"{FACTORY}/pipelineruns/{run_id}")["status"] for run_id in (first, second, third)]
    assert states == ["InProgress", "Queued", "Queued"]
    factory.azure.ask("POST", f"{FACTORY}/pipelineruns/{third}/cancel")
    assert factory.azure.get(f"{FACTORY}/pipelineruns/{third}")["status"] == "Cancelled"
    factory.azure.ask("POST", f"{FACTORY}/pipelineruns/{first}/cancel")
    factory.wait(first)

    def begun() -> bool:
        return bool(factory.azure.get(f"{FACTORY}/pipelineruns/{second}")["status"] == "InProgress")

    assert wait_until(begun, timeout_s=30)
    Pipelines(factory.plant.core.cloud)
    left = factory.azure.get(f"{FACTORY}/pipelineruns/{second}")
    assert (left["status"], left["message"].split(":")[0]) == ("Failed", "The run was interrupted")
    orphan = factory.start("work")
    assert factory.azure.ask("DELETE", f"{FACTORY}/pipelines/work").status_code == 200
    factory.azure.ask("POST", f"{FACTORY}/pipelineruns/{second}/cancel")
    factory.wait(second)
    gone = factory.azure.get(f"{FACTORY}/pipelineruns/{orphan}")
    assert (gone["status"], gone["message"]) == ("Failed", "The pipeline 'work' was deleted before the run began.")


def test_a_retry_that_waits_is_kept(factory: Factory) -> None:
    """Monitoring shows it while another run is before it, and it can be cancelled."""
    job_id = factory.job("hangs", factory.plant.task("a", "hangs"), max_concurrent_runs=2)
    train = activity("train", "DatabricksJob", jobId="@pipeline().parameters.job")
    factory.pipeline("work", train, concurrency=1, parameters={"job": {"type": "String"}})
    runs = pipelines_of(factory.plant.core.cloud)
    window = {"name": "hourly", "type": "TumblingWindowTrigger", "id": "t", "retries": 1}
    first = factory.start("work", job=str(job_id))
    fails = runs.submit(ResourceId(FACTORY), "work", {"job": "none"}, window)["runId"]
    hangs = factory.start("work", job=str(job_id))
    factory.azure.ask("POST", f"{FACTORY}/pipelineruns/{first}/cancel")
    queued = {**EVER, "filters": [{"operand": "Status", "operator": "Equals", "values": ["Queued"]}]}

    def waiting() -> list[dict[str, Any]]:
        found = factory.azure.ask("POST", f"{FACTORY}/queryPipelineRuns", queued).json()["value"]
        return [run for run in found if run["runId"] not in (fails, hangs)]

    assert wait_until(lambda: bool(waiting()), timeout_s=30)
    [again] = waiting()
    assert (again["invokedBy"]["name"], factory.wait(fails)["status"]) == ("hourly", "Failed")
    factory.azure.ask("POST", f"{FACTORY}/pipelineruns/{again['runId']}/cancel")
    assert factory.azure.get(f"{FACTORY}/pipelineruns/{again['runId']}")["status"] == "Cancelled"
    factory.azure.ask("POST", f"{FACTORY}/pipelineruns/{hangs}/cancel")
    assert factory.wait(hangs)["status"] == "Cancelled"


def test_a_storage_trigger_says_whether_it_hears_of_events(factory: Factory) -> None:
    """Not before it was told to, and not after it was told to stop."""
    own = {"scope": ACCOUNT, "blobPathBeginsWith": "/a/blobs/", "events": ["Microsoft.Storage.BlobCreated"]}
    trigger = f"{FACTORY}/triggers/arrivals"
    factory.azure.put(trigger, {"properties": {"type": "BlobEventsTrigger", "typeProperties": own}})
    said = []
    for action in ("getEventSubscriptionStatus", "subscribeToEvents", "getEventSubscriptionStatus"):
        said.append(factory.azure.ask("POST", f"{trigger}/{action}").json()["status"])
    factory.azure.ask("POST", f"{trigger}/unsubscribeFromEvents")
    said.append(factory.azure.ask("POST", f"{trigger}/getEventSubscriptionStatus").json()["status"])
    assert said == ["Disabled", "Enabled", "Enabled", "Disabled"]
