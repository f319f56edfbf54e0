"""The stack `<env>-sinks`, optional: the event hubs and the PostgreSQL server that predictions are sent to.

Deployed by the people who own the subscription, because it assigns roles. Their addresses and credentials are secrets
that a person puts into the environment's vault (`docs/guides/streaming-and-sinks.md`).
"""

from infra import azure_names
from infra.azure.serving_places import ServingPlace, serving_place
from infra.cdktf_seam import Scope
from infra.constructs.sinks.event_hubs import EventHubsProps, event_hubs
from infra.constructs.sinks.postgres import Administrators, PostgresProps, postgres_server
from infra.constructs.storage.lock import LockProps, lock
from infra.constructs.workspace.azure_workspace import KEY_USER
from infra.spec import Environment, EventHubs, PostgresServer, Sinks, Spec
from infra.spec.sinks import hubs

SENDS = "Azure Event Hubs Data Sender"
_RESOURCE_PROVIDERS = ("Microsoft.DBforPostgreSQL", "Microsoft.EventHub")


def sinks_stack(app: Scope, spec: Spec, environment: Environment, declared: Sinks) -> None:
    """The resources that `declared` asks for, reachable only from the environment's network."""
    place = serving_place(app, spec, environment, "sinks", _RESOURCE_PROVIDERS)
    if declared.event_hubs:
        _event_hubs(place, declared.event_hubs)
    if declared.postgres:
        _postgres(place, declared.postgres)


def _event_hubs(place: ServingPlace, declared: EventHubs) -> None:
    """The namespace, and the right of each use case's sender to its own hubs."""
    identity, key = place.identity("events-identity", place.name("events")), place.key("events")
    topics = {name: hubs(place.spec.use_cases[name]) for name in declared.senders}
    props = EventHubsProps(
        name=azure_names.event_hubs(place.prefix, place.environment.name),
        processing_units=declared.processing_units,
        partitions=declared.partitions,
        retention_hours=declared.retention_hours,
        hubs=tuple(dict.fromkeys(hub for found in topics.values() for hub in found)),
        key_id=key.versionless_id,
        identity_id=identity.id,
        depends_on=(place.give("events-key-user", KEY_USER, key.resource_id, identity.principal_id),),
        **place.at,
    )
    made = event_hubs(place.stack, "events", props)
    for use_case, sender in declared.senders.items():
        for hub in topics[use_case]:
            place.give(f"{use_case}-sends-{hub}", SENDS, made.hubs[hub], sender)
    place.endpoint("events-endpoint", made.id, "namespace", (azure_names.EVENT_HUBS_ZONE,))
    place.log("events", made.id)


def _postgres(place: ServingPlace, declared: PostgresServer) -> None:
    """The server with its one database, which is undeletable while the environment's data is protected."""
    identity, key = place.identity("scores-identity", place.name("scores")), place.key("scores")
    props = PostgresProps(
        name=azure_names.postgres(place.prefix, place.environment.name),
        tenant_id=place.spec.platform.azure.tenant_id,
        version=declared.version,
        size=declared.size,
        storage_mb=declared.storage_mb,
        database=declared.database,
        administrators=Administrators(
            group_id=declared.administrators_group_id, group_name=declared.administrators_group_name
        ),
        key_id=key.versionless_id,
        identity_id=identity.id,
        depends_on=(place.give("scores-key-user", KEY_USER, key.resource_id, identity.principal_id),),
        **place.at,
    )
    server = postgres_server(place.stack, "scores", props)
    if place.environment.protect_data:
        notes = "Holds what was decided. protect_data in the environment's file takes this lock away."
        lock(place.stack, "scores-lock", LockProps(name="keep", resource_id=server, notes=notes))
    place.endpoint("scores-endpoint", server, "postgresqlServer", (azure_names.POSTGRES_ZONE,))
    place.log("scores", server)
