"""Behaviours of clusters and their policies."""

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
        does="defaults and fixed values are used for settings that a cluster leaves out",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/clusters/policy-definition",
        witness="tests/localcloud/services/compute/test_policies.py::test_defaults_and_fixed_values_fill_what_is_not_said",
    ),
    Behaviour(
        area="all-purpose clusters",
        does="a new cluster is running; it can be edited, terminated, started, pinned and deleted",
        level=Level.STATEFUL,
        follows="https://docs.databricks.com/api/azure/workspace/clusters",
        witness="tests/localcloud/services/compute/test_clusters.py::test_a_cluster_lives_and_dies",
    ),
    Behaviour(
        area="all-purpose clusters",
        does="a cluster must conform to its policy, which supplies default values if asked to",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/clusters/policies",
        witness="tests/localcloud/services/compute/test_clusters.py::test_a_policy_holds_a_cluster",
    ),
    Behaviour(
        area="all-purpose clusters",
        does="contradictory settings are refused, all problems in one message",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/clusters/create",
        witness="tests/localcloud/services/compute/test_clusters.py::test_what_stands_against_itself_is_refused",
    ),
)
