"""Secret scopes, field by field as the SDK documents them."""

import pytest
from databricks.sdk.errors import BadRequest, NotFound, ResourceAlreadyExists
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.iam import WorkspacePermission
from databricks.sdk.service.workspace import AclPermission

from tests.localcloud.core import Core

INVALID, MISSING = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"
_KIND = {"scope": "new", "scope_backend_type": "AZURE_KEYVAULT"}
_VAULTS = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults"
_PROD = {"resource_id": f"{_VAULTS}/mlops-prod", "dns_name": "https://mlops-prod.vault.azure.net/"}
VAULT = _KIND | {"backend_azure_keyvault": _PROD}


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
        ("scopes/create", _KIND, INVALID, "backend_azure_keyvault"),
        ("scopes/create", _KIND | {"scope_backend_type": "AWS"}, INVALID, "'AWS' is not one of DATABRICKS"),
        ("scopes/create", VAULT | {"scope_backend_type": "DATABRICKS"}, INVALID, "needs scope_backend_type"),
        (
            "scopes/create",
            _KIND | {"backend_azure_keyvault": _PROD | {"resource_id": "/x"}},
            INVALID,
            "'/x' is not a key vault",
        ),
        (
            "scopes/create",
            _KIND | {"backend_azure_keyvault": _PROD | {"dns_name": "https://other.vault.azure.net/"}},
            INVALID,
            "is not that of the vault mlops-prod",
        ),
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


def test_a_scope_of_a_vault_is_made_by_people(core: Core) -> None:
    """A service principal signs in at Databricks, not at Entra: even as an admin of the workspace it is refused."""
    url, deployer = f"{core.url('prod')}/api/2.0/secrets/scopes/create", core.application("prod-deployer")
    core.account().workspace_assignment.update(
        core.cloud.workspace("prod").workspace_id,
        int(next(core.admin().service_principals.list(filter='displayName eq "prod-deployer"')).id or 0),
        permissions=[WorkspacePermission.ADMIN],
    )
    answer = core.call("POST", url, core.token(deployer), json=VAULT)
    assert answer.json()["error_code"] == INVALID
    assert answer.json()["message"].startswith("Scope with Azure KeyVault must have userAADToken defined!")
    assert core.call("POST", url, core.token(deployer), json={"scope": "own"}).status_code == 200


def test_a_scope_of_a_vault_shows_what_is_in_it(core: Core) -> None:
    """The vault's secrets now, of no other vault; they are changed there, not here."""
    url = f"{core.url('prod')}/api/2.0/secrets"
    assert core.call("POST", f"{url}/scopes/create", json=VAULT).status_code == 200
    (scope,) = core.call("GET", f"{url}/scopes/list").json()["scopes"]
    assert scope == {"name": "new", "backend_type": "AZURE_KEYVAULT", "keyvault_metadata": _PROD}
    for vault, value in (("mlops-prod.vault.azure.net", "aGVyZQ=="), ("other.vault.azure.net", "dGhlcmU=")):
        held = {"vault": vault, "name": "webhook", "value": value, "updated_at": 5}
        core.cloud.store.put("vault_secret", f"{vault}/webhook", held)
    secrets = core.admin().secrets
    assert secrets.get_secret("new", "webhook").value == "aGVyZQ=="
    listed = [(each.key, each.last_updated_timestamp) for each in secrets.list_secrets("new")]
    assert listed == [("webhook", 5)]
    for call in (
        lambda: secrets.put_secret("new", "webhook", string_value="x"),
        lambda: secrets.delete_secret("new", "webhook"),
    ):
        with pytest.raises(BadRequest, match=r"is backed by https://mlops-prod\.vault\.azure\.net/"):
            call()
    secrets.delete_scope("new")
    assert core.cloud.store.get("vault_secret", "mlops-prod.vault.azure.net/webhook") is not None


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
