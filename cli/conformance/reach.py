"""Connects Terraform to a local cloud under the clouds' own host names: through the proxy, with a local CA."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from cli.conformance.stacks import Stack
from localcloud.endpoint import Endpoint
from localcloud.kernel import loopback
from localcloud.proxy.authority import Authority
from localcloud.proxy.connect import Proxy
from localcloud.proxy.hosts import port_of

_TENANT = "00000000-0000-0000-0000-00000000000a"
# Other ways to sign in would take precedence over the ones that are set here.
_SIGN_INS = ("ARM_", "AZURE_", "DATABRICKS_")


def environment_for(endpoint: Endpoint, proxy: str, certificate: Path, own: Mapping[str, str]) -> dict[str, str]:
    """The variables with which Terraform reaches the local cloud by the clouds' own names, as administrator."""
    kept = {name: value for name, value in own.items() if not name.startswith(_SIGN_INS)}
    return {
        **kept,
        "HTTPS_PROXY": proxy,
        "https_proxy": proxy,
        "NO_PROXY": "",
        "no_proxy": "",
        "SSL_CERT_FILE": str(certificate),
        "CHECKPOINT_DISABLE": "1",
        "ARM_METADATA_HOSTNAME": "management.azure.com",
        "ARM_TENANT_ID": _TENANT,
        "ARM_CLIENT_ID": "conformance",
        "ARM_CLIENT_SECRET": endpoint.admin_token,
        "ARM_USE_CLI": "false",
        "DATABRICKS_TOKEN": endpoint.admin_token,
        "DATABRICKS_AUTH_TYPE": "pat",
    }


@contextmanager
def reached(home: Path, endpoint: Endpoint, stacks: Sequence[Stack]) -> Iterator[dict[str, str]]:
    """Register the stacks' workspaces; yields the environment that reaches them while the proxy listens."""
    authority = Authority(home)
    workspaces = {stack.host: _register(endpoint, stack) for stack in stacks if stack.workspace}
    proxy = Proxy(authority, lambda host: port_of(host, endpoint.account_url, workspaces))
    try:
        yield environment_for(endpoint, proxy.start(), authority.certificate, os.environ)
    finally:
        proxy.close()


def _register(endpoint: Endpoint, stack: Stack) -> str:
    headers = {"Authorization": f"Bearer {endpoint.admin_token}"}
    body = {"name": stack.workspace, "host": stack.host}
    answer = loopback.request("POST", f"{endpoint.account_url}/local/workspaces", json=body, headers=headers)
    return str(answer.raise_for_status().json()["url"])
