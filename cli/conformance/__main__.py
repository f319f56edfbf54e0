"""`make conformance`: the real providers deploy every stack to the local cloud. Exits with 77 if they cannot be had."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cli.conformance.check import Terraform, UnavailableError, conform, initialize
from cli.conformance.stacks import Stack, prepared
from cli.conformance.tables import tables
from infra.main import synth
from localcloud import lifecycle
from localcloud.endpoint import Endpoint
from localcloud.kernel import loopback
from localcloud.proxy.authority import Authority
from localcloud.proxy.connect import Proxy
from localcloud.proxy.hosts import port_of

NOT_HERE = 77
_TENANT = "00000000-0000-0000-0000-00000000000a"
# Other ways to sign in would win over the ones that are set here.
_SIGN_INS = ("ARM_", "AZURE_", "DATABRICKS_")


def main() -> int:
    """0 if every stack conforms, 1 if one does not, 77 if Terraform or its providers cannot be had."""
    program = os.environ.get("TERRAFORM_BINARY_NAME", "terraform")
    found = shutil.which(program)
    if found is None:
        return _not_here(f"{program} is not on the PATH")
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        work = Path(folder)
        names = synth(work / "cdktf.out")
        stacks = prepared(work / "cdktf.out", names, work / "stacks")
        try:
            initialize(Terraform(program=found, environment=os.environ), stacks)
        except UnavailableError as error:
            return _not_here(str(error))
        with _cloud(work / "home", stacks) as environment:
            rows = conform(Terraform(program=found, environment=environment), stacks, _say)
    print(tables(rows))
    return 0 if all(row.passed for row in rows) else 1


def environment_for(endpoint: Endpoint, proxy: str, certificate: Path, own: Mapping[str, str]) -> dict[str, str]:
    """What Terraform needs to reach the local cloud by the clouds' own names, as its administrator."""
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
def _cloud(home: Path, stacks: list[Stack]) -> Iterator[dict[str, str]]:
    """A running local cloud with the stacks' workspaces, and the environment to reach it."""
    endpoint = lifecycle.start(home, _say, owner=os.getpid())
    authority = Authority(home)
    workspaces = {stack.host: _register(endpoint, stack) for stack in stacks if stack.workspace}
    proxy = Proxy(authority, lambda host: port_of(host, endpoint.account_url, workspaces))
    try:
        yield environment_for(endpoint, proxy.start(), authority.certificate, os.environ)
    finally:
        proxy.close()
        lifecycle.stop(home)


def _register(endpoint: Endpoint, stack: Stack) -> str:
    headers = {"Authorization": f"Bearer {endpoint.admin_token}"}
    body = {"name": stack.workspace, "host": stack.host}
    answer = loopback.request("POST", f"{endpoint.account_url}/local/workspaces", json=body, headers=headers)
    return str(answer.raise_for_status().json()["url"])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _not_here(why: str) -> int:
    print(f"The real providers cannot be had here, so nothing was checked: {why}")
    print("Install Terraform, and let its CLI configuration find the providers databricks and azurerm.")
    return NOT_HERE


if __name__ == "__main__":
    sys.exit(main())
