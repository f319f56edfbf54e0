"""Entry point `fetch_features`: copy an online store from Azure Blob Storage with the workload's own identity.

    fetch_features --from https://account.blob.core.windows.net/served-credit/online.db --into /features/online.db

It uses the workload identity of the pod's service account: AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_AUTHORITY_HOST and
AZURE_FEDERATED_TOKEN_FILE, which the cluster sets. It exchanges that token for a storage token, and stores neither:
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import argparse
import json
import os
import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPResponse
from pathlib import Path

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SCOPE = "https://storage.azure.com/.default"
# Azure Storage accepts Entra tokens from API version 2017-11-09 on.
_STORAGE_API = "2021-12-02"
_TIMEOUT_S = 60
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class FetchError(RuntimeError):
    """The features could not be fetched; the message names the source and the reason, and contains no token."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Fetch the file. On failure exit with code 1 and the reason in one line."""
    parser = argparse.ArgumentParser(prog="fetch_features", allow_abbrev=False)
    parser.add_argument("--from", dest="source", required=True, help="the blob's URL")
    parser.add_argument("--into", type=Path, required=True, help="the file to write")
    given = parser.parse_args(arguments)
    try:
        fetch(given.source, given.into, os.environ)
    except FetchError as error:
        raise SystemExit(str(error)) from error
    print(f"{given.into}: {given.into.stat().st_size} bytes", file=sys.stderr)


def fetch(source: str, into: Path, environment: Mapping[str, str]) -> None:
    """Copy the blob `source` to `into`, completely or not at all. Raises FetchError."""
    headers = {"Authorization": f"Bearer {_token(environment)}", "x-ms-version": _STORAGE_API}
    aside = into.with_name(f"{into.name}.part")
    try:
        with _open(source, headers=headers) as answer, aside.open("wb") as file:
            shutil.copyfileobj(answer, file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise FetchError(f"{source}: {_said(error)}; may the identity read the container?") from error
    aside.replace(into)


def _token(environment: Mapping[str, str]) -> str:
    names = ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_AUTHORITY_HOST", "AZURE_FEDERATED_TOKEN_FILE")
    absent = [name for name in names if not environment.get(name)]
    if absent:
        raise FetchError(f"{', '.join(absent)} not set: the pod needs the label azure.workload.identity/use")
    client, tenant, authority, file = (environment[name] for name in names)
    form = {
        "grant_type": "client_credentials",
        "client_id": client,
        "scope": _SCOPE,
        "client_assertion_type": _ASSERTION,
        "client_assertion": Path(file).read_text(encoding="utf-8").strip(),
    }
    url = f"{authority.rstrip('/')}/{tenant}/oauth2/v2.0/token"
    try:
        with _open(url, data=urllib.parse.urlencode(form).encode()) as answer:
            return str(json.load(answer)["access_token"])
    except (OSError, ValueError, KeyError) as error:
        raise FetchError(f"{url}: {_said(error)}; is the service account federated with the identity?") from error


def _open(url: str, *, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    """The response over TLS (or loopback). Raises FetchError for any other URL."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise FetchError(f"{url}: allowed is https://")
    request = urllib.request.Request(url, data=data, headers=dict(headers or {}))  # noqa: S310 - checked above
    found: HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310
    return found


def _said(error: Exception) -> str:
    return f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main()
