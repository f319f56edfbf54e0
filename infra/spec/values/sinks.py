"""The resources of the stack `<env>-sinks` for declared sinks: an Event Hubs namespace, a PostgreSQL server."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt, StringConstraints

from infra.spec.values.fields import Name, Uuid, Values


class EventHubs(Values):
    """A namespace, with a hub for each topic that a use case of the environment sends predictions to."""

    senders: dict[Name, Uuid]
    """by use case, the object id of the Entra service principal that its sink signs in as; it may send to the hubs of
    this use case, and nothing else"""
    processing_units: Literal[1, 2, 4, 8, 16] = 1
    """Premium tier"""
    partitions: Annotated[StrictInt, Field(ge=1, le=100, description="1 to 100")] = 4
    """of each hub; they can't be taken away later"""
    retention_hours: Annotated[StrictInt, Field(ge=1, le=2160, description="1 to 2160 hours, 90 days")] = 168
    """how long a message is kept"""


class PostgresServer(Values):
    """A flexible server with Entra logins only and one database. Schemas and roles are created by hand."""

    version: Literal["15", "16", "17"] = "16"
    size: Annotated[
        str,
        StringConstraints(pattern=r"^(GP|MO)_Standard_[A-Za-z0-9_]+$"),
        Field(description="tier and machine, such as GP_Standard_D2ds_v5; burstable ones have no second zone"),
    ] = "GP_Standard_D2ds_v5"
    storage_mb: Literal[32768, 65536, 131072, 262144, 524288, 1048576, 2097152, 4193280] = 65536
    """it grows automatically, and never shrinks"""
    database: Annotated[
        str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$"), Field(description="lower-case letters, digits and _")
    ] = "scores"
    administrators_group_id: Uuid
    """object id of the Entra group that administers the server"""
    administrators_group_name: Annotated[str, StringConstraints(min_length=1), Field(description="its display name")]


class Sinks(Values):
    """Sinks for predictions of one environment that the platform creates."""

    event_hubs: EventHubs | None = None
    postgres: PostgresServer | None = None
