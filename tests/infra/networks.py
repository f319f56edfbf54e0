"""The two network profiles of the shipped workspaces."""

import re
from pathlib import Path

from infra.azure.network import network
from infra.cdktf_seam import App
from infra.constructs.azure_stack import AzureStackProps, azure_stack
from infra.spec import Spec
from infra.stacks.hub import hub_stack
from tests.infra.conftest import Documents, edit, read_documents


def to_ip_allow_list(workspaces: Path) -> None:
    """Changes a copy of the workspaces to the profile without a hub, as docs/guides/first-deployment.md tells."""
    platform = workspaces / "platform.yaml"
    edit(platform, "network: private", "network: ip-allow-list")
    text = platform.read_text(encoding="utf-8")
    platform.write_text(re.sub(r"^hub:\n(?:  .*\n|\n)+(?=\w)", "", text, flags=re.MULTILINE), encoding="utf-8")
    for file in workspaces.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r", endpoints: [\d./]+\}", "}", text), encoding="utf-8")


def networks_of(documents: Documents) -> Documents:
    """The hub and the environments' platforms."""
    return {name: each for name, each in documents.items() if name == "hub" or name.endswith("-platform")}


def network_documents(spec: Spec, out_dir: Path) -> Documents:
    """The hub, where the profile has one, and as `<env>-platform` the network alone of each environment."""
    app = App(outdir=str(out_dir))
    if spec.platform.private:
        hub_stack(app, spec)
    for environment in spec.environments:
        props = AzureStackProps(
            platform=spec.platform,
            subscription_id=environment.azure.subscription_id,
            environment=environment.name,
            hub=spec.platform.private,
        )
        made = azure_stack(app, f"{environment.name}-platform", props)
        network(made, spec, environment, spec.places_of(environment).resource_group)
    app.synth()
    return read_documents(out_dir)
