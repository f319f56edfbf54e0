"""Workspaces whose prod also serves from Kubernetes and from Azure Machine Learning, and those stacks alone."""

from pathlib import Path
from typing import Any

from infra.cdktf_seam import App
from infra.spec import load
from infra.stacks.aks import aks_stack
from infra.stacks.azure_ml import azure_ml_stack
from infra.stacks.hub import hub_stack
from infra.stacks.images import images_stack
from infra.stacks.platform import platform_stack
from infra.stacks.serving import serving_stack
from tests.infra.conftest import Documents, edit, read_documents

# No image has this digest: nothing here fetches one.
BASE_IMAGE = f"registry.example.com/python@sha256:{'0' * 64}"
GROUP = "00000000-0000-0000-0000-0000000000aa"
SWITCHES = f"""
aks_serving: true
azure_ml: true
serving_places:
  base_image: {BASE_IMAGE}
"""
PLACES = f"""
aks_serving:
  kubernetes_version: "1.34"
  administrators_group_id: {GROUP}
  node_type: Standard_D4ads_v5
  nodes: {{min: 2, max: 6}}

azure_ml:
  instance_type: Standard_D4ads_v5
  instances: 2
  callers: [{GROUP}]
"""


def switch_on(workspaces: Path) -> None:
    """What somebody writes who wants both places in prod."""
    platform, prod = workspaces / "platform.yaml", workspaces / "prod.yaml"
    platform.write_text(platform.read_text(encoding="utf-8") + SWITCHES, encoding="utf-8")
    edit(prod, "endpoints: 10.43.8.0/26}", "endpoints: 10.43.8.0/26, serving: 10.43.9.0/25}")
    prod.write_text(prod.read_text(encoding="utf-8") + PLACES, encoding="utf-8")


def place_documents(workspaces: Path, out_dir: Path) -> Documents:
    """Prod's stacks of the two places, and those that change with them: `hub`, `prod-platform` and `prod-serving`."""
    spec, app = load(workspaces), App(outdir=str(out_dir))
    [prod] = [each for each in spec.environments if each.name == "prod"]
    assert prod.aks_serving
    assert prod.azure_ml
    hub_stack(app, spec)
    platform_stack(app, spec, prod)
    serving_stack(app, spec, prod)
    images_stack(app, spec, prod)
    aks_stack(app, spec, prod, prod.aks_serving)
    azure_ml_stack(app, spec, prod, prod.azure_ml)
    app.synth()
    return read_documents(out_dir)


def without_azapi(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what is azapi's, of which no schema is at hand."""
    kept = {type_: found for type_, found in document["resource"].items() if not type_.startswith("azapi_")}
    providers = {name: found for name, found in document["provider"].items() if name != "azapi"}
    return {**document, "resource": kept, "provider": providers}
