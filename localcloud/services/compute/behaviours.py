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
    Behaviour(
        area="all-purpose clusters",
        does="one runs from when it is made, is changed, terminated, started, pinned and forgotten",
        level=Level.STATEFUL,
        follows="https://docs.databricks.com/api/azure/workspace/clusters",
        witness="tests/localcloud/services/compute/test_clusters.py::test_a_cluster_lives_and_dies",
    ),
    Behaviour(
        area="all-purpose clusters",
        does="its policy holds it, and fills what it is asked to fill",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/clusters/policies",
        witness="tests/localcloud/services/compute/test_clusters.py::test_a_policy_holds_a_cluster",
    ),
    Behaviour(
        area="all-purpose clusters",
        does="what stands against itself is refused, every problem at once",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/clusters/create",
        witness="tests/localcloud/services/compute/test_clusters.py::test_what_stands_against_itself_is_refused",
    ),
)
