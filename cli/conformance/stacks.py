"""The synthesized stacks, made ready to be applied to a local cloud."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCUMENT = "cdk.tf.json"
# Deployed once jobs have made what they refer to.
_PHASE_TWO = ("-masks", "-serving")
# The state lies beside the document: the account that would hold it is one of the things to be made.
_LOCAL_STATE: dict[str, Any] = {"terraform": {"backend": {"local": {}}}}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack in a folder of its own. `host`: the Databricks host that it is for, if any."""

    name: str
    folder: Path
    resources: int
    host: str = ""

    @property
    def workspace(self) -> str:
        """The environment whose workspace it is for; empty for the account's stacks and for Azure's."""
        return self.name.partition("-")[0] if self.host and "//accounts." not in self.host else ""

    @property
    def is_phase_two(self) -> bool:
        """Whether it refers to what jobs make."""
        return self.name.endswith(_PHASE_TWO)


def prepared(out: Path, names: list[str], work: Path) -> list[Stack]:
    """The stacks of phase one in their order, copied to `work`: state in a file, and nothing protected."""
    return [_prepared(out / "stacks" / name, work / name) for name in names if not name.endswith(_PHASE_TWO)]


def kept(out: Path, names: list[str], work: Path) -> list[Stack]:
    """All stacks in their order, those of phase two last, copied over what `work` has of them: their state stays."""
    ordered = sorted(names, key=lambda name: name.endswith(_PHASE_TWO))
    return [_prepared(out / "stacks" / name, work / name, protected=True) for name in ordered]


def _prepared(source: Path, folder: Path, *, protected: bool = False) -> Stack:
    shutil.copytree(source, folder, dirs_exist_ok=True)
    document: dict[str, Any] = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    instances = [each for by_name in document.get("resource", {}).values() for each in by_name.values()]
    for instance in instances if not protected else ():
        # What must not be destroyed in a real cloud is destroyed here.
        instance.get("lifecycle", {}).pop("prevent_destroy", None)
    (folder / DOCUMENT).write_text(json.dumps(document, indent=1), encoding="utf-8")
    (folder / "backend_override.tf.json").write_text(json.dumps(_LOCAL_STATE), encoding="utf-8")
    providers = document.get("provider", {}).get("databricks", [])
    host = str(providers[0].get("host", "")) if providers else ""
    return Stack(name=source.name, folder=folder, resources=len(instances), host=host)
