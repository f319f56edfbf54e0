"""Routes of secrets, workspace files, assignments and clusters that no story needs."""

import base64
import io

import pytest
from databricks.sdk.errors import BadRequest, InvalidParameterValue, ResourceAlreadyExists
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.workspace import AclPermission, ImportFormat

from tests.localcloud.core import Core


def test_who_may_read_a_scope_is_listed_and_taken_back(core: Core) -> None:
    """An ACL is read alone and in the list; without it the principal is not in the list any more."""
    admin, reader = core.admin(), core.application("reader")
    admin.secrets.create_scope("keys")
    admin.secrets.put_acl("keys", reader, AclPermission.READ)
    assert admin.secrets.get_acl("keys", reader).permission is AclPermission.READ
    assert reader in [acl.principal for acl in admin.secrets.list_acls("keys")]
    admin.secrets.delete_acl("keys", reader)
    assert reader not in [acl.principal for acl in admin.secrets.list_acls("keys")]


def test_a_secret_and_its_scope_go(core: Core) -> None:
    """What is deleted is in no list."""
    admin = core.admin()
    admin.secrets.create_scope("keys")
    admin.secrets.put_secret("keys", "webhook", string_value="x")
    admin.secrets.delete_secret("keys", "webhook")
    assert list(admin.secrets.list_secrets("keys")) == []
    admin.secrets.delete_scope("keys")
    assert list(admin.secrets.list_scopes()) == []


@pytest.mark.parametrize("name", ["bad name!", "a b/c", "ü", "x" * 129])
def test_scopes_and_secrets_have_plain_names(core: Core, name: str) -> None:
    """Letters, digits, dashes, underscores and periods, up to 128 of them; others are refused."""
    secrets = core.admin().secrets
    secrets.create_scope("Keys_1.a-" + "x" * 119)
    secrets.create_scope("keys")
    with pytest.raises(InvalidParameterValue, match="is not a valid name: use up to 128 letters"):
        secrets.create_scope(name)
    with pytest.raises(InvalidParameterValue, match="is not a valid name: use up to 128 letters"):
        secrets.put_secret("keys", name, string_value="x")
    assert list(secrets.list_secrets("keys")) == []


def test_a_secret_has_up_to_128_kilobytes(core: Core) -> None:
    """The limit counts bytes, of either form; an empty value is kept, and exactly one form is given."""
    secrets = core.admin().secrets
    secrets.create_scope("keys")
    for given in ({"string_value": "ü" * 65_537}, {"bytes_value": base64.b64encode(b"x" * 131_073).decode()}):
        with pytest.raises(InvalidParameterValue, match="at most 131072"):
            secrets.put_secret("keys", "big", **given)
    for wrong in ({}, {"string_value": "x", "bytes_value": "eA=="}):
        with pytest.raises(BadRequest, match="Give one of string_value and bytes_value"):
            secrets.put_secret("keys", "big", **wrong)
    with pytest.raises(InvalidParameterValue, match="is not base64"):
        secrets.put_secret("keys", "big", bytes_value="x!")
    secrets.put_secret("keys", "full", string_value="x" * 131_072)
    secrets.put_secret("keys", "empty", string_value="")
    kept = {key: base64.b64decode(str(secrets.get_secret("keys", key).value)) for key in ("full", "empty")}
    assert kept == {"full": b"x" * 131_072, "empty": b""}


def test_a_scope_holds_a_thousand_secrets(core: Core) -> None:
    """One more is refused; those that are there can still be set anew."""
    secrets = core.admin().secrets
    secrets.create_scope("keys")
    scope = core.cloud.store.require("secret_scope", "prod/keys")
    kept = {f"k{number}": {"value": "", "updated_at": 0} for number in range(1000)}
    core.cloud.store.put("secret_scope", "prod/keys", scope | {"secrets": kept})
    with pytest.raises(DatabricksError) as refused:
        secrets.put_secret("keys", "one-more", string_value="x")
    assert refused.value.error_code == "RESOURCE_LIMIT_EXCEEDED"
    secrets.put_secret("keys", "k7", string_value="x")
    assert base64.b64decode(str(secrets.get_secret("keys", "k7").value)) == b"x"


def test_a_workspace_file_is_exported_as_it_was_imported(core: Core) -> None:
    """The SDK's `upload` sends a form, `import_` JSON; the bytes come back from `download`, and in base64."""
    admin, path = core.admin(), "/Workspace/mlops/notes.txt"
    admin.workspace.mkdirs("/Workspace/mlops")
    admin.workspace.upload(path, io.BytesIO(b"a\r\nb\x00\n"), format=ImportFormat.RAW)
    assert admin.workspace.download(path).read() == b"a\r\nb\x00\n"
    with pytest.raises(ResourceAlreadyExists):
        admin.workspace.upload(path, io.BytesIO(b"new"), format=ImportFormat.RAW)
    admin.workspace.import_(path, content=base64.b64encode(b"new").decode(), overwrite=True, format=ImportFormat.AUTO)
    assert base64.b64decode(str(admin.workspace.export(path).content)) == b"new"


def test_a_workspace_assigns_its_own_people(core: Core) -> None:
    """Assigned, listed and taken back through the workspace's own route."""
    admin = core.admin()
    group = admin.groups.create(display_name="analysts")
    url = f"{core.url('prod')}/api/2.0/preview/permissionassignments"
    one = f"{url}/principals/{group.id}"
    assert core.call("PUT", one, json={"permissions": ["USER"]}).status_code == 200
    listed = core.call("GET", url).json()["permission_assignments"]
    assert str(group.id) in [str(each["principal"]["principal_id"]) for each in listed]
    assert core.call("DELETE", one).status_code == 200


def test_the_administrator_sees_every_workspace(core: Core) -> None:
    """Name and URL of each."""
    listed = core.call("GET", f"{core.account_url}/local/workspaces").json()["workspaces"]
    assert {each["name"] for each in listed} == {"dev", "prod"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("secrets/scopes/create", {"scope": "keys", "backend": "x"}, "backend"),
        ("secrets/put", {"scope": "keys", "key": "k", "value": "x"}, "value"),
        ("secrets/acls/put", {"scope": "keys", "principal": "users", "permission": "READ", "level": "x"}, "level"),
        ("secrets/scopes/delete", {"scope": "keys", "force": True}, "force"),
        ("workspace/mkdirs", {"path": "/Shared/a", "recursive": True}, "recursive"),
        ("workspace/import", {"path": "/Shared/a", "content": "", "overwite": True}, "overwite"),
        ("workspace/delete", {"path": "/Shared/a", "force": True}, "force"),
        ("jobs/delete", {"job_id": 1, "force": True}, "force"),
        ("jobs/runs/cancel", {"run_id": 1, "job_id": 1}, "job_id"),
    ],
)
def test_a_field_that_is_not_understood_is_refused(core: Core, path: str, body: dict[str, object], field: str) -> None:
    """By its name, with those that are."""
    version = "2.1" if path.startswith("jobs") else "2.0"
    answer = core.call("POST", f"{core.url('prod')}/api/{version}/{path}", json=body)
    assert answer.status_code == 400
    assert f"Field(s) {field} are not understood; understood are " in answer.json()["message"]
