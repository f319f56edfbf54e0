"""The synthesized stacks, prepared for applying to a local cloud."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCUMENT = "cdk.tf.json"
# Deployed once jobs have created the objects that they refer to.
_PHASE_TWO = ("-masks", "-serving")
# The state is a file next to the document: the storage account for it is itself among the resources to create.
_LOCAL_STATE: dict[str, Any] = {"terraform": {"backend": {"local": {}}}}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack in its own folder. `host`: the Databricks host that it is for, if any."""

    name: str
    folder: Path
    resources: int
    host: str = ""

    @property
    def workspace(self) -> str:
        """The environment of its workspace; empty for the stacks of the account and of Azure."""
        return self.name.partition("-")[0] if self.host and "//accounts." not in self.host else ""

    @property
    def is_phase_two(self) -> bool:
        """Whether it refers to objects that jobs create."""
        return self.name.endswith(_PHASE_TWO)


def prepared(out: Path, names: list[str], work: Path) -> list[Stack]:
    """The stacks of phase one in order, copied to `work`: with state in a file, and without protection."""
    return [_prepared(out / "stacks" / name, work / name) for name in names if not name.endswith(_PHASE_TWO)]


def kept(out: Path, names: list[str], work: Path) -> list[Stack]:
    """All stacks in order, phase two last, copied over the documents in `work`; existing state is kept."""
    ordered = sorted(names, key=lambda name: name.endswith(_PHASE_TWO))
    return [_prepared(out / "stacks" / name, work / name, protected=True) for name in ordered]


def _prepared(source: Path, folder: Path, *, protected: bool = False) -> Stack:
    shutil.copytree(source, folder, dirs_exist_ok=True)
    document: dict[str, Any] = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    instances = [each for by_name in document.get("resource", {}).values() for each in by_name.values()]
    for instance in instances if not protected else ():
        # Resources that a real cloud must never destroy are destroyed here.
        instance.get("lifecycle", {}).pop("prevent_destroy", None)
    (folder / DOCUMENT).write_text(json.dumps(document, indent=1), encoding="utf-8")
    (folder / "backend_override.tf.json").write_text(json.dumps(_LOCAL_STATE), encoding="utf-8")
    providers = document.get("provider", {}).get("databricks", [])
    host = str(providers[0].get("host", "")) if providers else ""
    return Stack(name=source.name, folder=folder, resources=len(instances), host=host)
