"""Faults, each injected through the local cloud's real REST, and what the doctor must say of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from databricks.sdk.service.catalog import CatalogIsolationMode
from databricks.sdk.service.jobs import CronSchedule, JobRunAs, JobSettings, PauseStatus

from tests.localcloud.core import Core

UNITY = "/api/2.1/unity-catalog"
Inject = Callable[[Core], object]


@dataclass(frozen=True)
class Broken:
    """The check that finds it, the fault, and what stands in the line: subject, what is wrong, the fix."""

    check: str
    inject: Inject
    subject: str
    wrong: str
    fix: str

    def __str__(self) -> str:
        return self.check


def rest(core: Core, method: str, path: str, body: Any = None) -> Any:
    """A call in prod, which must succeed."""
    answer = core.call(method, f"{core.url('prod')}{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else {}


def _principal(core: Core, name: str) -> Any:
    [found] = [each for each in core.admin().service_principals.list() if each.display_name == name]
    return found


def _account_delete(core: Core, kind: str, name: str) -> None:
    found = next(each for each in core.cloud.store.all(kind) if each["displayName"] == name)
    collection = {"service_principal": "ServicePrincipals", "group": "Groups"}[kind]
    path = f"{core.account_url}/api/2.0/accounts/any/scim/v2/{collection}/{found['id']}"
    answer = core.call("DELETE", path)
    assert answer.is_success, answer.text


def _revoke(kind: str, name: str, principal: str, privilege: str) -> Inject:
    def inject(core: Core) -> None:
        who = principal if not principal.startswith("prod-credit") else str(_principal(core, principal).application_id)
        change = {"changes": [{"principal": who, "remove": [privilege]}]}
        rest(core, "PATCH", f"{UNITY}/permissions/{kind}/{name}", change)

    return inject


def _job(core: Core, name: str) -> int:
    [found] = [each.job_id for each in core.admin().jobs.list(name=name)]
    return int(found or 0)


def _run_as_somebody(core: Core) -> None:
    other = str(_principal(core, "prod-credit-scoring").application_id)
    settings = JobSettings(run_as=JobRunAs(service_principal_name=other))
    core.admin().jobs.update(_job(core, "credit-training"), new_settings=settings)


def _pause(core: Core) -> None:
    job = core.admin().jobs.get(_job(core, "credit-scoring"))
    assert job.settings
    assert job.settings.schedule
    schedule = CronSchedule(
        quartz_cron_expression=job.settings.schedule.quartz_cron_expression,
        timezone_id=job.settings.schedule.timezone_id,
        pause_status=PauseStatus.PAUSED,
    )
    core.admin().jobs.update(_job(core, "credit-scoring"), new_settings=JobSettings(schedule=schedule))


def wheel(core: Core) -> str:
    """The wheel that training names."""
    settings = core.admin().jobs.get(_job(core, "credit-training")).settings
    assert settings
    return next(str(library.whl) for task in settings.tasks or [] for library in task.libraries or [])


def _policy_delete(core: Core) -> None:
    [found] = [each for each in core.admin().cluster_policies.list() if each.name == "mlops-gpu-single-node"]
    core.admin().cluster_policies.delete(str(found.policy_id))


def _warehouse_delete(core: Core) -> None:
    [found] = [each for each in core.admin().warehouses.list() if each.name == "prod-queries"]
    core.admin().warehouses.delete(str(found.id))


def _bind_dev_for_writing(core: Core) -> None:
    dev = {"workspace_id": 1000000000000001, "binding_type": "BINDING_TYPE_READ_WRITE"}
    rest(core, "PATCH", f"{UNITY}/bindings/catalog/prod", {"add": [dev]})


def _table(core: Core) -> None:
    core.table("prod.credit_bronze.clients")


def _deactivate(core: Core) -> None:
    listed = core.cloud.store.all("service_principal")
    found = next(each for each in listed if each["displayName"] == "prod-credit-ingest")
    path = f"{core.account_url}/api/2.0/accounts/any/scim/v2/ServicePrincipals/{found['id']}"
    operation = {"Operations": [{"op": "replace", "path": "active", "value": False}]}
    assert core.call("PATCH", path, json=operation).is_success


BROKEN = (
    Broken(
        "it is the workspace of the file",
        lambda core: core.call(
            "POST",
            f"{core.account_url}/local/workspaces",
            json={"name": "prod", "host": "https://adb-99.9.azuredatabricks.net", "workspace_id": 99},
        ),
        "http://127.0.0.1",
        "is workspace 99, not 1000000000000003",
        "correct workspace.id and url in workspaces/prod.yaml",
    ),
    Broken(
        "every job has its principal",
        lambda core: _account_delete(core, "service_principal", "prod-credit-monitoring"),
        "prod-credit-monitoring",
        "does not exist as a service principal of the workspace",
        "deploy the stack account",
    ),
    Broken("every principal is active", _deactivate, "prod-credit-ingest", "is deactivated", "activate it"),
    Broken(
        "every group exists",
        lambda core: _account_delete(core, "group", "analysts"),
        "analysts",
        "does not exist as a group of the workspace",
        "deploy the stack account",
    ),
    Broken(
        "the metastore is of the region",
        lambda core: core.cloud.store.put(
            "metastore", "metastore", {**core.cloud.store.require("metastore", "metastore"), "region": "northeurope"}
        ),
        "",
        "is the metastore of northeurope, not westeurope",
        "assign the metastore of azure.region",
    ),
    Broken(
        "the catalog is isolated",
        lambda core: core.admin().catalogs.update("prod", isolation_mode=CatalogIsolationMode.OPEN),
        "prod",
        "has isolation_mode OPEN",
        "deploy the stack prod-workspace",
    ),
    Broken(
        "the catalog belongs to the owners",
        lambda core: core.admin().catalogs.update("prod", owner="ml-engineers"),
        "prod",
        "is owned by ml-engineers, not by prod-owners",
        "ALTER CATALOG prod OWNER TO `prod-owners`",
    ),
    Broken(
        "the catalog is bound as declared",
        _bind_dev_for_writing,
        "prod in workspace 1000000000000001",
        "is bound BINDING_TYPE_READ_WRITE, declared BINDING_TYPE_READ_ONLY",
        "deploy the stack prod-workspace",
    ),
    Broken(
        "every schema exists",
        lambda core: core.admin().schemas.delete("prod.credit_silver", force=True),
        "prod.credit_silver",
        "does not exist",
        "deploy the stack prod-workspace",
    ),
    Broken(
        "every volume exists",
        lambda core: core.admin().volumes.delete("prod.credit_ops.alerts"),
        "prod.credit_ops.alerts",
        "does not exist",
        "deploy the stack prod-workspace",
    ),
    Broken(
        "the credential is the connectors",
        lambda core: rest(
            core,
            "PATCH",
            f"{UNITY}/storage-credentials/prod-lake",
            {"azure_managed_identity": {"access_connector_id": "/subscriptions/s/other"}},
        ),
        "prod-lake",
        "is /subscriptions/s/other, not /subscriptions/",
        "deploy the stack prod-workspace",
    ),
    Broken(
        "every location leads to the lake",
        lambda core: rest(
            core,
            "PATCH",
            f"{UNITY}/external-locations/prod-lake-gold",
            {"url": "abfss://gold@elsewhere.dfs.core.windows.net/"},
        ),
        "prod-lake-gold",
        "points to abfss://gold@elsewhere.dfs.core.windows.net/, not to mlopsprodlake",
        "deploy the stack prod-workspace",
    ),
    Broken(
        "everyone reaches the catalog",
        _revoke("catalog", "prod", "prod-credit-scoring", "USE_CATALOG"),
        "prod-credit-scoring",
        "lacks USE_CATALOG on catalog prod",
        "deploy the stacks of prod",
    ),
    Broken(
        "everyone holds the schemas",
        _revoke("schema", "prod.credit_gold", "data-scientists", "SELECT"),
        "data-scientists",
        "lacks SELECT on schema prod.credit_gold",
        "deploy the stacks of prod",
    ),
    Broken(
        "everyone holds the volumes",
        _revoke("volume", "prod.credit_bronze.landing", "prod-credit-ingest", "READ_VOLUME"),
        "prod-credit-ingest",
        "lacks READ_VOLUME on volume prod.credit_bronze.landing",
        "deploy the stacks of prod",
    ),
    Broken(
        "every model belongs to promotion",
        lambda core: core.admin().registered_models.update("prod.credit_ops.default_risk", owner="ml-engineers"),
        "prod.credit_ops.default_risk",
        "is owned by ml-engineers, so prod-credit-promotion cannot promote",
        "deploy the stack prod-ml",
    ),
    Broken(
        "everyone holds the models",
        _revoke("function", "prod.credit_ops.default_risk", "prod-credit-training", "CREATE_MODEL_VERSION"),
        "prod-credit-training",
        "lacks CREATE_MODEL_VERSION on function prod.credit_ops.default_risk",
        "deploy the stacks of prod",
    ),
    Broken(
        "every cluster policy exists",
        _policy_delete,
        "mlops-gpu-single-node",
        "does not exist as a cluster policy of the workspace",
        "deploy the stack prod-workspace",
    ),
    Broken(
        "the warehouse can be used",
        _warehouse_delete,
        "prod-queries",
        "does not exist as a SQL warehouse of the workspace",
        "deploy the stack prod-workspace",
    ),
    Broken(
        "the online store is available",
        lambda core: core.admin().feature_store.delete_online_store("prod-online"),
        "prod-online",
        "does not exist as an online store",
        "deploy the stack prod-ml",
    ),
    Broken(
        "the secret scope exists",
        lambda core: core.admin().secrets.delete_scope("prod"),
        "prod",
        "does not exist as a secret scope of the workspace",
        "deploy the stack prod-rights, as a person with a role on the vault",
    ),
    Broken(
        "monitoring may read secrets",
        lambda core: core.admin().secrets.delete_acl(
            "prod", str(_principal(core, "prod-credit-monitoring").application_id)
        ),
        "prod-credit-monitoring",
        "may not read the scope prod",
        "deploy the stack prod-workspace",
    ),
    Broken(
        "every job exists",
        lambda core: core.admin().jobs.delete(_job(core, "credit-scoring")),
        "credit-scoring",
        "does not exist as a job of the workspace",
        "deploy the stack prod-ml",
    ),
    Broken(
        "every job runs as its principal",
        _run_as_somebody,
        "credit-training",
        "not as prod-credit-training",
        "deploy the stack prod-ml",
    ),
    Broken(
        "every schedule is as declared",
        _pause,
        "credit-scoring",
        "is PAUSED, declared UNPAUSED",
        "or declare it so in the environment's file",
    ),
    Broken(
        "every job obeys a policy that exists",
        _policy_delete,
        "credit-training-gpu",
        "which does not exist",
        "deploy the stack prod-ml",
    ),
    Broken(
        "every declared table exists",
        _table,
        "prod.credit_silver.applications",
        "does not exist",
        "run the job credit-ingest",
    ),
    Broken(
        "sensitive columns are hidden",
        _table,
        "prod.credit_bronze",
        "readers see its sensitive columns",
        "make deploy ENV=prod MASKS=1",
    ),
)
