"""Notebook and Python-file tasks: read as their principal, run with what they are given."""

import base64

from databricks.sdk.service.workspace import AclPermission, ImportFormat

from tests.localcloud.services.jobs.conftest import WHEEL_PATH, Plant, results

NOTEBOOK = """# Databricks notebook source
dbutils.widgets.text("month", "none")
dbutils.jobs.taskValues.set("month", dbutils.widgets.get("month"))
dbutils.notebook.exit("scored " + dbutils.widgets.get("month"))
"""
FILE = "import sys, probe\nprint(sys.argv[1:], probe.__name__)\n"


def put(plant: Plant, path: str, content: str, form: str, language: str | None = None) -> None:
    """Import an object into the workspace as the administrator."""
    body = {"path": path, "content": base64.b64encode(content.encode()).decode(), "format": form, "language": language}
    answer = plant.core.call("POST", f"{plant.core.url('prod')}/api/2.0/workspace/import", json=body)
    assert answer.status_code == 200, answer.text


def test_a_notebook_runs_with_its_parameters_and_says_what_it_exits_with(plant: Plant) -> None:
    """A job's parameter wins over the task's own; the exit value and task values are there afterwards."""
    put(plant, "/Shared/score", NOTEBOOK, "SOURCE", "PYTHON")
    notebook = {"notebook_path": "/Shared/score", "base_parameters": {"month": "2026-01"}}
    follows = {"task_key": "b", "condition_task": {"op": "EQUAL_TO", "left": "{{tasks.a.values.month}}", "right": "x"}}
    own = plant.run(plant.create("own", {"task_key": "a", "notebook_task": notebook}))
    assert results(own) == {"a": "SUCCESS"}
    assert own.tasks is not None
    output = plant.admin.jobs.get_run_output(own.tasks[0].run_id or 0)
    assert output.notebook_output is not None
    assert (output.notebook_output.result, output.notebook_output.truncated) == ("scored 2026-01", False)
    tasks = ({"task_key": "a", "notebook_task": notebook}, {**follows, "depends_on": [{"task_key": "a"}]})
    pushed = plant.run(plant.create("pushed", *tasks, parameters=[{"name": "month", "default": "x"}]))
    assert pushed.tasks is not None
    asked = pushed.tasks[1].condition_task
    assert asked is not None
    assert asked.outcome == "true"


def test_a_python_file_runs_with_its_words_and_libraries(plant: Plant) -> None:
    """From the workspace; the wheel that travels along can be imported."""
    put(plant, "/Shared/job.py", FILE, "RAW")
    work = {"python_file": "/Workspace/Shared/job.py", "parameters": ["a", "b"]}
    environment = {"environment_key": "e", "spec": {"environment_version": "4", "dependencies": [WHEEL_PATH]}}
    task = {"task_key": "a", "spark_python_task": work, "environment_key": "e"}
    run = plant.run(plant.create("file", task, environments=[environment]))
    assert results(run) == {"a": "SUCCESS"}
    assert run.tasks is not None
    assert "['a', 'b'] probe" in (plant.admin.jobs.get_run_output(run.tasks[0].run_id or 0).logs or "")


def test_a_notebook_imports_a_wheel_of_the_workspace(plant: Plant) -> None:
    """As `mlops branch` leaves one beside the notebooks of its branch; what is shown is printed, of tables the head."""
    wheel = plant.core.call("GET", f"{plant.core.url('prod')}/api/2.0/fs/files{WHEEL_PATH}").content
    path = f"/Shared/{WHEEL_PATH.rpartition('/')[2]}"
    plant.admin.workspace.upload(path, wheel, format=ImportFormat.AUTO)
    code = "import pandas, probe\ndisplay(probe.__name__)\ndisplay(pandas.DataFrame({'a': range(100)}))\n"
    put(plant, "/Shared/shows", code, "SOURCE", "PYTHON")
    task = {"task_key": "a", "notebook_task": {"notebook_path": "/Shared/shows"}}
    run = plant.run(plant.create("x", {**task, "libraries": [{"whl": f"/Workspace{path}"}]}))
    assert results(run) == {"a": "SUCCESS"}
    assert run.tasks is not None
    logs = (plant.admin.jobs.get_run_output(run.tasks[0].run_id or 0).logs or "").splitlines()
    assert (logs[0], logs[-1].split(), len(logs)) == ("probe", ["19", "19"], 22)


def test_code_is_read_as_the_tasks_principal(plant: Plant) -> None:
    """A notebook in somebody's own folder, one that is not there, and a folder fail the run and say why."""
    put(plant, "/Users/admin@localcloud/mine", NOTEBOOK, "SOURCE", "PYTHON")
    said = []
    for path in ("/Users/admin@localcloud/mine", "/Shared/none", "/Shared"):
        run = plant.run(plant.create("x", {"task_key": "a", "notebook_task": {"notebook_path": path}}))
        assert results(run) == {"a": "FAILED"}
        assert run.tasks is not None
        said.append(plant.admin.jobs.get_run_output(run.tasks[0].run_id or 0).error or "")
    assert [part in text for part, text in zip(("CAN_READ", "doesn't exist", "not a notebook"), said, strict=True)] == [
        True,
        True,
        True,
    ]


def test_a_notebook_reads_secrets_and_files_as_its_principal(plant: Plant) -> None:
    """By the SDK's own `dbutils`: what the principal may read is there."""
    secrets = plant.admin.secrets
    secrets.create_scope("prod")
    secrets.put_secret("prod", "key", string_value="value")
    secrets.put_acl("prod", plant.principal, AclPermission.READ)
    folder = WHEEL_PATH.rpartition("/")[0]
    code = f'found = [dbutils.secrets.get("prod", "key")[::-1], dbutils.fs.ls("{folder}")[0].name]'
    put(plant, "/Shared/reads", f"{code}\ndbutils.notebook.exit(found)", "SOURCE", "PYTHON")
    run = plant.run(plant.create("x", {"task_key": "a", "notebook_task": {"notebook_path": "/Shared/reads"}}))
    assert run.tasks is not None
    output = plant.admin.jobs.get_run_output(run.tasks[0].run_id or 0)
    assert output.notebook_output is not None, output
    assert output.notebook_output.result == "['eulav', 'probe-1.0-py3-none-any.whl']"
