"""The local door against the running local cloud: real grants of the shipped stacks, enforced at the door."""

from typing import TYPE_CHECKING

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, PermissionDenied
from pyspark.sql import SparkSession

from localcloud.kernel import loopback
from ml.declarations import Column, Layer, Table
from ml.tables import Tables, Written, frame_of
from ml.tables.unity_rest import UnityRestBackend

if TYPE_CHECKING:
    from localcloud.endpoint import Endpoint

TABLE = Table(
    name="door_test",
    layer=Layer.GOLD,
    keys=("client_id",),
    owner="ml-engineers",
    comment="One row per client.",
    columns=(
        Column(name="client_id", type="bigint", comment="Client."),
        Column(name="seen", type="date", comment="Day.", nullable=True),
    ),
)
IN_PROD = TABLE.full_name("prod", "credit")


class _LookedTooEarly(UnityRestBackend):
    """It asked whether the table is there just before another task made it."""

    def exists(self, full_name: str) -> bool:
        """Not yet."""
        super().exists(full_name)
        return False


def _tables(
    cloud: "Endpoint", spark: SparkSession, workspace: str, principal: str, backend: type = UnityRestBackend
) -> Tables:
    answer = loopback.request(
        "POST",
        f"{cloud.account_url}/local/tokens",
        json={"as": principal},
        headers={"Authorization": f"Bearer {cloud.admin_token}"},
    )
    token = answer.raise_for_status().json()["token"]
    client = WorkspaceClient(host=cloud.workspaces[workspace], token=token, auth_type="pat")
    return Tables(spark, backend(client.api_client))


@pytest.fixture(scope="module")
def written(cloud: "Endpoint", spark: SparkSession) -> Tables:
    """A gold table of prod with one row, written by the principal that prod's ingest job runs as."""
    tables = _tables(cloud, spark, "prod", "prod-credit-ingest")
    row = frame_of(spark, TABLE, [{"client_id": 1, "seen": None}])
    assert not tables.exists(IN_PROD)
    assert tables.append(TABLE, IN_PROD, row) == Written(inserted=1, updated=0, deleted=0)
    return tables


def test_a_table_that_another_task_made_first_is_used(written: Tables, cloud: "Endpoint", spark: SparkSession) -> None:
    """Tasks of one run may create one table side by side: who comes second finds it made, and does not fail."""
    late = _tables(cloud, spark, "prod", "prod-credit-ingest", _LookedTooEarly)
    late.create(TABLE, IN_PROD)
    assert late.version(IN_PROD) == written.version(IN_PROD)


def test_what_one_task_wrote_another_reads_by_name(written: Tables, cloud: "Endpoint", spark: SparkSession) -> None:
    """Location and version come from the door; the reader is another principal with a right to read."""
    training = _tables(cloud, spark, "prod", "prod-credit-training")
    assert [tuple(row) for row in training.read(IN_PROD).collect()] == [(1, None)]
    assert training.exists(IN_PROD)
    assert training.version(IN_PROD) == written.version(IN_PROD) == 1


def test_a_dev_principal_reads_prods_gold_and_cannot_write_it(
    written: Tables, cloud: "Endpoint", spark: SparkSession
) -> None:
    """The refusal is the one that Databricks gives, and the table stays as it was."""
    training = _tables(cloud, spark, "dev", "dev-credit-training")
    assert training.read(IN_PROD).count() == 1
    with pytest.raises(PermissionDenied):
        training.append(TABLE, IN_PROD, frame_of(spark, TABLE, [{"client_id": 2, "seen": None}]))
    assert written.version(IN_PROD) == 1


def test_a_principal_without_a_right_to_read_is_refused(cloud: "Endpoint", spark: SparkSession) -> None:
    """Dev reads prod's gold only, and nobody but ingest writes the landing volume's neighbours."""
    training = _tables(cloud, spark, "dev", "dev-credit-training")
    with pytest.raises(PermissionDenied):
        training.volume_path("prod.credit_bronze.landing")


def test_ingest_may_read_the_landing_volume_and_not_write_it(cloud: "Endpoint", spark: SparkSession) -> None:
    """A job that could change what it received could not be audited."""
    ingest = _tables(cloud, spark, "prod", "prod-credit-ingest")
    assert ingest.volume_path("prod.credit_bronze.landing").endswith("landing")
    with pytest.raises(PermissionDenied):
        ingest.volume_path("prod.credit_bronze.landing", write=True)


def test_a_table_that_is_not_there_is_not_found(written: Tables) -> None:
    """Reading never creates."""
    assert not written.exists("prod.credit_gold.no_such_table")
    with pytest.raises(NotFound):
        written.read("prod.credit_gold.no_such_table")
