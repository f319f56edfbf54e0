"""Writes small synthesized stacks, and loads them into a served cloud."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud import loader
from localcloud.endpoint import Endpoint
from localcloud.loader import LoadReport
from tests.localcloud.core import Core

PROD = "https://adb-3.3.azuredatabricks.net"
ACCOUNT = "https://accounts.azuredatabricks.net"


def write_stack(
    folder: Path, name: str, resources: dict[str, Any], *, data: Any = None, host: str = PROD, removed: Any = None
) -> Path:
    """Write a stack under `folder`, and the manifest. `resources` (and `data`) hold arguments by address.

    Returns the stack's document.
    """
    path = folder / "stacks" / name / "cdk.tf.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "provider": {"databricks": [{"host": host}]} if host else {},
        "resource": _by_type(resources),
        "data": _by_type(data or {}),
        "removed": removed or [],
    }
    path.write_text(json.dumps(document))
    names = sorted(found.parent.name for found in folder.glob("stacks/*/cdk.tf.json"))
    entries = {each: {"name": each, "synthesizedStackPath": f"stacks/{each}/cdk.tf.json"} for each in names}
    (folder / "manifest.json").write_text(json.dumps({"version": "0.21.0", "stacks": entries}))
    return path


@dataclass(frozen=True)
class Stacks:
    """A folder like `cdktf.out`, and the cloud that it is loaded into."""

    core: Core
    folder: Path

    def write(
        self, name: str, resources: dict[str, Any], *, data: Any = None, host: str = PROD, removed: Any = None
    ) -> Path:
        """Write a stack; its document."""
        return write_stack(self.folder, name, resources, data=data, host=host, removed=removed)

    def load(self, *stacks: str, apart_from: Sequence[str] = (), mend: bool = False) -> LoadReport:
        """Load all stacks of phase one but those of the environments `apart_from`, or those named."""
        endpoint = Endpoint(
            account_url=self.core.account_url, admin_token=self.core.admin_token, spark_remote="", mlflow_url="", pid=0
        )
        return loader.load(endpoint, self.folder, stacks or None, apart_from=apart_from, mend=mend)

    def state(self, stack: str, address: str) -> dict[str, Any]:
        """What the cloud recorded of a resource."""
        found = self.core.cloud.store.require("stack_resource", f"{stack}/{address}")
        return dict(found)


def counts(report: LoadReport) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, deleted."""
    return report.created, report.updated, report.unchanged, report.deleted


def _by_type(blocks: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for address, arguments in blocks.items():
        type_, name = address.split(".")
        found.setdefault(type_, {})[name] = arguments
    return found
