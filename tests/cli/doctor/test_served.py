"""The live version by alias and by endpoint, with a model that is really served."""

from collections.abc import Iterator

import mlflow
import pytest
from databricks.sdk.service.serving import EndpointCoreConfigInput, ServedEntityInput

from cli.doctor.check import Result
from localcloud.services.jobs.workers import Workers
from localcloud.services.serving import service
from tests.cli.doctor.conftest import Examined
from tests.localcloud.core import Core
from tests.localcloud.services.serving.world import log_version, mlflow_as
from tests.needs import starts

MODEL, ENDPOINT = "prod.credit_ops.default_risk", "credit-default-risk"
NAME = "the endpoint serves the champion"


@pytest.fixture
@starts("mlflow")
def served(core: Core) -> Iterator[tuple[int, int]]:
    """Two versions of the model; the endpoint serves the first, which is live."""
    with mlflow_as(core.url("prod"), core.admin_token):
        mlflow.set_experiment("/mlops/prod/credit-training")
        first, second = (log_version(factor, model=MODEL) for factor in (1, 2))
    workers = Workers(core.cloud.home)
    workers.launch()
    workers.wait_ready()
    core.cloud.parts["workers"] = workers
    core.admin().registered_models.set_alias(MODEL, "champion", first)
    entity = ServedEntityInput(
        entity_name=MODEL, entity_version=str(first), workload_size="Small", scale_to_zero_enabled=False
    )
    config = EndpointCoreConfigInput(name=ENDPOINT, served_entities=[entity])
    core.admin().serving_endpoints.create_and_wait(ENDPOINT, config=config)
    yield first, second
    service.of(core.cloud).stop()
    workers.stop()
    # Serving keeps the workers that it was made with.
    for part in ("serving", "workers"):
        core.cloud.parts.pop(part)


def test_an_endpoint_of_another_version_is_found(core: Core, served: tuple[int, int], examined: Examined) -> None:
    """In order while both are one; a finding once the alias has moved and the endpoint has not."""
    first, second = served
    assert [line.result for line in examined(NAME)[NAME]] == [Result.OK]
    core.admin().registered_models.set_alias(MODEL, "champion", second)
    [line] = examined(NAME)[NAME]
    assert (line.result, line.subject) == (Result.WRONG, ENDPOINT)
    assert line.what == f"serves version {first}, @champion is {second}"
    assert line.fix == "run the promotion job again, or mlops rollback, which changes both"
