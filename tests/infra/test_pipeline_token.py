"""A run of Azure Pipelines signs in with a token of its service connection, fresh for each command."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from cli.cloud import deployed
from infra.pipeline_token import PipelineTokenError, entra_token, renewed


@contextmanager
def _agent(asked: list[str], exchanged: list[str]) -> Iterator[str]:
    """Azure Pipelines' token endpoint, which counts tokens, and a workspace that exchanges them."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://{self.headers['Host']}"
            known = {
                "/.well-known/databricks-config": {"oidc_endpoint": f"{url}/oidc"},
                "/oidc/.well-known/oauth-authorization-server": {
                    "authorization_endpoint": url,
                    "token_endpoint": f"{url}/token",
                },
            }
            if self.path == "/github?of=job&audience=api%3A%2F%2FAzureADTokenExchange":
                asked.append(str(self.headers["Authorization"]))
                known[self.path] = {"value": "of-github"}
            self._answer(200 if self.path in known else 404, known.get(self.path, {}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            url = urlsplit(self.path)
            if url.path == "/token":
                exchanged.append(parse_qs(body)["subject_token"][0])
                self._answer(200, {"access_token": "dose", "token_type": "Bearer", "expires_in": 3600})
            elif self.headers["Authorization"] == "Bearer of-this-run":
                asked.append(parse_qs(url.query)["serviceConnectionId"][0])
                self._answer(200, {"oidcToken": f"token-{len(asked)}"})
            else:
                self._answer(401, {})

        def _answer(self, status: int, content: object) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _environment(url: str) -> dict[str, str]:
    return {
        "SYSTEM_OIDCREQUESTURI": f"{url}/oidctoken",
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "mlops-prod",
        "SYSTEM_ACCESSTOKEN": "of-this-run",
    }


def test_each_command_gets_a_fresh_token() -> None:
    """For both providers, of the connection that the job names."""
    asked: list[str] = []
    with _agent(asked, []) as url:
        found = [renewed(_environment(url)) for _ in range(2)]
    assert found == [{"ARM_OIDC_TOKEN": f"token-{n}", "DATABRICKS_OIDC_TOKEN": f"token-{n}"} for n in (1, 2)]
    assert asked == ["mlops-prod", "mlops-prod"]


def test_elsewhere_nothing_is_asked() -> None:
    """A run without a service connection, and GitHub, sign in by other means."""
    assert renewed({"SYSTEM_OIDCREQUESTURI": "http://127.0.0.1:9"}) == {}


def test_a_run_of_github_is_asked_for_a_token_that_entra_takes() -> None:
    """By its own token, for Entra's audience; a job without that permission, and a person, have none."""
    asked: list[str] = []
    with _agent(asked, []) as url:
        run = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{url}/github?of=job",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-this-run",
        }
        assert entra_token(run) == "of-github"
        assert entra_token(_environment(url)) == "token-2"
        wrong = {**run, "ACTIONS_ID_TOKEN_REQUEST_URL": f"{url}/nobody?of=job"}
        with pytest.raises(PipelineTokenError, match=r"no token of this run of GitHub Actions: .*404.*id-token: write"):
            entra_token(wrong)
    assert asked == ["Bearer of-this-run", "mlops-prod"]
    assert entra_token({}) is None


def test_a_refused_token_says_what_to_change() -> None:
    """The connection by its id, and what the pipeline lacks."""
    with (
        _agent([], []) as url,
        pytest.raises(PipelineTokenError, match=r"service connection mlops-prod: .*401.*name it in an AzureCLI@2 task"),
    ):
        renewed({**_environment(url), "SYSTEM_ACCESSTOKEN": "wrong"})


def test_commands_exchange_it_at_the_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """`mlops run --host` there needs no other sign-in."""
    exchanged: list[str] = []
    with _agent([], exchanged) as url:
        for name, value in {**_environment(url), "DATABRICKS_CLIENT_ID": "the-deployer"}.items():
            monkeypatch.setenv(name, value)
        client = deployed("prod", url)
        assert client.config.authenticate() == {"Authorization": "Bearer dose"}
    assert len(exchanged) == 1
    assert exchanged[0].startswith("token-")
