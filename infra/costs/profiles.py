"""The shipped workspaces in each network profile."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.cdktf_seam import App
from infra.main import stacks
from infra.release import Release
from infra.spec import Environment, Platform, Spec
from infra.wheel import build_wheel


def cheaper_firewall(spec: Spec) -> Spec:
    """With the firewall tier that does not inspect packets. `spec` has a hub."""
    hub = spec.platform.hub
    return _with(spec, hub=hub.model_copy(update={"firewall_tier": "Standard"}) if hub else None)


def without_hub(spec: Spec) -> Spec:
    """In the profile ip-allow-list."""
    changed = _with(spec, network="ip-allow-list", hub=None)
    return replace(changed, environments=tuple(_without_endpoints(each) for each in changed.environments))


def _with(spec: Spec, **platform: object) -> Spec:
    changed: Platform = spec.platform.model_copy(update=platform)
    return replace(spec, platform=changed)


def _without_endpoints(environment: Environment) -> Environment:
    if environment.network is None:
        return environment
    subnets = environment.network.subnets.model_copy(update={"endpoints": None})
    return environment.model_copy(update={"network": environment.network.model_copy(update={"subnets": subnets})})


def documents(spec: Spec) -> Mapping[str, Any]:
    """The documents of all stacks, by stack."""
    with tempfile.TemporaryDirectory() as folder:
        app = App(outdir=folder)
        stacks(app, spec, Release(wheel=build_wheel(), git_commit="unknown"))
        app.synth()
        files = sorted(Path(folder).glob("stacks/*/cdk.tf.json"))
        return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}
