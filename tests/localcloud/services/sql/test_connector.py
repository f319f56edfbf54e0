"""`databricks-sql-connector`, unmodified, by the workspace's own name through the proxy: Thrift, and `use_sea`.

It wants other versions of libraries than the lock, so it has an environment of its own (`make sql-connector`).
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from localcloud.proxy.authority import Authority
from localcloud.proxy.connect import Proxy
from localcloud.proxy.hosts import port_of
from tests.localcloud.core import HOSTS, Core
from tests.localcloud.services.sql.conftest import TABLE

PYTHON = Path(__file__).resolve().parents[4] / ".venv-sql-connector" / "bin" / "python"
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs databricks-sql-connector: run `make sql-connector`")
PROGRAM = """
import json, os, sys
from databricks import sql

asked = json.loads(sys.argv[1])
found = {}
with sql.connect(
    server_hostname=os.environ["HOST"], http_path=os.environ["HTTP_PATH"], access_token=os.environ["TOKEN"],
    use_sea=asked["sea"], catalog="prod", schema="credit_ops", _tls_trusted_ca_file=os.environ["SSL_CERT_FILE"],
    enable_telemetry=False, _retry_stop_after_attempts_count=2,
) as connection, connection.cursor() as cursor:
    for name, (text, parameters) in asked["statements"].items():
        try:
            cursor.execute(text, parameters)
            found[name] = [[str(v) for v in row] for row in cursor.fetchall()]
            found[name + " columns"] = [[each[0], each[1]] for each in cursor.description or []]
        except Exception as error:
            found[name] = str(error)
    if asked["about"]:
        found["catalogs"] = [row[0] for row in cursor.catalogs().fetchall()]
        found["tables"] = [row.TABLE_NAME for row in cursor.tables("prod", "credit%").fetchall()]
        found["columns"] = [row.COLUMN_NAME for row in cursor.columns("prod", "credit_ops", "gate_results").fetchall()]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def warehouse(lakehouse: Core) -> str:
    """A warehouse that `reader` and `writer` may use."""
    admin = lakehouse.admin()
    made = admin.warehouses.create(name="w", cluster_size="Small", max_num_clusters=1, auto_stop_mins=10).result()
    entries = [
        {"service_principal_name": str(each.application_id), "permission_level": "CAN_USE"}
        for each in admin.service_principals.list()
        if each.display_name in ("reader", "writer")
    ]
    url = f"{lakehouse.url('prod')}/api/2.0/permissions/sql/warehouses/{made.id}"
    assert lakehouse.call("PATCH", url, json={"access_control_list": entries}).status_code == 200
    return str(made.id)


@pytest.fixture(scope="module")
def surroundings(lakehouse: Core, warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The surroundings of the connector's process, for the cloud with Spark."""
    with _around(lakehouse, warehouse, tmp_path_factory.mktemp("authority")) as found:
        yield found


@contextmanager
def _around(core: Core, warehouse: str, folder: Path) -> Iterator[dict[str, str]]:
    """What the connector's process is given: the real host, and a proxy that answers for it."""
    authority = Authority(folder)
    here = {HOSTS["prod"]: core.url("prod")}
    proxy = Proxy(authority, lambda host: port_of(host, core.account_url, here))
    yield {
        "PATH": os.environ["PATH"],
        "HTTPS_PROXY": proxy.start(),
        "SSL_CERT_FILE": str(authority.certificate),
        "HOST": HOSTS["prod"].removeprefix("https://"),
        "HTTP_PATH": f"/sql/1.0/warehouses/{warehouse}",
    }
    proxy.close()


def _asked(
    core: Core, around: dict[str, str], token: str, *, sea: bool, about: bool = False, **statements: Any
) -> dict[str, Any]:
    wanted = json.dumps({"sea": sea, "about": about, "statements": statements})
    done = subprocess.run(
        [str(PYTHON), "-c", PROGRAM, wanted],
        env={**around, "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("sea", [False, True])
def test_the_connector_speaks_to_a_warehouse(core: Core, tmp_path: Path, sea: bool) -> None:
    """Answers of the catalog, which need no Spark, with columns and refusals; both ways."""
    admin = core.admin()
    admin.catalogs.create("prod")
    admin.schemas.create("credit_ops", "prod")
    core.table(TABLE)
    made = admin.warehouses.create(name="w", cluster_size="Small", max_num_clusters=1, auto_stop_mins=10).result()
    asked = {"schemas": ("show schemas", None), "tables": ("show tables", None), "wrong": ("show nothing", None)}
    with _around(core, str(made.id), tmp_path / "authority") as around:
        found = _asked(core, around, core.admin_token, sea=sea, **asked)
    assert found["schemas"] == [["credit_ops"], ["default"]]
    assert found["tables"] == [["credit_ops", "gate_results", "False"]]
    assert found["tables columns"] == [["database", "string"], ["tableName", "string"], ["isTemporary", "boolean"]]
    assert "'show nothing' is not offered locally" in found["wrong"]


@pytest.mark.long
@pytest.mark.parametrize("sea", [False, True])
def test_the_connector_reads_and_is_refused(lakehouse: Core, surroundings: dict[str, str], sea: bool) -> None:
    """Types, parameters, many rows, errors and rights are the same both ways."""
    found = _asked(
        lakehouse,
        surroundings,
        lakehouse.token("reader"),
        sea=sea,
        about=not sea,
        rows=("select gate, passed from gate_results order by gate desc", None),
        typed=("select 1 as a, 2.50 as b, date'2026-01-31' as c, 'x' as d, array(1, 2) as e, null as f", None),
        named=(f"select gate from {TABLE} where gate = :gate", {"gate": "compliance"}),
        many=("select count(*), max(id) from (select explode(sequence(1, 50000)) as id)", None),
        long=("select explode(sequence(1, 30000)) as id", None),
        wrong=("select nothing from gate_results", None),
        denied=(f"insert into {TABLE} values ('x', true)", None),
    )
    assert found["rows"] == [["compliance", "True"], ["comparison", "None"]]
    assert found["rows columns"] == [["gate", "string"], ["passed", "boolean"]]
    assert found["typed"][0][:4] == ["1", "2.50", "2026-01-31", "x"]
    assert [kind for _, kind in found["typed columns"]][:5] == ["int", "decimal", "date", "string", "array"]
    assert found["named"] == [["compliance"]]
    assert found["many"] == [["50000", "50000"]]
    assert (len(found["long"]), found["long"][-1]) == (30_000, ["30000"])
    assert "UNRESOLVED_COLUMN" in found["wrong"]
    assert "User does not have MODIFY on Table" in found["denied"]
    if not sea:
        assert found["catalogs"] == ["prod"]
        assert "gate_results" in found["tables"]
        # The table was registered without columns.
        assert found["columns"] == []


def test_who_may_not_use_the_warehouse_gets_no_session(core: Core, tmp_path: Path) -> None:
    """The connector fails to connect and says why; by REST it knows the status alone."""
    core.application("stranger")
    made = (
        core.admin().warehouses.create(name="w", cluster_size="Small", max_num_clusters=1, auto_stop_mins=10).result()
    )
    with _around(core, str(made.id), tmp_path / "authority") as around:
        for sea, said in ((False, "CAN_USE"), (True, "status 403")):
            with pytest.raises(AssertionError) as refused:
                _asked(core, around, core.token("stranger"), sea=sea)
            assert said in str(refused.value)
