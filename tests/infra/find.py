"""Finding things in the synthesized documents by the names that people use."""

from typing import Any

from tests.infra.conftest import Documents

_PRINCIPAL = "${data.databricks_service_principal.principal-"


def jobs(documents: Documents, environment: str) -> dict[str, dict[str, Any]]:
    """The jobs of an environment by name."""
    found = documents[f"{environment}-ml"]["resource"]["databricks_job"].values()
    return {job["name"]: job for job in found}


def tasks(documents: Documents, environment: str, job: str) -> dict[str, dict[str, Any]]:
    """The tasks of a job by key."""
    return {task["task_key"]: task for task in jobs(documents, environment)[job]["task"]}


def who(principal: str) -> str:
    """The display name behind a reference to a service principal; a group's name as it is."""
    if not principal.startswith(_PRINCIPAL):
        return principal
    return principal.removeprefix(_PRINCIPAL).removesuffix(".application_id}")


def grants(documents: Documents, stack: str, name: str) -> dict[str, set[str]]:
    """The privileges in the grants resource `name`, by principal."""
    resource = documents[stack]["resource"]["databricks_grants"][name]
    return {who(grant["principal"]): set(grant["privileges"]) for grant in resource["grant"]}


def all_grants(documents: Documents, stack: str) -> list[tuple[str, str, set[str]]]:
    """(grants resource, principal, privileges) of a whole stack."""
    names = documents[stack]["resource"].get("databricks_grants", {})
    return [(name, person, rights) for name in names for person, rights in grants(documents, stack, name).items()]


def permissions(documents: Documents, stack: str, name: str) -> dict[str, str]:
    """The permission level in the permissions resource `name`, by principal."""
    entries = documents[stack]["resource"]["databricks_permissions"][name]["access_control"]
    return {
        who(entry.get("group_name") or entry["service_principal_name"]): entry["permission_level"] for entry in entries
    }
