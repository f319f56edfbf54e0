"""Routes of secrets, workspace files, assignments and clusters that no story needs."""

import base64
import io

import pytest
from databricks.sdk.errors import ResourceAlreadyExists
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


def test_there_are_no_all_purpose_clusters(core: Core) -> None:
    """Jobs bring their own, so the list is empty."""
    assert list(core.admin().clusters.list()) == []


def test_the_administrator_sees_every_workspace(core: Core) -> None:
    """Name and URL of each."""
    listed = core.call("GET", f"{core.account_url}/local/workspaces").json()["workspaces"]
    assert {each["name"] for each in listed} == {"dev", "prod"}
