"""Azure settings: the tenant, the subscriptions, the region, and the prefix of every name."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from infra.spec.values.fields import Uuid, Values


class Azure(Values):
    """Azure settings shared by all environments."""

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
    databricks_principal_id: Uuid
    """object id of the application AzureDatabricks in the tenant, which uses a key of every environment:
    az ad sp show --id 2ff814a6-3304-4ab8-85cb-cd0e6f879c1d --query id"""
    operators_group_id: Uuid
    """object id of the Entra group whose members deploy by hand: the shared stacks, and the first deployment"""
    log_retention_days: Annotated[StrictInt, Field(ge=30, le=730, description="30 to 730 days")] = 90
    """how long Log Analytics keeps what is logged"""


class Compliance(Values):
    """Databricks' hardened nodes. They cost extra, and the profile cannot be turned off again."""

    monitoring: StrictBool = False
    """hardened images, with antivirus and file-integrity monitoring"""
    automatic_updates: StrictBool = False
    """long-running clusters get the newest image in a maintenance window"""
    profile: StrictBool = False
    """the compliance security profile; requires the two settings above"""
    standards: tuple[Literal["HIPAA", "PCI_DSS"], ...] = ()
    """regulations to comply with"""


class EnvironmentAzure(Values):
    """Subscription, budget and file retention of one environment."""

    subscription_id: Uuid
    """its subscription; several environments may share one"""
    monthly_budget: Annotated[StrictInt, Field(ge=1, description="an amount, at least 1")]
    """in the currency of the subscription's bill; `notify` gets a message if a month exceeds it"""
    redundancy: Literal["LRS", "ZRS", "GRS", "GZRS"] = "ZRS"
    """copies of the lake: in one datacentre, in three zones, or (G) in the paired region too"""
    landing_days: Annotated[StrictInt, Field(ge=30, description="days, at least 30")] | None = None
    """days after which received files are deleted; by default they are kept"""
    compliance: Compliance = Compliance()
