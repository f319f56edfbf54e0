"""Where in Azure everything lies: the tenant, the subscriptions, the region, and the first part of every name."""

from typing import Annotated

from pydantic import Field, StringConstraints

from infra.spec.fields import Uuid, Values


class Azure(Values):
    """What all environments share in Azure."""

    tenant_id: Uuid
    """the Microsoft Entra tenant"""
    subscription_id: Uuid
    """the subscription of the hub and of the Terraform state"""
    region: Annotated[str, Field(pattern=r"^[a-z]+[0-9]?$", description="an Azure region such as westeurope")]
    prefix: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z][a-z0-9]{1,9}$"),
        Field(description="2 to 10 lower-case letters and digits, starting with a letter"),
    ]
    """first part of the name of every Azure resource"""
    log_retention_days: Annotated[int, Field(ge=30, le=730, description="30 to 730 days")] = 90
    """how long Log Analytics keeps what is logged"""


class EnvironmentAzure(Values):
    """Where one environment lies in Azure."""

    subscription_id: Uuid
    """its subscription; several environments may share one"""
