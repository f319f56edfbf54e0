"""In a pipeline az signs in as the environment's own identity, and leaves nothing behind."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from cli.errors import CommandError
from cli.places.sign_in import signed_in
from tests.cli.places.stand_ins import StandIns, stand_ins

_KEPT_IN = ("AZURE_CONFIG_DIR", "DOCKER_CONFIG")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """One whose programs are stand-ins, and whose user has signed in to docker."""
    made = stand_ins(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(made.folder), prepend=":")
    monkeypatch.delenv("AZURE_CONFIG_DIR", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", "mine")
    return made


@contextmanager
def _github() -> Iterator[dict[str, str]]:
    """What a job of GitHub's has; each of its tokens is another one."""
    given: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"value": f"token-{len(given)}"}).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{server.server_port}/?job",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-this-run",
            "ARM_CLIENT_ID": "the-deployer",
            "ARM_TENANT_ID": "the-tenant",
        }
        server.shutdown()


def test_each_sign_in_has_a_token_of_its_own_in_no_command_line(
    machine: StandIns, capfd: pytest.CaptureFixture[str]
) -> None:
    """From a file; in the environment's subscription; what both programs keep lies in a folder that is then gone."""
    with _github() as environment, signed_in("the-subscription", environment) as renew:
        folders = {os.environ[name] for name in _KEPT_IN}
        renew()
        renew()
        [folder] = folders
        assert Path(folder).is_dir()
    assert not Path(folder).exists()
    assert [os.environ.get(name) for name in _KEPT_IN] == [None, "mine"]
    asked = [json.loads(line) for line in (machine.folder / "asked.jsonl").read_text().splitlines()]
    logins, sets = asked[::2], asked[1::2]
    assert sets == [["az", "account", "set", "--subscription", "the-subscription"]] * 2
    who = ["--service-principal", "--username", "the-deployer", "--tenant", "the-tenant", "--federated-token"]
    assert [login[:8] for login in logins] == [["az", "login", *who]] * 2
    assert all(login[8].startswith("@/") for login in logins)
    assert "token-" not in "".join(capfd.readouterr()) + json.dumps(asked)
    sent = (machine.folder / "tokens").read_text().splitlines()
    assert len(set(sent)) == len(sent) == 2


def test_elsewhere_whoever_is_signed_in_acts(machine: StandIns) -> None:
    """Nothing is asked, and nothing put elsewhere."""
    with signed_in("the-subscription", {}) as renew:
        renew()
        assert [os.environ.get(name) for name in _KEPT_IN] == [None, "mine"]
    assert machine.taken() == []


def test_a_pipeline_that_does_not_say_as_whom_is_refused(machine: StandIns) -> None:
    """By the variables that it lacks."""
    with (
        _github() as environment,
        signed_in("s", {**environment, "ARM_CLIENT_ID": ""}) as renew,
        pytest.raises(CommandError, match="ARM_CLIENT_ID must say as whom the pipeline signs in"),
    ):
        renew()
    assert machine.taken() == []
