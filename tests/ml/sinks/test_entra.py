"""Tokens of Entra in the place of a password, from a token endpoint of the test's own."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from ml.sinks.entra import TokenRefusedError, token
from ml.sinks.sink import SinkAwayError

_ASKED = {"client-id": "c", "client-secret": "s", "token-scope": "https://ossrdbms-aad.database.windows.net/.default"}
_ANSWERS = {
    "s": (200, {"access_token": "a-token", "expires_in": 3599}),
    "wrong": (401, {"error": "invalid_client", "error_description": "AADSTS7000215: ... wrong ..."}),
    "busy": (503, {}),
    "moved": (307, {}),
}


class _Entra(BaseHTTPRequestHandler):
    """Answers by the secret that it is given, and nobody who asks for something else."""

    def do_POST(self) -> None:
        given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = (given["grant_type"], given["client_id"], given["scope"])
        expected = (["client_credentials"], ["c"], [_ASKED["token-scope"]])
        status, body = _ANSWERS[given["client_secret"][0]] if asked == expected else (400, {"error": str(asked)})
        self.send_response(status)
        if status == 307:
            self.send_header("Location", self.path)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def entra() -> Iterator[str]:
    """Its address."""
    server = HTTPServer(("127.0.0.1", 0), _Entra)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/token"
    server.shutdown()
    server.server_close()


def test_a_client_gets_a_token(entra: str) -> None:
    """By its id and its secret, for the scope."""
    assert token({**_ASKED, "token-endpoint": entra}) == "a-token"


def test_a_client_that_is_refused_is_named_without_its_secret(entra: str) -> None:
    """Nor what Entra quotes of it."""
    with pytest.raises(TokenRefusedError) as refused:
        token({**_ASKED, "token-endpoint": entra, "client-secret": "wrong"})
    assert str(refused.value) == (
        "client c gets no token: 401 invalid_client. Compare the secrets with the registration of the application"
    )


@pytest.mark.parametrize("where", ["busy", "away"])
def test_entra_that_does_not_answer_may_come_back(entra: str, where: str) -> None:
    """The sink is asked again later."""
    endpoint = entra if where == "busy" else "http://127.0.0.1:9/token"
    with pytest.raises(SinkAwayError, match="answers 503" if where == "busy" else "does not answer"):
        token({**_ASKED, "token-endpoint": endpoint, "client-secret": "busy"})


def test_a_secret_goes_over_tls_and_nowhere_else(entra: str) -> None:
    """No address without TLS, and no redirect is followed."""
    with pytest.raises(TokenRefusedError, match="give one that begins with https://"):
        token({**_ASKED, "token-endpoint": "http://login.example.com/token"})
    with pytest.raises(TokenRefusedError, match="redirects"):
        token({**_ASKED, "token-endpoint": entra, "client-secret": "moved"})
