"""What survives: a killed model process, and a local cloud that was killed and started again."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from localcloud.services.mlflow.server import MlflowServer
from localcloud.services.serving import endpoints, service
from tests.localcloud.services.serving.world import World, entity, open_mlflow, open_world, wait_for
from tests.needs import starts

ROW = {"credit_limit": 200_000.0, "age": 30}
BODY = {"dataframe_records": [ROW]}


def _model_processes(world: World) -> list[psutil.Process]:
    home = str(world.home / "serving" / "scratch")
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == home:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_a_killed_model_process_is_started_again_for_the_next_request(world: World) -> None:
    """After SIGKILL of every model process the next request is answered, without an error in between."""
    world.endpoint("killed", world.versions["one"])
    victims = _model_processes(world)
    assert victims
    for victim in victims:
        os.kill(victim.pid, signal.SIGKILL)
    answer = world.invoke("killed", BODY)
    assert (answer.status_code, answer.json()) == (200, {"predictions": [{"probability": pytest.approx(0.23)}]})


def test_a_deleted_endpoint_leaves_no_process(world: World) -> None:
    """DELETE ends the endpoint's process, and its name is free again."""
    before = {process.pid for process in _model_processes(world)}
    world.endpoint("passing", world.versions["one"])
    mine = {process.pid for process in _model_processes(world)} - before
    assert len(mine) == 1
    world.client().serving_endpoints.delete("passing")
    psutil.wait_procs([psutil.Process(pid) for pid in mine if psutil.pid_exists(pid)], timeout=10)
    assert not mine & {process.pid for process in _model_processes(world)}
    assert world.endpoint("passing", world.versions["two"]).name == "passing"


@pytest.fixture
@starts("mlflow")
def mlflow_home(tmp_path: Path) -> Iterator[tuple[Path, MlflowServer]]:
    with open_mlflow(tmp_path) as server:
        yield tmp_path, server


@pytest.mark.slow
def test_endpoints_come_back_after_a_kill_in_the_middle_of_an_update(mlflow_home: tuple[Path, MlflowServer]) -> None:
    """The documents are as a kill left them: the live version answers, and the update is taken up again."""
    home, server = mlflow_home
    with open_world(home, server) as first:
        first.log_models("one", "two")
        first.endpoint("lasting", first.versions["one"])
        document = service.of(first.cloud).find("prod", "lasting")
        wanted = {
            "served_entities": [entity(first.versions["two"]).as_dict()],
            "traffic_config": document["config"]["traffic_config"],
        }
        cut_short = endpoints.updating(document, wanted, "admin")
        versions, url = first.versions, first.url
        # What a `kill -9` in the middle of the update leaves: IN_PROGRESS, and nobody working on it.
        first.cloud.store.put(service.KIND, document["id"], cut_short)
    with open_world(home, server) as second:
        assert second.url == url
        assert second.invoke("lasting", BODY).json()["predictions"] == [{"probability": pytest.approx(0.23)}]
        found = wait_for(second, "lasting", "NOT_UPDATING")
        assert found.config
        assert found.config.served_entities
        assert found.config.served_entities[0].entity_version == str(versions["two"])
        assert second.invoke("lasting", BODY).json()["predictions"] == [{"probability": pytest.approx(0.43)}]
