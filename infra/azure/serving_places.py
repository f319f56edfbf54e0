"""Names, ids and helpers that the stacks of serving places other than Databricks share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra import azure_names
from infra.azure_ids import parsed
from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.azure_stack import AzureStackProps, azure_stack
from infra.constructs.identity.role import RoleProps, role
from infra.constructs.network.private_endpoint import PrivateEndpointProps, private_endpoint
from infra.constructs.observability.diagnostics import DiagnosticsProps, diagnostics
from infra.constructs.storage.key_vault import EncryptionKeyOutputs, EncryptionKeyProps, encryption_key
from infra.spec import Environment, Places, Spec
from infra.spec.served import Served, served

# In addition to those of `constructs/azure_stack.py`.
_RESOURCE_PROVIDERS = (
    "Microsoft.Compute",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.MachineLearningServices",
    "Microsoft.PolicyInsights",
)


@dataclass(frozen=True, kw_only=True)
class ServingPlace:
    """One of these stacks, and the location of its environment's resources.

    `shared` is the provider of the platform's own subscription, where pipelines have their identities.
    """

    stack: Scope
    spec: Spec
    environment: Environment
    shared: Resource | None = None

    @property
    def prefix(self) -> str:
        """The first part of every name."""
        return self.spec.platform.azure.prefix

    @property
    def places(self) -> Places:
        """The location of the environment's own resources."""
        return self.spec.places_of(self.environment)

    @property
    def at(self) -> dict[str, str]:
        """The names and ids of the environment's resources."""
        return {"resource_group": self.places.resource_group, "location": self.spec.platform.azure.region}

    @property
    def models(self) -> tuple[Served, ...]:
        """The served models."""
        return served(self.spec, self.environment)

    def name(self, what: str) -> str:
        """`<prefix>-<environment>-<what>`."""
        return f"{self.prefix}-{self.environment.name}-{what}"

    def id_of(self, kind: str, name: str) -> str:
        """The id of a resource in the environment's group."""
        group = self.places.resource_group
        return azure_names.resource_id(self.environment.azure.subscription_id, group, kind, name)

    @property
    def registry_id(self) -> str:
        """The registry of the environment's images."""
        name = azure_names.registry(self.prefix, self.environment.name)
        return self.id_of("Microsoft.ContainerRegistry/registries", name)

    def served_identity_id(self, label: str) -> str:
        """The managed identity of a served model."""
        name = azure_names.served_identity(self.prefix, self.environment.name, label)
        return self.id_of("Microsoft.ManagedIdentity/userAssignedIdentities", name)

    def subnet_id(self, name: str) -> str:
        """A subnet of the environment's network."""
        vnet = azure_names.vnet(self.prefix, self.environment.name)
        return f"{self.id_of('Microsoft.Network/virtualNetworks', vnet)}/subnets/{name}"

    def identity(self, id_: str, name: str) -> Resource:
        """A managed identity."""
        return azurerm.user_assigned_identity.UserAssignedIdentity(
            self.stack,
            id_,
            name=name,
            resource_group_name=self.places.resource_group,
            location=self.spec.platform.azure.region,
        )

    def key(self, name: str) -> EncryptionKeyOutputs:
        """A key in the environment's vault; if that also has other people's keys, its name includes the environment."""
        called = self.name(name) if self.environment.adopt.key_vault else name
        props = EncryptionKeyProps(name=called, vault_id=self.places.key_vault_id)
        return encryption_key(self.stack, f"{name}-key", props)

    def give(self, id_: str, name: str, scope: str, principal_id: str, *, after: Sequence[Resource] = ()) -> Resource:
        """Assign an Azure role; `after` must exist first, if `scope` does not refer to it."""
        return role(self.stack, id_, RoleProps(role=name, scope=scope, principal_id=principal_id, after=after))

    def endpoint(self, id_: str, resource_id: str, subresource: str, zones: Iterable[str]) -> Resource:
        """A private endpoint, with a name in all of `zones`."""
        first, *more = (self.spec.shared_places.zone_ids[zone] for zone in zones)
        props = PrivateEndpointProps(
            name=self.name(id_),
            subnet_id=self.subnet_id("endpoints"),
            resource_id=resource_id,
            subresource=subresource,
            dns_zone_id=first,
            more_zone_ids=more,
            **self.at,
        )
        return private_endpoint(self.stack, id_, props).endpoint

    def log(self, id_: str, resource_id: str, *groups: str) -> None:
        """Send a resource's logs to the log workspace."""
        props = DiagnosticsProps(
            name="to-log-analytics",
            resource_id=resource_id,
            log_analytics_id=self.logs_id,
            groups=groups or ("allLogs",),
        )
        diagnostics(self.stack, f"{id_}-logs", props)

    @property
    def logs_id(self) -> str:
        """The Log Analytics workspace of the environment: adopted, or the hub's."""
        return self.environment.adopt.log_analytics or self.spec.shared_places.log_analytics_id


def serving_place(
    app: Scope,
    spec: Spec,
    environment: Environment,
    part: str,
    more: tuple[str, ...] = _RESOURCE_PROVIDERS,
    *,
    pipeline: bool = False,
) -> ServingPlace:
    """The empty stack `<environment>-<part>`; `more` are the resource providers that only it needs.

    `pipeline`: the stack assigns roles to the environment's pipeline.
    """
    props = AzureStackProps(
        platform=spec.platform,
        subscription_id=environment.azure.subscription_id,
        environment=environment.name,
        protect=environment.protect_data,
        inside_network=False,
        more=more,
        hub=pipeline,
    )
    made = azure_stack(app, f"{environment.name}-{part}", props)
    return ServingPlace(stack=made.stack, spec=spec, environment=environment, shared=made.hub)


def lake_container_id(place: ServingPlace, name: str) -> str:
    """The id of a container of the environment's lake."""
    return f"{parsed(place.places.lake_account_id).text}/blobServices/default/containers/{name}"
