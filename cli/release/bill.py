"""A release's bill of materials, in CycloneDX's JSON (https://cyclonedx.org/docs/1.5/json/). Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_PINNED = re.compile(r"^([\w.-]+)==(\S+) --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)


def bill(version: str, wheel_sha256: str, locked: Mapping[str, Any], travelling: Mapping[str, str]) -> str:
    """The locked environment that synthesizes and deploys, and by runtime the packages that travel with the wheel.

    `travelling` is the text of each lock by the runtime's name.
    """
    made = {"type": "library", "name": "mlops_ml", "version": version, "licenses": [{"license": {"id": "Apache-2.0"}}]}
    made |= {"purl": f"pkg:pypi/mlops-ml@{version}", "hashes": _hashes(wheel_sha256)}
    components = [*_locked(locked), *_travelling(travelling)]
    head = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": made}}
    return json.dumps({**head, "components": components}, indent=2) + "\n"


def _locked(locked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, pinned in sorted(locked["default"].items()):
        yield _component(name, str(pinned["version"]).removeprefix("=="), "environment")


def _travelling(locks: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for runtime, text in sorted(locks.items()):
        for name, version, sha256 in sorted(_PINNED.findall(text)):
            yield {**_component(name, version, f"runtime {runtime}"), "hashes": _hashes(sha256)}


def _component(name: str, version: str, where: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
    parts = {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": f"{where}/{purl}"}
    return {**parts, "properties": [{"name": "mlops:where", "value": where}]}


def _hashes(sha256: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": sha256}]
