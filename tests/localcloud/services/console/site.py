"""A served cloud with one of everything that the console shows, and a browser-like client of its pages."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from localcloud.kernel import loopback
from localcloud.kernel.store import Document
from localcloud.services.jobs import records
from localcloud.services.jobs.records import BY_HAND
from localcloud.services.serving import endpoints, service
from localcloud.services.unity import models, versions
from localcloud.services.unity.privileges import Kind
from tests.localcloud.core import Core

# Everything that markup is made of but a slash, which no name can have.
HOSTILE = "<script>alert('owned')\"&<b>"
TABLE, MODEL, ENDPOINT = "prod.credit_gold.scores", "prod.credit_gold.risk", "risk"
_TAGS = re.compile(r"<[^>]+>")
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_SIGNATURE = [{"type": "long", "name": "age", "required": True}, {"type": "string", "name": "city", "required": True}]


@dataclass
class Site:
    """The pages of `core`, as a browser that keeps cookies sees them."""

    core: Core
    http: httpx.Client = field(default_factory=lambda: loopback.client(timeout=60), repr=False)

    def link(self) -> str:
        """A fresh one-time link."""
        answer = self.core.call("POST", f"{self.core.account_url}/local/console")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["url"])

    def enter(self) -> "Site":
        """Sign in."""
        assert self.http.get(self.link()).status_code == 200
        return self

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A page below `/console`."""
        return self.http.get(f"{self.core.account_url}/console{path}", **options)

    def page(self, path: str) -> str:
        """A page that is there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    def post(self, path: str, fields: Mapping[str, str]) -> httpx.Response:
        """Send a form."""
        return self.http.post(f"{self.core.account_url}/console{path}", data=fields)

    def csrf(self, path: str) -> str:
        """What the forms of a page carry."""
        found = _CSRF.search(self.page(path))
        assert found is not None
        return found[1]


def words(markup: str) -> str:
    """What a reader sees of it, in one line."""
    return " ".join(html.unescape(_TAGS.sub(" ", markup)).split())


def main_words(page: str) -> str:
    """What a reader sees of a page's main part."""
    return words(page.partition("<main>")[2].partition("</main>")[0])


def add_job(core: Core, **settings: Any) -> Document:
    """A job that a schedule starts, with two tasks."""
    store, job_id = core.cloud.store, core.cloud.store.next_id("job")
    job: Document = {
        "job_id": job_id,
        "creator": "admin@localcloud",
        "run_as": core.application("prod-credit-scoring"),
        "workspace": "prod",
        "created_ms": 1,
        "settings": {
            "name": "credit-scoring",
            "schedule": {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC", "pause_status": "UNPAUSED"},
            "tasks": [
                {"task_key": "score", "python_wheel_task": {"package_name": "mlops_ml", "entry_point": "scoring"}},
                {"task_key": "tell", "depends_on": [{"task_key": "score"}], "condition_task": {}},
            ],
            **settings,
        },
    }
    store.put("job", str(job_id), job)
    return job


def add_run(core: Core, job: Document, *, result: str = "SUCCESS", said: str = "", log: str = "") -> Document:
    """A run of `job` that is over; its first task said and printed that."""
    store = core.cloud.store
    run = records.new_run(store, job, creator="ann@example.com", parameters={"month": "2026-01"}, cause=BY_HAND)
    for one in (run, *run["attempts"]):
        one.update(state="TERMINATED", result=result, start_ms=1_767_225_600_000, end_ms=1_767_225_604_200)
    run["attempts"][0]["error"] = said
    store.put("job_run", str(run["run_id"]), run)
    if log:
        write_log(core, run["attempts"][0]["run_id"], log)
    return run


def write_log(core: Core, task_run_id: int, text: str) -> None:
    """What a task printed."""
    log = records.log(core.cloud.home, task_run_id)
    log.parent.mkdir(parents=True)
    log.write_text(text, encoding="utf-8")


def describe_table(core: Core, comment: str) -> None:
    """Give the table a column with a comment and a tag, a reader, and one change in Delta's log."""
    store = core.cloud.store
    table = store.require(Kind.TABLE, TABLE)
    table["columns"] = [{"name": "score", "type_text": "double", "comment": comment}]
    store.put(Kind.TABLE, TABLE, table)
    store.put("column_tag", f"{TABLE}.score", {"tags": {"sensitive": "yes"}, "_key": f"{TABLE}.score", "_below": TABLE})
    core.grant("table", TABLE, core.application("dev-credit-training"), "SELECT")
    log = Path(table["storage_location"]) / "_delta_log"
    log.mkdir(parents=True)
    commit = {"timestamp": 1_767_225_600_000, "operation": "MERGE", "operationMetrics": {"numOutputRows": "1200"}}
    (log / "00000000000000000003.json").write_text(json.dumps({"commitInfo": commit}) + "\n")


def add_model(core: Core, *, comment: str = "", run_id: str = "") -> Document:
    """A registered model with one READY version, which `champion` names; its features are looked up in the table."""
    admin = core.url("prod")
    body = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "risk"}
    core.call("POST", f"{admin}/api/2.1/unity-catalog/models", json=body).raise_for_status()
    fields = {"run_id": run_id, "source": "", "comment": comment, "tags": {"reason": comment}, "model_id": ""}
    begun = versions.begin(core.cloud, MODEL, "admin@localcloud", fields)
    folder = Path(begun["storage_location"])
    python = {"loader_module": "databricks.feature_store.mlflow_model"}
    described = {"flavors": {"python_function": python}, "signature": {"inputs": json.dumps(_SIGNATURE)}}
    (folder / "MLmodel").write_text(json.dumps(described))
    looked_up = {"source": "feature_store", "data_type": "double", "lookup_key": ["client_id"]}
    looked_up |= {"table_name": TABLE, "feature_name": "score"}
    columns = [{"client_id": {"source": "training_data", "data_type": "bigint"}}, {"score": looked_up}]
    specification = folder / "data" / "feature_store" / "feature_spec.yaml"
    specification.parent.mkdir(parents=True)
    specification.write_text(json.dumps({"input_columns": columns, "input_tables": [{TABLE: {"table_id": "1"}}]}))
    done = versions.change(core.cloud.store, begun, "admin@localcloud", status=versions.READY)
    models.set_alias(core.cloud.store, MODEL, "champion", done["version"])
    return done


def add_endpoint(core: Core, name: str = ENDPOINT) -> Document:
    """An endpoint that is ready, and serves the model's version 1."""
    entity = {"name": "risk-1", "entity_name": MODEL, "entity_version": "1", "scale_to_zero_enabled": False}
    routes = [{"served_model_name": "risk-1", "traffic_percentage": 100}]
    config = {"served_entities": [entity], "traffic_config": {"routes": routes}}
    document = endpoints.updated(endpoints.created("prod", name, "admin@localcloud", config, {}))
    core.cloud.store.put("serving_endpoint_name", f"prod/{name}", {"id": document["id"]})
    core.cloud.store.put(service.KIND, document["id"], document)
    return document
