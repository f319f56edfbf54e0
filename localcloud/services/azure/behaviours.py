"""Behaviours of Azure's own resources."""

from localcloud.kernel.parity import Behaviour, Level

_AREA = "Azure Resource Manager, key vaults"
_TESTS = "tests/localcloud/services/azure"


def _row(does: str, follows: str, witness: str, level: Level = Level.EXECUTED) -> Behaviour:
    return Behaviour(area=_AREA, does=does, level=level, follows=follows, witness=f"{_TESTS}/{witness}")


_LEARN = "https://learn.microsoft.com"

BEHAVIOURS = (
    _row(
        "the client secret is a token of the local cloud; only the administrator's may call anything",
        f"{_LEARN}/entra/identity-platform/v2-oauth2-client-creds-grant-flow",
        "test_sign_in.py::test_azure_is_the_administrators",
    ),
    _row(
        "long-running operations have an absolute URL, and are finished at once",
        f"{_LEARN}/azure/azure-resource-manager/management/async-operations",
        "test_resources.py::test_an_operation_is_over_when_it_is_answered",
    ),
    _row(
        "names, locations and values that Azure does not accept are refused with its error codes",
        f"{_LEARN}/azure/azure-resource-manager/management/resource-name-rules",
        "test_resources.py::test_what_azure_does_not_take_is_refused",
    ),
    _row(
        "a lock protects the resources below its scope, and whatever contains a locked resource",
        f"{_LEARN}/azure/azure-resource-manager/management/lock-resources",
        "test_resources.py::test_a_lock_holds_what_is_under_it",
    ),
    _row(
        "deleting a group deletes its resources; a resource cannot be created without its group",
        f"{_LEARN}/azure/azure-resource-manager/management/delete-resource-group",
        "test_resources.py::test_a_group_goes_with_all_that_is_in_it",
    ),
    _row(
        "a role name matches exactly one definition; the same role cannot be assigned to a principal twice on a scope",
        f"{_LEARN}/azure/role-based-access-control/role-definitions-list",
        "test_resources.py::test_a_role_is_found_by_its_name",
    ),
    _row(
        "a subnet lies within its network's address space and overlaps no other subnet",
        f"{_LEARN}/azure/virtual-network/virtual-network-manage-subnet",
        "test_networks.py::test_a_subnet_fits_into_its_network",
    ),
    _row(
        "a firewall gets the first free address of its subnet, a private endpoint the next one",
        f"{_LEARN}/azure/virtual-network/virtual-networks-faq",
        "test_networks.py::test_private_endpoints_have_addresses_of_their_own",
    ),
    _row(
        "a deleted vault keeps its name until it is purged or recovered; a protected one is not purged",
        f"{_LEARN}/azure/key-vault/general/soft-delete-overview",
        "test_vaults.py::test_a_deleted_vault_keeps_its_name_until_it_is_purged",
    ),
    _row(
        "a secret of a vault is read through the Databricks scope that names the vault",
        f"{_LEARN}/azure/databricks/security/secrets/",
        "test_vaults.py::test_a_scope_of_databricks_reads_the_vault",
    ),
    _row(
        "a filesystem of a storage account is its container; shared keys are refused",
        f"{_LEARN}/rest/api/storageservices/data-lake-storage-gen2",
        "test_filesystems.py::test_a_filesystem_is_a_container",
    ),
    _row(
        "an online endpoint of Azure ML sends all or none of its traffic to deployments, which must exist",
        f"{_LEARN}/azure/templates/microsoft.machinelearningservices/workspaces/onlineendpoints",
        "test_serving_places.py::test_traffic_goes_to_deployments_that_are_there",
    ),
    _row(
        "a Kubernetes cluster has an OIDC issuer, which workload identity needs",
        f"{_LEARN}/azure/aks/workload-identity-overview",
        "test_serving_places.py::test_a_cluster_has_an_issuer_of_tokens",
    ),
    _row(
        "all else is stored: no packet is routed, no key encrypts, no role assignment has an effect",
        "docs/localcloud.md",
        "test_resources.py::test_a_resource_lives_its_whole_life",
        Level.STATEFUL,
    ),
)
