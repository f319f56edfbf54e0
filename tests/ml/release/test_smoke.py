"""The smoke test of a version that looks its features up: what it says about what is wrong."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import mlflow
import pandas as pd
import pytest
import yaml
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving as sdk
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema

from localcloud.services.serving.online import tables as online_tables
from localcloud.services.serving.online.rows import OnlineRows
from ml.declarations.serving import FEWEST_CALLS_PER_MINUTE
from ml.release.endpoint import Endpoint, NotServingError
from ml.release.smoke import LookUpError, smoke_test
from ml.tables import frame_of
from ml.usecases import use_case
from ml.versions import artifact
from tests.ml.release.conftest import MODEL, Served, model_code

TABLE, ONLINE, ASKED = "prod.credit_gold.client_features", "prod.credit_gold.online", "looking-up"
CREDIT = use_case("credit")


def _log(folder: Path, factor: float) -> int:
    """A version that answers `factor` times the `limit`, which is looked up by `client_id`."""
    data = folder / artifact.DATA_FOLDER
    code = folder / "looking.py"
    code.write_text(model_code(factor=factor, broken=False))
    output = Schema([ColSpec("double", "probability")])
    mlflow.pyfunc.save_model(
        path=str(data / artifact.RAW_MODEL_FOLDER),
        python_model=str(code),
        signature=ModelSignature(Schema([ColSpec("double", "limit")]), output),
        input_example=pd.DataFrame({"limit": [0.1, 0.9]}),
        pip_requirements=["mlflow"],
    )
    key = {"data_type": "bigint", "include": False, "topological_ordering": 0, "source": "training_data"}
    looked_up = {"table_name": TABLE, "feature_name": "limit", "lookup_key": ["client_id"], "data_type": "double"}
    columns = [{"client_id": key}, {"limit": {**looked_up, "topological_ordering": 1, "source": "feature_store"}}]
    spec = {"input_columns": columns, "input_tables": [{TABLE: {"table_id": "t"}}], "serialization_version": 9}
    (data / artifact.SPEC_FILE).write_text(yaml.safe_dump(spec))
    inputs = Schema([ColSpec("long", "client_id"), ColSpec("double", "limit", required=False)])
    with mlflow.start_run():
        info = mlflow.pyfunc.log_model(
            name="model",
            loader_module=artifact.LOADER_MODULE,
            data_path=str(data),
            signature=ModelSignature(inputs, output),
            pip_requirements=["mlflow"],
        )
        return int(mlflow.register_model(info.model_uri, MODEL).version)


@pytest.fixture(scope="module")
def rows(served: Served) -> Iterator[OnlineRows]:
    """The feature table with client 5, registered, and its online form, which holds client 5 with a limit of 0.5."""
    declared = CREDIT.models[0].feature_table.table
    filled = {"string": "30_to_44", "int": 1, "bigint": 5, "double": 0.5, "date": date(2024, 1, 1)}
    row = {column.name: filled[column.type] for column in declared.columns}
    served.tables.merge(declared, TABLE, frame_of(served.tables.spark, declared, [row]))
    client, cloud = served.world.client(), served.world.cloud
    client.schemas.create(name="credit_gold", catalog_name="prod")
    body = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "client_features", "columns": []}
    assert served.world.post("/api/2.1/unity-catalog/tables", body).status_code == 200
    document = {"name": ONLINE, "source_table_name": TABLE, "key": "client_id", "key_is_text": False}
    cloud.store.put(online_tables.KIND, ONLINE, {**document, "rows": 1, "published_at": 1.0})
    found = OnlineRows(cloud.home / "online.db")
    found.replace(ONLINE, [("5", {"limit": 0.5})])
    found.announce(ONLINE, TABLE, key_is_text=False, published_at=1.0)
    yield found
    found.close()


@pytest.fixture(scope="module")
def version(served: Served, rows: OnlineRows, tmp_path_factory: pytest.TempPathFactory) -> int:
    """A version that looks up, on an endpoint of its own."""
    made = _log(tmp_path_factory.mktemp("looking"), factor=1)
    entity = sdk.ServedEntityInput(entity_name=MODEL, entity_version=str(made), name="live", workload_size="Small")
    config = sdk.EndpointCoreConfigInput(name=ASKED, served_entities=[entity])
    served.world.client().serving_endpoints.create_and_wait(ASKED, config=config)
    return made


def _endpoint() -> Endpoint:
    assert CREDIT.models[0].serving is not None
    # A busy machine answers late, which is not what is asked here.
    declared = replace(CREDIT.models[0].serving, endpoint=ASKED, max_latency_ms=60_000)
    return Endpoint(workspace=WorkspaceClient(), serving=declared, model=MODEL)


def test_a_version_that_looks_up_answers_examples_and_a_known_key(served: Served, version: int) -> None:
    """Two rows that bring their features, with a key, and one key alone."""
    assert smoke_test(served.subject(version, "smoke"), _endpoint(), version).rows == 3


def test_the_lowest_limit_of_calls_lets_a_promotion_and_a_roll_back_through(served: Served, version: int) -> None:
    """Both smoke tests within a minute are one caller's, and that caller is not answered 429 once."""
    client = served.world.client()
    lowest = sdk.AiGatewayRateLimit(
        calls=FEWEST_CALLS_PER_MINUTE,
        key=sdk.AiGatewayRateLimitKey.USER,
        renewal_period=sdk.AiGatewayRateLimitRenewalPeriod.MINUTE,
    )
    client.serving_endpoints.put_ai_gateway(ASKED, rate_limits=[lowest])
    try:
        for _ in ("promotion", "roll-back"):
            assert smoke_test(served.subject(version, "smoke"), _endpoint(), version).rows == 3
        answer = served.world.invoke(ASKED, {})
        assert answer.status_code == 400, "the calls of both were counted, and one was left"
    finally:
        client.serving_endpoints.put_ai_gateway(ASKED)


def test_a_failing_look_up_is_told_apart_from_a_wrong_answer(
    served: Served, version: int, rows: OnlineRows, tmp_path: Path
) -> None:
    """The features are gone online: the message sends to the online table. Another version answers: it says so."""
    rows.replace(ONLINE, [])
    try:
        with pytest.raises(LookUpError, match=r"but not by key \(client_id 5\): check the online table"):
            smoke_test(served.subject(version, "smoke"), _endpoint(), version)
    finally:
        rows.replace(ONLINE, [("5", {"limit": 0.5})])
    another = _log(tmp_path, factor=0.5)
    with pytest.raises(NotServingError, match="but the version itself answers") as raised:
        smoke_test(served.subject(version, "smoke"), _endpoint(), another)
    assert not isinstance(raised.value, LookUpError)
