"""What Unity Catalog does, behind its routes."""

from localcloud.behaviours import Behaviour
from localcloud.parity import Level

BEHAVIOURS = (
    Behaviour(
        area="metastore",
        does="a region has one metastore: a second one is refused",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/create-metastore",
        witness="tests/localcloud/loader/test_deployers.py::test_a_region_has_one_metastore",
    ),
    Behaviour(
        area="metastore",
        does="it comes by itself with the first workspace, of the region that this one says, and later ones get it",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/automatic-enablement",
        witness="tests/localcloud/services/unity/test_metastores.py::test_the_automatic_metastore_is_of_the_first_region_that_is_said",
    ),
    Behaviour(
        area="metastore",
        does="without it a workspace knows no principal of the account",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/create-metastore",
        witness="tests/localcloud/services/unity/test_metastores.py::test_a_workspace_loses_and_gets_the_metastore",
    ),
    Behaviour(
        area="metastore",
        does="its owner passes every check; a workspace's admins are not its admins",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/manage-privileges/admin-privileges",
        witness="tests/localcloud/services/unity/test_unity.py::test_the_metastores_owner_passes_every_check",
    ),
    Behaviour(
        area="Unity Catalog grants, ownership, bindings",
        does="reading needs SELECT, writing MODIFY, and both to be let into catalog and schema",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/manage-privileges/privileges",
        witness="tests/localcloud/services/unity/test_unity.py::test_a_reader_reads_and_does_not_write",
    ),
    Behaviour(
        area="Unity Catalog grants, ownership, bindings",
        does="grants are inherited, and reach through groups",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/manage-privileges/",
        witness="tests/localcloud/services/unity/test_unity.py::test_a_group_passes_its_grants_on",
    ),
    Behaviour(
        area="Unity Catalog grants, ownership, bindings",
        does="only owners and holders of MANAGE grant",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/manage-privileges/ownership",
        witness="tests/localcloud/services/unity/test_unity.py::test_only_owners_and_managers_grant",
    ),
    Behaviour(
        area="Unity Catalog grants, ownership, bindings",
        does="privileges that a securable does not know, and unknown principals, are refused",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/manage-privileges/privileges",
        witness="tests/localcloud/services/unity/test_unity.py::test_grants_that_cannot_be_are_refused",
    ),
    Behaviour(
        area="Unity Catalog grants, ownership, bindings",
        does="a workspace that is not bound does not see an isolated catalog",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/catalogs/binding",
        witness="tests/localcloud/services/unity/test_unity.py::test_an_unbound_workspace_does_not_see_the_catalog",
    ),
    Behaviour(
        area="Unity Catalog grants, ownership, bindings",
        does="a workspace that is bound read-only writes nothing, whatever is granted",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/catalogs/binding",
        witness="tests/localcloud/services/unity/test_unity.py::test_dev_reads_prod_and_cannot_write_it_whatever_is_granted",
    ),
    Behaviour(
        area="column masks, row filters",
        does="a masked read on dedicated compute is refused without private endpoints of the root storage",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/compute/single-user-fgac",
        witness="tests/localcloud/services/unity/test_filtering.py::test_without_endpoints_of_the_root_storage_the_read_is_refused",
    ),
    Behaviour(
        area="column masks, row filters",
        does="the past of a table under a policy is refused",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/filters-and-masks/",
        witness="tests/localcloud/services/unity/test_filtering.py::test_the_past_of_a_masked_table_is_refused",
    ),
    Behaviour(
        area="column masks, row filters",
        does="DESCRIBE HISTORY and versions of other tables are read",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/delta/history",
        witness="tests/localcloud/services/unity/test_filtering.py::test_the_past_of_other_tables_is_read",
    ),
    Behaviour(
        area="column masks, row filters",
        does="who the policy does not except sees nulls, and no way round by a condition",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/abac/",
        witness="tests/localcloud/loader/test_masks.py::test_others_see_null_and_no_record_out_of_place",
    ),
    Behaviour(
        area="column masks, row filters",
        does="a function that is missing shows nothing to those whom it would hide values from",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/abac/",
        witness="tests/localcloud/loader/test_masks.py::test_a_missing_function_shows_nothing",
    ),
    Behaviour(
        area="queries, alerts, notification destinations, dashboards, monitors",
        does="a monitor is kept by its table; nothing refreshes it",
        level=Level.STATEFUL,
        follows="https://learn.microsoft.com/azure/databricks/lakehouse-monitoring/",
        witness="tests/localcloud/services/unity/test_data_quality.py::test_a_monitor_is_kept_by_its_tables_id",
    ),
)
