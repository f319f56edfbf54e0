"""Secret scopes, field by field as the SDK documents them."""

import pytest
from databricks.sdk.errors import NotFound, ResourceAlreadyExists
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.workspace import AclPermission

from tests.localcloud.core import Core

INVALID, MISSING = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"
VAULT = {"scope": "new", "scope_backend_type": "AZURE_KEYVAULT"}


@pytest.mark.parametrize(
    ("fields", "managers"),
    [
        ({}, ["admin@localcloud"]),
        ({"scope_backend_type": "DATABRICKS"}, ["admin@localcloud"]),
        ({"initial_manage_principal": "users"}, ["users"]),
    ],
)
def test_a_scope_is_managed_by_its_maker_or_by_all(core: Core, fields: dict[str, str], managers: list[str]) -> None:
    """`initial_manage_principal` takes the maker's place; the backend is Databricks' own."""
    url = f"{core.url('prod')}/api/2.0/secrets"
    assert core.call("POST", f"{url}/scopes/create", json={"scope": "keys", **fields}).status_code == 200
    acls = core.call("GET", f"{url}/acls/list", params={"scope": "keys"}).json()["items"]
    assert acls == [{"principal": who, "permission": "MANAGE"} for who in managers]
    assert core.call("GET", f"{url}/scopes/list").json()["scopes"] == [{"name": "keys", "backend_type": "DATABRICKS"}]


@pytest.mark.parametrize(
    ("path", "body", "code", "message"),
    [
        ("scopes/create", VAULT, INVALID, "no vault"),
        ("scopes/create", {"scope": "new", "backend_azure_keyvault": {"dns_name": "x"}}, INVALID, "no vault"),
        ("scopes/create", {"scope": "new", "initial_manage_principal": "admins"}, INVALID, "only 'users'"),
        ("scopes/create", {"scope": "keys"}, "RESOURCE_ALREADY_EXISTS", "already exists"),
        ("scopes/delete", {"scope": "none"}, MISSING, "Scope none"),
        ("put", {"scope": "keys", "key": "k"}, "MALFORMED_REQUEST", "Give one of"),
        ("put", {"scope": "none", "key": "k", "string_value": "x"}, MISSING, "Scope none"),
        ("delete", {"scope": "keys", "key": "none"}, MISSING, "key: none"),
        ("acls/put", {"scope": "keys", "principal": "users", "permission": "read"}, INVALID, "READ, WRITE"),
        ("acls/put", {"scope": "keys", "principal": "eve", "permission": "READ"}, "PRINCIPAL_DOES_NOT_EXIST", "eve"),
        ("acls/delete", {"scope": "keys", "principal": "users"}, MISSING, "users holds nothing"),
    ],
)
def test_what_cannot_be_done_is_refused_by_the_sdks_codes(
    core: Core, path: str, body: dict[str, object], code: str, message: str
) -> None:
    """Each with what is wrong."""
    core.admin().secrets.create_scope("keys")
    answer = core.call("POST", f"{core.url('prod')}/api/2.0/secrets/{path}", json=body)
    assert answer.json()["error_code"] == code
    assert message in answer.json()["message"]


@pytest.mark.parametrize("path", ["scopes/list", "list?scope=keys", "get?scope=keys&key=k", "acls/list?scope=keys"])
def test_a_query_that_is_not_understood_is_refused(core: Core, path: str) -> None:
    """By name."""
    core.admin().secrets.create_scope("keys")
    sign = "&" if "?" in path else "?"
    answer = core.call("GET", f"{core.url('prod')}/api/2.0/secrets/{path}{sign}page_size=1")
    assert answer.status_code == 400
    assert "Query parameter(s) page_size are not understood" in answer.json()["message"]


def test_a_stronger_permission_includes_the_weaker_ones(core: Core) -> None:
    """READ reads and lists, WRITE writes too, MANAGE changes who may; a second put overwrites."""
    secrets, runner = core.admin().secrets, core.application("runner")
    own = core.sdk("runner").secrets
    secrets.create_scope("keys")
    secrets.put_secret("keys", "b", string_value="1")
    secrets.put_secret("keys", "a", string_value="2")
    allowed = {}
    for level in AclPermission:
        secrets.put_acl("keys", runner, level)
        allowed[level.value] = [
            name
            for name, call in {
                "list": lambda: list(own.list_secrets("keys")),
                "put": lambda: own.put_secret("keys", "a", string_value="3"),
                "acls": lambda: list(own.list_acls("keys")),
            }.items()
            if _passes(call)
        ]
    assert allowed == {"READ": ["list"], "WRITE": ["list", "put"], "MANAGE": ["list", "put", "acls"]}
    assert [each.key for each in secrets.list_secrets("keys")] == ["a", "b"]
    secrets.delete_acl("keys", runner)
    with pytest.raises(NotFound):
        secrets.get_acl("keys", runner)


def test_a_workspace_has_a_thousand_scopes(core: Core) -> None:
    """One more is refused; another workspace has its own."""
    for number in range(1000):
        scope = {"name": f"s{number}", "workspace": "prod", "acls": {}, "secrets": {}}
        core.cloud.store.put("secret_scope", f"prod/s{number}", scope)
    with pytest.raises(DatabricksError) as refused:
        core.admin().secrets.create_scope("one-more")
    assert refused.value.error_code == "RESOURCE_LIMIT_EXCEEDED"
    with pytest.raises(ResourceAlreadyExists):
        core.admin().secrets.create_scope("s1")
    core.admin("dev").secrets.create_scope("one-more")


def _passes(call: object) -> bool:
    try:
        call()  # type: ignore[operator]
    except DatabricksError:
        return False
    return True
