"""Pipelines that really run: jobs, notebooks, files and calls, with what they are given and what they say."""

import json

import pytest

from localcloud.services.data_factory.web import DATABRICKS
from tests.localcloud.services.azure.client import WEST
from tests.localcloud.services.data_factory.conftest import EVER, FACTORY, Factory, activity
from tests.localcloud.services.jobs.test_scripts import FILE, NOTEBOOK, put


def _argv(factory: Factory, run_id: int) -> list[str]:
    jobs = factory.plant.admin.jobs
    tasks = jobs.get_run(run_id).tasks or []
    return list(json.loads(jobs.get_run_output(tasks[0].run_id or 0).logs or "")["argv"])


def test_a_job_runs_as_the_factorys_identity(factory: Factory) -> None:
    """With the pipeline's parameters; without the right to run it, it fails with what Databricks said."""
    day = [{"name": "day", "default": "none"}]
    job_id = factory.job("score", factory.plant.task("a", "say", "{{job.parameters.day}}"), parameters=day)
    asked = activity("run-job", "DatabricksJob", jobId=str(job_id), jobParameters={"day": "@pipeline().parameters.day"})
    factory.pipeline("score", asked, parameters={"day": {"type": "String", "defaultValue": "2026-01-30"}})
    over, rows = factory.run("score", day="2026-01-31")
    assert (over["status"], over["parameters"], over["message"]) == ("Succeeded", {"day": "2026-01-31"}, "")
    assert (over["invokedBy"]["invokedByType"], over["durationInMs"] >= 0) == ("Manual", True)
    row = rows["run-job"]
    assert (row["status"], row["linkedServiceName"], row["pipelineRunId"]) == ("Succeeded", "databricks", over["runId"])
    assert row["input"]["jobParameters"] == {"day": "2026-01-31"}
    assert _argv(factory, row["output"]["runId"]) == ["2026-01-31"]
    run = factory.plant.admin.jobs.get_run(row["output"]["runId"])
    assert (run.creator_user_name, _argv(factory, row["output"]["runId"])) == (factory.application, ["2026-01-31"])
    closed = factory.plant.create("closed", factory.plant.task("a", "say"))
    factory.pipeline("closed", activity("run-job", "DatabricksJob", jobId=closed))
    over, rows = factory.run("closed")
    assert (over["status"], rows["run-job"]["error"]["errorCode"]) == ("Failed", "3202")
    assert "Error 403" in over["message"]
    assert over["message"].startswith("Operation on target run-job failed: ")


def test_a_notebook_and_a_file_hand_on_what_they_say(factory: Factory) -> None:
    """An exit value is the output that the next activity reads; both run on the linked service's cluster."""
    put(factory.plant, "/Shared/score", NOTEBOOK, "SOURCE", "PYTHON")
    put(factory.plant, "/Shared/job.py", FILE, "RAW")
    library = [{"whl": "/Volumes/prod/platform_ops/wheels/abc/probe-1.0-py3-none-any.whl"}]
    factory.plant.core.grant("catalog", "prod", factory.application, "USE_CATALOG")
    factory.plant.core.grant("schema", "prod.platform_ops", factory.application, "USE_SCHEMA")
    factory.plant.core.grant("volume", "prod.platform_ops.wheels", factory.application, "READ_VOLUME")
    notebook = {"notebookPath": "/Shared/score", "baseParameters": {"month": "@concat('2026', '-01')"}}
    words = ["@activity('notebook').output.runOutput", 3]
    factory.pipeline(
        "both",
        activity("notebook", "DatabricksNotebook", **notebook),
        activity(
            "file",
            "DatabricksSparkPython",
            after={"notebook": "Succeeded"},
            pythonFile="/Workspace/Shared/job.py",
            parameters=words,
            libraries=library,
        ),
    )
    over, rows = factory.run("both")
    assert (over["status"], over["message"]) == ("Succeeded", "")
    assert rows["notebook"]["output"]["runOutput"] == "scored 2026-01"
    tasks = factory.plant.admin.jobs.get_run(rows["file"]["output"]["runId"]).tasks or []
    logs = factory.plant.admin.jobs.get_run_output(tasks[0].run_id or 0).logs or ""
    assert "['scored 2026-01', '3'] probe" in logs


def test_a_web_activity_calls_this_cloud_and_no_other_host(factory: Factory) -> None:
    """As the identity if it asks for a token of Databricks; the answer is the output."""
    host = factory.plant.core.cloud.workspace("prod").host
    me = f"{host}/api/2.0/preview/scim/v2/Me"
    token = {"type": "MSI", "resource": DATABRICKS, "credential": {"referenceName": "factory"}}
    factory.pipeline("me", activity("me", "WebActivity", url=me, method="GET", authentication=token))
    over, rows = factory.run("me")
    assert (over["status"], rows["me"]["output"]["userName"]) == ("Succeeded", factory.application)
    said = {}
    for name, url in (("anonymous", me), ("elsewhere", "https://example.com/"), ("plain", me.replace("https", "http"))):
        factory.pipeline(name, activity("call", "WebActivity", url=url, method="GET"))
        over, rows = factory.run(name)
        said[name] = (over["status"], rows["call"]["error"]["message"])
    assert said["anonymous"][0] == "Failed"
    assert "Response status code: 401" in said["anonymous"][1]
    assert said["elsewhere"] == (
        "Failed",
        "'https://example.com/' is neither of this cloud nor of this machine: no other host is called.",
    )
    assert "no other host is called" in said["plain"][1]


def test_a_failure_is_tried_again_and_then_handled(factory: Factory) -> None:
    """Every try has its row; the branch for failures reads the error; the pipeline ends as its last activities do."""
    job_id = factory.job("fails", factory.plant.task("a", "fails"))
    say = factory.plant.task("a", "say", "{{job.parameters.why}}")
    # Two activities run it at once.
    told = factory.job("told", say, parameters=[{"name": "why"}], max_concurrent_runs=2)
    why = {"why": "@activity('train').error.message"}
    factory.pipeline(
        "guarded",
        activity("train", "DatabricksJob", retry=1, jobId=job_id),
        activity("tell", "DatabricksJob", after={"train": "Failed"}, jobId=told, jobParameters=why),
        activity("score", "DatabricksJob", after={"train": "Succeeded"}, jobId=told),
        activity("skipped", "DatabricksJob", after={"score": "Skipped"}, jobId=told),
    )
    over = factory.wait(factory.start("guarded"))
    rows = factory.rows(over["runId"])
    assert [(row["activityName"], row["retryAttempt"], row["status"]) for row in rows[:2]] == [
        ("train", None, "Failed"),
        ("train", 1, "Failed"),
    ]
    assert {(row["activityName"], row["status"]) for row in rows[2:]} == {
        ("tell", "Succeeded"),
        ("skipped", "Succeeded"),
    }
    assert over["status"] == "Succeeded"
    assert rows[1]["error"] == {
        "errorCode": "3204",
        "message": "Databricks execution failed with error state FAILED: ValueError: the values are wrong",
        "failureType": "UserError",
        "target": "train",
    }
    tell = next(row for row in rows if row["activityName"] == "tell")
    assert _argv(factory, tell["output"]["runId"]) == [rows[1]["error"]["message"]]


def test_a_pipeline_ends_where_its_last_activity_is_skipped(factory: Factory) -> None:
    """Nothing is left that could end later. A parameter may have any name."""
    call = {"url": "https://example.com/", "method": "GET"}
    factory.pipeline(
        "short",
        activity("call", "WebActivity", **call),
        activity("then", "WebActivity", after={"call": "Succeeded"}, **call),
        parameters={"query": {"type": "String"}},
    )
    over, rows = factory.run("short", query="limit_bal")
    assert (over["status"], over["parameters"]) == ("Failed", {"query": "limit_bal"})
    assert list(rows) == ["call"]


@pytest.mark.parametrize("limit", ["1", 0, True])
def test_a_limit_of_runs_that_is_no_number_is_refused(factory: Factory, limit: object) -> None:
    """When the pipeline is declared, not when another one runs."""
    answer = factory.azure.ask(
        "PUT", f"{FACTORY}/pipelines/p", {"properties": {"activities": [], "concurrency": limit}}
    )
    assert (answer.status_code, "concurrency is" in answer.text) == (400, True)


@pytest.mark.parametrize("part", [{"continuationToken": "abc"}, {"filters": ["x"]}, {"orderBy": ["x"]}])
def test_a_query_that_is_none_is_refused(factory: Factory, part: dict[str, object]) -> None:
    """400, and no more."""
    assert factory.azure.ask("POST", f"{FACTORY}/queryPipelineRuns", {**EVER, **part}).status_code == 400


def test_a_run_is_cancelled_with_what_it_started(factory: Factory) -> None:
    """The job's run too. Runs are found by filters, in the order that is asked for."""
    job_id = factory.job("hangs", factory.plant.task("a", "hangs"))
    factory.pipeline("hangs", activity("train", "DatabricksJob", jobId=job_id))
    run_id = factory.start("hangs")
    while not (runs := list(factory.plant.admin.jobs.list_runs(job_id=job_id))):
        pass
    assert factory.azure.ask("POST", f"{FACTORY}/pipelineruns/{run_id}/cancel").status_code == 200
    assert factory.wait(run_id)["status"] == "Cancelled"
    assert [row["status"] for row in factory.rows(run_id)] == ["Cancelled"]
    ended = factory.plant.wait(runs[0].run_id or 0)
    assert ended.state is not None
    assert ended.state.result_state is not None
    assert ended.state.result_state.value == "CANCELED"
    asked = {
        **EVER,
        "filters": [{"operand": "Status", "operator": "In", "values": ["Cancelled"]}],
        "orderBy": [{"orderBy": "RunStart", "order": "DESC"}],
    }
    found = factory.azure.ask("POST", f"{FACTORY}/queryPipelineRuns", asked).json()["value"]
    assert [(run["runId"], run["pipelineName"]) for run in found] == [(run_id, "hangs")]
    asked["filters"][0]["operator"] = "NotIn"  # type: ignore[index]
    assert factory.azure.ask("POST", f"{FACTORY}/queryPipelineRuns", asked).json() == {"value": []}


def test_what_does_not_run_here_is_refused(factory: Factory) -> None:
    """Activities of other types, parameters that nobody declared, runs and pipelines that are not there."""
    create = f"{FACTORY}/pipelines/copy/createRun"
    assert factory.azure.refused("POST", create) == (404, "PipelineNotFound")
    factory.pipeline("copy", activity("copy", "Copy"))
    assert factory.azure.refused("POST", create) == (501, "NotImplemented")
    factory.pipeline("copy", activity("call", "WebActivity"), parameters={"day": {"type": "String"}})
    assert factory.azure.refused("POST", create) == (400, "BadRequest")
    answer = factory.azure.ask("POST", create, {"month": 1}).json()["error"]["message"]
    assert answer == "Pipeline 'copy': it has no parameter month; day has no value; its parameters are: day."
    for path in ("pipelineruns/none", "pipelineruns/none/queryActivityruns", "pipelineruns/none/cancel"):
        method = "GET" if path.endswith("none") else "POST"
        assert factory.azure.refused(method, f"{FACTORY}/{path}", EVER) == (404, "RunNotFound")
    assert factory.azure.refused("POST", f"{FACTORY}/queryPipelineRuns", {}) == (400, "BadRequest")
    other = FACTORY.replace("mlops-factory", "other")
    assert factory.azure.refused("POST", f"{other}/queryPipelineRuns", EVER) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("kind", "own", "message"),
    [
        ("pipelines", {"activities": [{"name": "a", "policy": {"retry": -1}}]}, "'a': retry is -1"),
        ("pipelines", {"activities": [{"name": "a"}, {"name": "a"}]}, "the name 'a' is used twice"),
        ("triggers", {"type": "ScheduleTrigger"}, "frequency is None"),
        ("triggers", {"type": "BlobEventsTrigger", "typeProperties": {}}, "scope is None"),
        ("triggers", {}, "it has no type"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(
    factory: Factory, kind: str, own: dict[str, object], message: str
) -> None:
    """When it is made, not when it is first run."""
    answer = factory.azure.ask("PUT", f"{FACTORY}/{kind}/x", {"properties": own})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")
    assert message in answer.json()["error"]["message"]


def test_a_link_that_leads_nowhere_fails_the_activity(factory: Factory) -> None:
    """A workspace that is not here, a sign-in other than the identity's, an identity that Databricks does not know."""
    link = f"{FACTORY}/linkedservices/databricks"
    kept = factory.azure.get(link)["properties"]
    factory.pipeline("linked", activity("a", "DatabricksJob", jobId=1))
    said = []
    for changed in ({"domain": "https://adb-9.9.azuredatabricks.net"}, {"authentication": "accessToken"}):
        own = {**kept["typeProperties"], **changed}
        factory.azure.put(link, {"properties": {**kept, "typeProperties": own}})
        said.append(factory.run("linked")[0]["message"])
    alone = {name: value for name, value in kept["typeProperties"].items() if name != "credential"}
    factory.azure.put(link, {"properties": {**kept, "typeProperties": alone}})
    said.append(factory.run("linked")[0]["message"])
    factory.azure.put(FACTORY, {**WEST, "identity": {"type": "SystemAssigned"}})
    said.append(factory.run("linked")[0]["message"])
    reasons = ("There is no workspace", "by accessToken: use MSI", "has no identity", "knows no service principal")
    assert [part in text for part, text in zip(reasons, said, strict=True)] == [True] * 4
