"""Small synthesized stacks, for tests."""

from typing import Any

from policies.access.build import estate_of
from policies.access.compute import Access
from policies.access.stacks import stack_of

DEV, PROD = 11, 33


def _host(number: int) -> dict[str, Any]:
    return {"databricks": [{"host": f"https://adb-{number}.1.azuredatabricks.net"}]}


def account() -> dict[str, Any]:
    """Groups, a nested membership, principals, and who may sign in where."""
    groups = ("keepers", "owners", "readers", "people")
    return {
        "resource": {
            "databricks_metastore": {"m": {"name": "ms", "owner": "${databricks_group.keepers.display_name}"}},
            "databricks_group": {name: {"display_name": name} for name in groups},
            "databricks_service_principal": {name: {"display_name": name} for name in ("dev-job", "prod-job")},
            "databricks_group_member": {
                "a": _member("owners", "databricks_group.keepers"),
                "b": _member("readers", "databricks_service_principal.dev-job"),
            },
            "databricks_mws_permission_assignment": {
                "1": _assigned("databricks_service_principal.dev-job", DEV),
                "2": _assigned("databricks_service_principal.prod-job", PROD),
                "3": _assigned("databricks_group.people", PROD),
                "4": _assigned("databricks_group.owners", PROD, "ADMIN"),
            },
        }
    }


def _member(group: str, member: str) -> dict[str, Any]:
    return {"group_id": f"${{databricks_group.{group}.id}}", "member_id": f"${{{member}.id}}"}


def _assigned(principal: str, workspace_id: int, level: str = "USER") -> dict[str, Any]:
    return {"principal_id": f"${{{principal}.id}}", "workspace_id": workspace_id, "permissions": [level]}


def prod() -> dict[str, Any]:
    """An isolated catalog that dev may read, two schemas, a volume, a model, and a job."""
    job = "${data.databricks_service_principal.prod-job.application_id}"
    return {
        "provider": _host(PROD),
        "data": {"databricks_service_principal": {"prod-job": {"display_name": "prod-job"}}},
        "resource": {
            "databricks_catalog": {"c": {"name": "prod", "owner": "owners", "isolation_mode": "ISOLATED"}},
            "databricks_schema": {
                name: {"catalog_name": "${databricks_catalog.c.name}", "name": name, "owner": "owners"}
                for name in ("gold", "ops")
            },
            "databricks_volume": {
                "v": {"catalog_name": "prod", "schema_name": "${databricks_schema.ops.name}", "name": "inbox"}
            },
            "databricks_registered_model": {
                "r": {"catalog_name": "prod", "schema_name": "ops", "name": "risk", "owner": job}
            },
            "databricks_workspace_binding": {"d": _binding(DEV, "READ_ONLY"), "p": _binding(PROD, "READ_WRITE")},
            "databricks_grants": {
                "c": {
                    "catalog": "${databricks_catalog.c.name}",
                    "grant": [{"principal": name, "privileges": ["USE_CATALOG"]} for name in ("readers", job)],
                },
                "g": {
                    "schema": "${databricks_schema.gold.id}",
                    "grant": [
                        {"principal": "readers", "privileges": ["USE_SCHEMA", "SELECT", "MODIFY"]},
                        {"principal": job, "privileges": ["ALL_PRIVILEGES"]},
                        {"principal": "people", "privileges": ["USE_SCHEMA", "SELECT"]},
                    ],
                },
            },
            "databricks_job": {"j": {"name": "train", "run_as": {"service_principal_name": job}}},
            "databricks_permissions": {
                "j": {
                    "job_id": "${databricks_job.j.id}",
                    "access_control": [
                        {"group_name": "people", "permission_level": "CAN_MANAGE_RUN"},
                        {"group_name": "readers", "permission_level": "CAN_VIEW"},
                    ],
                }
            },
        },
    }


def _binding(workspace_id: int, kind: str) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "securable_name": "${databricks_catalog.c.name}",
        "securable_type": "catalog",
        "binding_type": f"BINDING_TYPE_{kind}",
    }


def dev() -> dict[str, Any]:
    """A workspace with nothing in it."""
    return {"provider": _host(DEV), "resource": {}}


def rows_of(kind: str, **values: Any) -> set[tuple[str, str, str, str, str]]:
    """The matrix of one resource in `prod-ml`: principal and its kind, securable's kind and name, and privilege."""
    document = {"provider": {}, "resource": {kind: {"added": values}}}
    matrix = Access(estate_of([stack_of("prod-ml", document)])).matrix()
    return {(row.principal, row.principal_kind, row.key.kind, row.key.name, row.privilege) for row in matrix}


def access(**documents: dict[str, Any]) -> Access:
    """Access as the documents of `account`, `dev` and `prod` say, each replaced by what is given."""
    named = {"account": account(), "dev-workspace": dev(), "prod-workspace": prod()}
    named |= {name.replace("_", "-"): document for name, document in documents.items()}
    return Access(estate_of([stack_of(name, document) for name, document in named.items()]))
