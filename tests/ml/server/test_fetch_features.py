"""Fetching the online store as a workload's identity: its token is exchanged; the file comes whole or not at all."""

import json
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from ml.server.fetch_features import FetchError, fetch, main

CONTENT = b"the store" * 1000


class _Azure(BaseHTTPRequestHandler):
    """Entra, which changes the pod's token for one of storage, and a blob."""

    asked: list[dict[str, Any]]

    def do_POST(self) -> None:
        """Change a token."""
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.asked.append({name: value[0] for name, value in form.items()} | {"path": self.path})
        granted = form["client_assertion"] == ["of-the-pod"]
        self._answer(200 if granted else 401, json.dumps({"access_token": "of-storage"}).encode())

    def do_GET(self) -> None:
        """The blob, for those with the right."""
        held = self.headers["Authorization"] == "Bearer of-storage" and self.path == "/served-credit/online.db"
        self._answer(200 if held else 403, CONTENT)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def azure() -> Iterator[str]:
    """The URL of both."""
    _Azure.asked = []
    server = HTTPServer(("127.0.0.1", 0), _Azure)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def pod(azure: str, tmp_path: Path) -> dict[str, str]:
    """What the cluster sets in a pod with workload identity."""
    token = tmp_path / "token"
    token.write_text("of-the-pod\n")
    return {
        "AZURE_CLIENT_ID": "client",
        "AZURE_TENANT_ID": "tenant",
        "AZURE_AUTHORITY_HOST": f"{azure}/",
        "AZURE_FEDERATED_TOKEN_FILE": str(token),
    }


def test_the_file_comes_as_the_models_identity(azure: str, pod: dict[str, str], tmp_path: Path) -> None:
    """By the token of the service account, for storage alone."""
    fetch(f"{azure}/served-credit/online.db", tmp_path / "online.db", pod)
    assert (tmp_path / "online.db").read_bytes() == CONTENT
    [asked] = _Azure.asked
    assert (asked["path"], asked["scope"]) == ("/tenant/oauth2/v2.0/token", "https://storage.azure.com/.default")


def test_another_models_features_are_not_fetched(azure: str, pod: dict[str, str], tmp_path: Path) -> None:
    """What was there stays; no half file is left, and no message holds a token."""
    into = tmp_path / "online.db"
    into.write_bytes(b"before")
    with pytest.raises(FetchError, match="HTTP 403; may the identity read the container") as refused:
        fetch(f"{azure}/served-health/online.db", into, pod)
    assert (into.read_bytes(), "of-storage" in str(refused.value)) == (b"before", False)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["online.db", "token"]


def test_a_service_account_that_entra_does_not_know_gets_nothing(
    azure: str, pod: dict[str, str], tmp_path: Path
) -> None:
    """Such as that of another namespace."""
    Path(pod["AZURE_FEDERATED_TOKEN_FILE"]).write_text("of-another")
    with pytest.raises(FetchError, match="HTTP 401; is the service account federated"):
        fetch(f"{azure}/served-credit/online.db", tmp_path / "online.db", pod)


def test_tokens_are_sent_over_tls_only(pod: dict[str, str], tmp_path: Path) -> None:
    """Loopback apart."""
    for changed in ({"AZURE_AUTHORITY_HOST": "http://login.example.com"}, {}):
        with pytest.raises(FetchError, match="allowed is https://"):
            fetch("http://account.blob.core.windows.net/c/online.db", tmp_path / "online.db", {**pod, **changed})


def test_without_an_identity_the_pod_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With exit code 1, in a line."""
    monkeypatch.delenv("AZURE_CLIENT_ID", raising=False)
    with pytest.raises(SystemExit, match=r"AZURE_CLIENT_ID.* not set: the pod needs the label"):
        main(["--from", "https://account.blob.core.windows.net/c/online.db", "--into", str(tmp_path / "online.db")])
