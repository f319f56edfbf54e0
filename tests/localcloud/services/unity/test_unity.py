"""Unity Catalog through the SDK and the calls of the table door, as principals with and without grants."""

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.service import catalog as uc

from tests.localcloud.core import Core

TABLE = "prod.credit_gold.scores"


def credential(core: Core, token: str, operation: str, workspace: str = "prod") -> tuple[int, str]:
    """Status, and url or message, of a temporary credential for the table."""
    table_id = core.cloud.store.require("table", TABLE)["id"]
    url = f"{core.url(workspace)}/api/2.1/unity-catalog/temporary-table-credentials"
    answer = core.call("POST", url, token, json={"table_id": table_id, "operation": operation})
    return answer.status_code, answer.json().get("url") or answer.json()["message"]


def test_a_reader_reads_and_does_not_write(lake: Core) -> None:
    """READ needs SELECT, READ_WRITE needs MODIFY too; entry to catalog and schema comes first."""
    reader = lake.application("reader")
    token = lake.token("reader")
    assert credential(lake, token, "READ") == (403, "User does not have USE CATALOG on Catalog 'prod'.")
    lake.grant("catalog", "prod", reader, "USE_CATALOG")
    assert credential(lake, token, "READ") == (403, "User does not have USE SCHEMA on Schema 'prod.credit_gold'.")
    lake.grant("schema", "prod.credit_gold", reader, "USE_SCHEMA", "SELECT")
    location = str(lake.cloud.warehouse / "prod" / "credit_gold" / "scores")
    assert credential(lake, token, "READ") == (200, location)
    assert credential(lake, token, "READ_WRITE") == (403, f"User does not have MODIFY on Table '{TABLE}'.")
    lake.grant("table", TABLE, reader, "MODIFY")
    assert credential(lake, token, "READ_WRITE") == (200, location)


def test_dev_reads_prod_and_cannot_write_it_whatever_is_granted(lake: Core) -> None:
    """The catalog is bound READ_ONLY to dev: even the admin cannot write from there."""
    writer = lake.application("writer")
    lake.grant("catalog", "prod", writer, "ALL_PRIVILEGES")
    dev = lake.token("writer", "dev")
    message = "Catalog 'prod' is bound READ_ONLY to current workspace: writing is not allowed."
    assert credential(lake, dev, "READ", "dev")[0] == 200
    assert credential(lake, dev, "READ_WRITE", "dev") == (403, message)
    assert credential(lake, lake.admin_token, "READ_WRITE", "dev") == (403, message)
    assert credential(lake, lake.token("writer"), "READ_WRITE")[0] == 200


def test_an_unbound_workspace_does_not_see_the_catalog(lake: Core) -> None:
    """Not in a listing, and not by name."""
    body = {"name": "sandbox", "host": "https://sandbox"}
    lake.call("POST", f"{lake.account_url}/local/workspaces", json=body)
    sandbox = lake.admin("sandbox")
    assert list(sandbox.catalogs.list()) == []
    with pytest.raises(PermissionDenied, match="Catalog 'prod' is not accessible in current workspace"):
        sandbox.catalogs.get("prod")
    assert [c.name for c in lake.admin("dev").catalogs.list()] == ["prod"]


def test_a_group_passes_its_grants_on(lake: Core) -> None:
    """To members, and to a token that acts as the group."""
    admin = lake.admin()
    lake.application("ana")
    member = next(admin.service_principals.list(filter="displayName eq 'ana'"))
    url = f"{lake.url('prod')}/api/2.0/preview/scim/v2/Groups"
    lake.call("POST", url, json={"displayName": "analysts", "members": [{"value": member.id}]})
    lake.grant("catalog", "prod", "analysts", "USE_CATALOG", "USE_SCHEMA", "SELECT")
    assert credential(lake, lake.token("ana"), "READ")[0] == 200
    assert credential(lake, lake.token("analysts"), "READ")[0] == 200
    lake.application("bob")
    assert credential(lake, lake.token("bob"), "READ")[0] == 403


def test_who_creates_a_table_owns_it(lake: Core) -> None:
    """CREATE_TABLE is needed; the owner then writes and drops without further grants."""
    maker = lake.application("maker")
    lake.grant("catalog", "prod", maker, "USE_CATALOG", "USE_SCHEMA")
    body = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "mine", "columns": [{"name": "id"}]}
    url = f"{lake.url('prod')}/api/2.1/unity-catalog/tables"
    refused = lake.call("POST", url, lake.token("maker"), json=body)
    assert refused.json()["message"] == "User does not have CREATE TABLE on Schema 'prod.credit_gold'."
    lake.grant("schema", "prod.credit_gold", maker, "CREATE_TABLE")
    made = lake.call("POST", url, lake.token("maker"), json=body).json()
    assert (made["owner"], made["full_name"]) == (maker, "prod.credit_gold.mine")
    again = lake.call("POST", url, lake.token("maker"), json=body)
    assert (again.status_code, again.json()["error_code"]) == (409, "TABLE_ALREADY_EXISTS")
    sdk = lake.sdk("maker")
    assert sdk.tables.get("prod.credit_gold.mine").table_id == made["table_id"]
    sdk.tables.delete("prod.credit_gold.mine")
    with pytest.raises(NotFound, match=r"Table 'prod\.credit_gold\.mine' does not exist"):
        sdk.tables.get("prod.credit_gold.mine")


def test_dropping_a_table_deletes_its_data_and_its_grants(lake: Core) -> None:
    """A table made anew under the name starts empty, with no grants."""
    reader = lake.application("reader")
    lake.grant("catalog", "prod", reader, "USE_CATALOG", "USE_SCHEMA")
    lake.grant("table", TABLE, reader, "SELECT")
    data = lake.cloud.warehouse / "prod" / "credit_gold" / "scores" / "part-0"
    data.parent.mkdir(parents=True)
    data.write_text("x")
    lake.admin().tables.delete(TABLE)
    assert not data.exists()
    lake.table(TABLE)
    assert credential(lake, lake.token("reader"), "READ")[0] == 403


@pytest.mark.parametrize("name", ["../x", "a/b", "", "a.b", "x" * 129, "`x`"])
def test_names_cannot_leave_the_warehouse(lake: Core, name: str) -> None:
    """A name is one folder."""
    body = {"catalog_name": "prod", "schema_name": "credit_gold", "name": name}
    answer = lake.call("POST", f"{lake.url('prod')}/api/2.1/unity-catalog/tables", json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_grants_are_listed_changed_and_inherited(lake: Core) -> None:
    """Direct ones by `permissions`, all of them with their origin by `effective-permissions`."""
    reader = lake.application("reader")
    admin = lake.admin()
    lake.grant("catalog", "prod", reader, "USE_CATALOG", "SELECT")
    lake.grant("schema", "prod.credit_gold", reader, "USE_SCHEMA", "MODIFY")
    change = uc.PermissionsChange(principal=reader, remove=[uc.Privilege.MODIFY])
    admin.grants.update("schema", "prod.credit_gold", changes=[change])
    direct = admin.grants.get("schema", "prod.credit_gold").privilege_assignments or []
    assert [(a.principal, a.privileges) for a in direct] == [(reader, [uc.Privilege.USE_SCHEMA])]
    effective = admin.grants.get_effective("schema", "prod.credit_gold").privilege_assignments or []
    found = {(p.privilege, p.inherited_from_name) for a in effective for p in a.privileges or []}
    assert found == {
        (uc.Privilege.USE_CATALOG, "prod"),
        (uc.Privilege.SELECT, "prod"),
        (uc.Privilege.USE_SCHEMA, None),
    }


def test_grants_that_cannot_be_are_refused(lake: Core) -> None:
    """Unknown principals, a service principal's display name, and privileges that the securable does not know."""
    application = lake.application("reader")
    url = f"{lake.url('prod')}/api/2.1/unity-catalog/permissions/table/{TABLE}"

    def error(principal: str, privilege: str) -> tuple[str, str]:
        answer = lake.call("PATCH", url, json={"changes": [{"principal": principal, "add": [privilege]}]}).json()
        return answer["error_code"], answer["message"]

    assert error("nobody", "SELECT") == ("PRINCIPAL_DOES_NOT_EXIST", "Could not find principal with name nobody")
    assert error("reader", "SELECT")[1] == (
        f"'reader' is a service principal's display name: name it by its application id {application}."
    )
    assert error(application, "USE_CATALOG")[0] == "INVALID_PARAMETER_VALUE"


def test_only_owners_and_managers_grant(lake: Core) -> None:
    """ALL_PRIVILEGES does not let its holder pass grants on."""
    holder = lake.application("holder")
    lake.grant("catalog", "prod", holder, "ALL_PRIVILEGES")
    change = uc.PermissionsChange(principal=holder, add=[uc.Privilege.MANAGE])
    with pytest.raises(PermissionDenied, match="User is not an owner of Table"):
        lake.sdk("holder").grants.update("table", TABLE, changes=[change])
    lake.admin().schemas.update("prod.credit_gold", owner=holder)
    lake.sdk("holder").grants.update("table", TABLE, changes=[change])


def test_the_metastores_owner_passes_every_check(lake: Core) -> None:
    """A group that owns the metastore makes its members metastore admins."""
    admin = lake.admin()
    admin.groups.create(display_name="platform-admins")
    assert credential(lake, lake.token("platform-admins"), "READ_WRITE")[0] == 403
    admin.metastores.update(lake.cloud.store.require("metastore", "metastore")["metastore_id"], owner="platform-admins")
    assert credential(lake, lake.token("platform-admins"), "READ_WRITE")[0] == 200


def test_only_an_empty_schema_is_deleted_without_force(lake: Core) -> None:
    """With force, what it holds goes with it."""
    admin = lake.admin()
    with pytest.raises(BadRequest, match=r"Schema 'prod.credit_gold' is not empty: it holds scores, landing\."):
        admin.schemas.delete("prod.credit_gold")
    admin.schemas.delete("prod.credit_gold", force=True)
    assert lake.cloud.store.all("table") == []
    assert lake.cloud.store.all("volume") == []


def test_the_provider_finds_the_default_schema_it_deletes(lake: Core) -> None:
    """Databricks makes `<catalog>.default`, and the Terraform provider deletes it after creating a catalog."""
    admin = lake.admin()
    assert [s.name for s in admin.schemas.list("prod")] == ["credit_gold", "default"]
    admin.schemas.delete("prod.default")
    assert [s.name for s in admin.schemas.list("prod")] == ["credit_gold"]
