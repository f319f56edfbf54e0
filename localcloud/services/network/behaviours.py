"""Behaviours of network policies and connectivity configurations."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="network policies, connectivity configurations",
        does="a restricted, enforced policy blocks all hosts that it does not name",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/network/serverless-network-security/network-policies",
        witness="tests/localcloud/services/network/test_reach.py::test_a_policy_blocks_what_it_does_not_name",
    ),
    Behaviour(
        area="network policies, connectivity configurations",
        does="a private endpoint works in the workspaces that its configuration is bound to",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/network/serverless-network-security/serverless-private-link",
        witness="tests/localcloud/services/network/test_reach.py::test_an_endpoint_counts_in_the_workspaces_that_are_bound",
    ),
)
