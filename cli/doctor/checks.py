"""All checks, ordered so that earlier faults explain later ones."""

from cli.doctor import (
    azure,
    compute,
    data,
    identity,
    jobs,
    models,
    places,
    quota,
    reach,
    rights,
    secret_scope,
    terraform,
    unity,
    versions,
)
from cli.doctor.check import Check

CHECKS: tuple[Check, ...] = (
    *reach.CHECKS,
    *versions.CHECKS,
    *terraform.CHECKS,
    *azure.CHECKS,
    *quota.CHECKS,
    *identity.CHECKS,
    *unity.CHECKS,
    *rights.CHECKS,
    *compute.CHECKS,
    *secret_scope.CHECKS,
    *jobs.CHECKS,
    *data.CHECKS,
    *models.CHECKS,
    *places.CHECKS,
)
