"""A load makes the cloud as the documents say, whatever it was before. Real routes, real state."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from localcloud.loader import LoadError
from localcloud.loader.session import Session
from tests.localcloud.loader.stacks import ACCOUNT, Stacks, counts

CATALOG = {"name": "lake", "comment": "first", "force_destroy": True}
SCHEMA = {"name": "gold", "catalog_name": "${databricks_catalog.lake.name}"}
LAKE: dict[str, Any] = {"databricks_catalog.lake": CATALOG, "databricks_schema.gold": SCHEMA}
POLICY = {"name": "small", "definition": '{"num_workers": {"type": "fixed", "value": 1}}'}


def _job(name: str = "ingest") -> dict[str, Any]:
    return {"name": name, "task": [{"task_key": "a", "python_wheel_task": {"package_name": "p", "entry_point": "e"}}]}


def _job_names(stacks: Stacks) -> list[str]:
    return sorted(str(job.settings.name) for job in stacks.core.admin().jobs.list() if job.settings)


def test_a_load_makes_everything_once(stacks: Stacks) -> None:
    """References are resolved, in whatever order the document has them; a second load changes nothing."""
    stacks.write("prod-workspace", {"databricks_schema.gold": SCHEMA, "databricks_catalog.lake": CATALOG})
    assert counts(stacks.load()) == (2, 0, 0, 0)
    assert stacks.core.admin().schemas.get("lake.gold").catalog_name == "lake"
    assert counts(stacks.load()) == (0, 0, 2, 0)


def test_a_change_is_made_in_place(stacks: Stacks) -> None:
    """The job keeps its id; only what changed counts as updated. A comment that is gone is emptied."""
    stacks.write("prod-ml", {**LAKE, "databricks_job.ingest": _job()})
    stacks.load()
    (before,) = stacks.core.admin().jobs.list()
    changed = {"databricks_catalog.lake": {"name": "lake"}, "databricks_schema.gold": SCHEMA}
    stacks.write("prod-ml", {**changed, "databricks_job.ingest": _job("ingest-daily")})
    assert counts(stacks.load()) == (0, 2, 1, 0)
    (after,) = stacks.core.admin().jobs.list()
    assert (after.job_id, after.settings and after.settings.name) == (before.job_id, "ingest-daily")
    assert not stacks.core.admin().catalogs.get("lake").comment


def test_what_a_document_no_longer_names_is_deleted(stacks: Stacks) -> None:
    """What depends on another goes before it."""
    stacks.write("prod-ml", {**LAKE, "databricks_job.ingest": _job()})
    stacks.load()
    stacks.write("prod-ml", {"databricks_job.ingest": _job()})
    assert counts(stacks.load()) == (0, 0, 1, 2)
    assert "lake" not in {catalog.name for catalog in stacks.core.admin().catalogs.list()}
    assert _job_names(stacks) == ["ingest"]


def test_data_is_not_deleted_without_force_destroy(stacks: Stacks) -> None:
    """A schema that holds a table stays, and the load says why."""
    keeping = {"databricks_catalog.lake": {"name": "lake"}, "databricks_schema.gold": SCHEMA}
    stacks.write("prod-ml", keeping)
    stacks.load()
    stacks.core.table("lake.gold.scores")
    stacks.write("prod-ml", {"databricks_catalog.lake": {"name": "lake"}})
    with pytest.raises(LoadError, match=r"databricks_schema.gold, which .*prod-ml/cdk.tf.json no longer has, cannot"):
        stacks.load()
    assert stacks.core.admin().tables.get("lake.gold.scores").name == "scores"


def test_a_replaced_resource_is_deleted_and_made_again(stacks: Stacks) -> None:
    """Another name is another schema."""
    stacks.write("prod-ml", LAKE)
    stacks.load()
    stacks.write("prod-ml", {**LAKE, "databricks_schema.gold": {**SCHEMA, "name": "golden"}})
    assert counts(stacks.load()) == (0, 1, 1, 0)
    names = {schema.name for schema in stacks.core.admin().schemas.list("lake")}
    assert names == {"default", "golden"}


def test_a_protected_resource_is_not_replaced(stacks: Stacks) -> None:
    """`prevent_destroy` refuses what would delete it; nothing is changed."""
    guarded = {**SCHEMA, "lifecycle": {"prevent_destroy": True}}
    stacks.write("prod-ml", {**LAKE, "databricks_schema.gold": guarded})
    stacks.load()
    stacks.write("prod-ml", {**LAKE, "databricks_schema.gold": {**guarded, "name": "golden"}})
    with pytest.raises(LoadError, match=r"databricks_schema\.gold: .*prevent_destroy"):
        stacks.load()
    assert stacks.core.admin().schemas.get("lake.gold").name == "gold"


def test_a_renamed_address_is_the_same_resource(stacks: Stacks) -> None:
    """Another construct id moves the record: the catalog is neither dropped nor made twice."""
    stacks.write("prod-ml", LAKE)
    stacks.load()
    schema = {**SCHEMA, "catalog_name": "${databricks_catalog.main.name}"}
    stacks.write("prod-ml", {"databricks_catalog.main": CATALOG, "databricks_schema.gold": schema})
    assert counts(stacks.load()) == (0, 0, 2, 0)
    assert counts(stacks.load()) == (0, 0, 2, 0)


def test_an_ignored_argument_is_left_to_whoever_owns_it(stacks: Stacks) -> None:
    """It counts when the resource is made; after that neither its change nor another one's touches it."""
    ours = {**CATALOG, "owner": "owners", "lifecycle": {"ignore_changes": ["owner"]}}
    group = {"databricks_group.owners": {"display_name": "owners"}, "databricks_group.risk": {"display_name": "risk"}}
    stacks.write("prod-ml", {**group, "databricks_catalog.lake": {**ours, "depends_on": ["databricks_group.owners"]}})
    stacks.load()
    assert stacks.core.admin().catalogs.get("lake").owner == "owners"
    stacks.core.admin().catalogs.update("lake", owner="risk")
    stacks.write("prod-ml", {**group, "databricks_catalog.lake": {**ours, "owner": "somebody"}})
    assert counts(stacks.load()) == (0, 0, 3, 0)
    stacks.write("prod-ml", {**group, "databricks_catalog.lake": {**ours, "comment": "second"}})
    assert counts(stacks.load()) == (0, 1, 2, 0)
    found = stacks.core.admin().catalogs.get("lake")
    assert (found.owner, found.comment) == ("risk", "second")


def test_a_load_that_was_interrupted_goes_on(stacks: Stacks) -> None:
    """Killed after the job was made and before that was recorded: it is found again, not made twice."""
    stacks.write("prod-ml", {"databricks_job.ingest": _job(), "databricks_cluster_policy.small": POLICY})
    put = Session.put

    def dies(self: Session, path: str, body: Any) -> Any:
        if any(each["attributes"] for each in body["resources"].values()):
            raise KeyboardInterrupt
        return put(self, path, body)

    with mock.patch.object(Session, "put", dies), pytest.raises(KeyboardInterrupt):
        stacks.load()
    assert stacks.load().created == 2
    assert len(_job_names(stacks)) == 1
    assert counts(stacks.load()) == (0, 0, 2, 0)


def test_two_loads_at_once_make_everything_once(stacks: Stacks) -> None:
    """The second waits for the first, and finds nothing to do."""
    stacks.write("prod-ml", {"databricks_job.ingest": _job(), "databricks_job.train": _job("train")})
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: stacks.load(), range(2)))
    assert sorted(map(counts, reports)) == [(0, 0, 2, 0), (2, 0, 0, 0)]
    assert _job_names(stacks) == ["ingest", "train"]


def test_stacks_find_each_others_work_by_name(stacks: Stacks) -> None:
    """The account's principals are made before the workspace that looks them up; the host names the workspace."""
    stacks.write("account", {"databricks_service_principal.p": {"display_name": "prod-train"}}, host=ACCOUNT)
    run_as = {"service_principal_name": "${data.databricks_service_principal.p.application_id}"}
    stacks.write(
        "prod-ml",
        {"databricks_job.train": {**_job("train"), "run_as": run_as}},
        data={"databricks_service_principal.p": {"display_name": "prod-train"}},
    )
    assert counts(stacks.load()) == (2, 0, 0, 0)
    (job,) = stacks.core.admin("prod").jobs.list()
    assert job.job_id is not None
    assert list(stacks.core.admin("dev").jobs.list()) == []
    principal = stacks.state("account", "databricks_service_principal.p")["attributes"]["application_id"]
    assert stacks.core.admin().jobs.get(job.job_id).run_as_user_name == principal


def test_phase_two_is_loaded_when_asked_for(stacks: Stacks) -> None:
    """Serving refers to what jobs make; so it waits."""
    stacks.write("prod-ml", {"databricks_job.train": _job("train")})
    stacks.write("prod-serving", {"databricks_directory.d": {"path": "/Shared/serving"}})
    assert counts(stacks.load()) == (1, 0, 0, 0)
    assert counts(stacks.load("prod-serving")) == (1, 0, 0, 0)


def test_stacks_of_an_environment_are_left_for_a_later_load(stacks: Stacks) -> None:
    """Those of the others are loaded; the later load finds them unchanged."""
    staging = "https://adb-77.7.example.net"
    stacks.write("staging-workspace", {"databricks_directory.d": {"path": "/Shared/staging"}}, host=staging)
    stacks.write("prod-workspace", {"databricks_directory.d": {"path": "/Shared/prod"}})
    assert counts(stacks.load(apart_from=("prod", "dev"))) == (1, 0, 0, 0)
    assert counts(stacks.load()) == (1, 0, 1, 0)


def test_a_new_environment_gets_its_workspace(stacks: Stacks) -> None:
    """Its name is the stack's, its id the host's."""
    stacks.write("qa-workspace", {"databricks_directory.d": {"path": "/Shared/a"}}, host="https://adb-77.7.example.net")
    stacks.load()
    assert stacks.core.cloud.workspace("qa").workspace_id == 77


def test_a_stack_of_azure_alone_is_skipped_and_named(stacks: Stacks) -> None:
    """The local cloud has none of Azure's own resources; that is said, not hidden."""
    stacks.write("hub", {"azurerm_resource_group.g": {"name": "hub"}}, host="")
    assert stacks.load().skipped == ["hub"]


def test_a_stack_of_azure_and_databricks_is_skipped_whole(stacks: Stacks) -> None:
    """Such as a data factory's: half of it would name what is not there."""
    path = stacks.write("prod-data-factory", {"azurerm_data_factory.f": {"name": "f"}})
    document = json.loads(path.read_text(encoding="utf-8"))
    document["provider"]["azurerm"] = [{"features": {}}]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert stacks.load().skipped == ["prod-data-factory"]


@pytest.mark.parametrize(
    ("resources", "data", "message"),
    [
        (
            {"databricks_mlflow_webhook.p": {}},
            {},
            "databricks_mlflow_webhook.p: type databricks_mlflow_webhook cannot be loaded",
        ),
        ({}, {"databricks_zones.z": {}}, "data.databricks_zones.z: type databricks_zones cannot be loaded"),
        ({"databricks_job.a": {**_job(), "count": 2}}, {}, "databricks_job.a uses count"),
        ({"databricks_schema.s": SCHEMA}, {}, "databricks_schema.s refers to databricks_catalog.lake, which the stack"),
        (
            {"databricks_schema.s": {"name": "s", "catalog_name": "none"}},
            {},
            "databricks_schema.s: POST /api/2.1/unity",
        ),
        ({"databricks_catalog.c": {}}, {}, "databricks_catalog.c: POST /api/2.1/unity-catalog/catalogs answered 400"),
        ({"databricks_directory.d": {}}, {}, "databricks_directory.d: argument 'path' is missing"),
        (
            {},
            {"databricks_group.g": {"display_name": "nobody"}},
            "data.databricks_group.g: Group 'nobody' exists 0 times; a data source needs exactly one. Load its stack",
        ),
        (
            {
                "databricks_job.a": {"name": "${databricks_job.b.id}"},
                "databricks_job.b": {"name": "${databricks_job.a.id}"},
            },
            {},
            "these refer to each other in a circle: databricks_job.",
        ),
        ({"databricks_job.a": {"name": '${upper("x")}'}}, {}, 'databricks_job.a: ${upper("x")}: the function upper()'),
    ],
)
def test_what_cannot_be_loaded_is_named(stacks: Stacks, resources: Any, data: Any, message: str) -> None:
    """The error says which file, which address, and what was wrong."""
    path = stacks.write("prod-ml", resources, data=data)
    with pytest.raises(LoadError) as raised:
        stacks.load()
    assert str(raised.value).startswith(f"{path}: ")
    assert message in str(raised.value)


def test_what_was_applied_before_an_error_is_kept(stacks: Stacks) -> None:
    """The next load goes on from there."""
    stacks.write(
        "prod-ml",
        {"databricks_catalog.lake": CATALOG, "databricks_mlflow_webhook.p": {"x": "${databricks_catalog.lake.id}"}},
    )
    with pytest.raises(LoadError):
        stacks.load()
    stacks.write("prod-ml", LAKE)
    assert counts(stacks.load()) == (1, 0, 1, 0)


def test_without_documents_the_error_says_how_to_make_them(stacks: Stacks, tmp_path: Path) -> None:
    """Nothing was synthesized, or it is damaged, or a stack was misspelt."""
    with pytest.raises(LoadError, match=r"manifest.json does not exist. Synthesize the stacks first: mlops synth"):
        stacks.load()
    path = stacks.write("prod-ml", {})
    with pytest.raises(LoadError, match="has no stack prod-mll; it has prod-ml"):
        stacks.load("prod-mll")
    path.write_text("{")
    with pytest.raises(LoadError, match="is not JSON"):
        stacks.load()
