"""The inputs of every part of the stack `<env>-serving`."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra import names
from infra.cdktf_seam import Scope
from infra.constructs.workspace.permissions import Permission
from infra.spec import Environment, Spec
from ml.declarations import Layer, UseCase


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The inputs of every part. `principals` are application ids by name, `destination_ids` those of destinations."""

    stack: Scope
    spec: Spec
    environment: Environment
    principals: Mapping[str, str]
    warehouse_id: str
    destination_ids: Mapping[str, str]

    def run_as(self, use_case: str, stage: str) -> str:
        """Application id of a stage's principal."""
        return self.principals[names.principal(self.environment.name, use_case, stage)]

    def table(self, use_case: str, layer: Layer, name: str) -> str:
        """Full name of a table that a job creates."""
        return f"{self.environment.catalog}.{names.schema(use_case, layer)}.{name}"


def readers(parts: Parts, use_case: UseCase) -> tuple[Permission, ...]:
    """The groups that can read the tables behind the dashboards."""
    roles = parts.environment.use_cases[use_case.name].access
    return tuple(Permission(level="CAN_READ", group=group) for group, role in roles.items() if role.ops)
