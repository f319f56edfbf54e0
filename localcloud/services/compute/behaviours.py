"""What cluster policies do, behind their routes."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="cluster policies",
        does="every violation is named; `dbus_per_hour` is never checked",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/clusters/policy-definition",
        witness="tests/localcloud/services/compute/test_policies.py::test_every_violation_is_named",
    ),
    Behaviour(
        area="cluster policies",
        does="defaults and fixed values fill what a cluster does not say",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/clusters/policy-definition",
        witness="tests/localcloud/services/compute/test_policies.py::test_defaults_and_fixed_values_fill_what_is_not_said",
    ),
)
