"""Selects the host of a run."""

import os
from collections.abc import Mapping

from delivery.azure_devops import AzureDevOps
from delivery.github import GitHub
from delivery.host import DeliveryError, Host


def host(environment: Mapping[str, str] = os.environ) -> Host:
    """The host that the environment variables indicate. Raises DeliveryError without one."""
    if environment.get("GITHUB_ACTIONS"):
        return GitHub(environment)
    if environment.get("TF_BUILD"):
        return AzureDevOps(environment)
    raise DeliveryError("this is no pipeline: GITHUB_ACTIONS and TF_BUILD are both unset; run it in one of the two")
