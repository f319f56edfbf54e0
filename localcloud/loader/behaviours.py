"""Behaviours of loading stacks, as in Terraform and its provider."""

from localcloud.kernel.parity import Behaviour, Level

_AZURE = (
    "Azure's own resources (stacks `bootstrap`, `hub`, `<env>-platform`, `<env>-data-factory`, `<env>-sinks`, "
    "and those of the places beside Databricks)"
)

BEHAVIOURS = (
    Behaviour(
        area="loading stacks",
        does="each stack is deployed as its pipeline's service principal, and fails if that principal lacks a right",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/account-settings-e2/",
        witness="tests/localcloud/loader/test_deployers.py::test_without_rights_in_the_metastore_a_pipeline_deploys_nothing",
    ),
    Behaviour(
        area="loading stacks",
        does="a pipeline sets a job's `run_as` only to principals on which it has the role `servicePrincipal.user`",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/users-groups/manage-service-principals",
        witness="tests/localcloud/loader/test_deployers.py::test_a_pipeline_gives_a_job_only_the_principals_that_it_was_given",
    ),
    Behaviour(
        area="loading stacks",
        does="permission assignments are refused until the workspace has a metastore",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/users-groups/",
        witness="tests/localcloud/loader/test_deployers.py::test_who_may_use_a_workspace_is_said_after_its_metastore",
    ),
    Behaviour(
        area="loading stacks",
        does="an empty list item is refused with the provider's message",
        level=Level.EXECUTED,
        follows="https://github.com/databricks/terraform-provider-databricks/blob/v1.99.0/docs/resources/job.md",
        witness="tests/localcloud/loader/test_provider.py::test_an_empty_item_of_a_list_is_refused",
    ),
    Behaviour(
        area="loading stacks",
        does="a job's tasks are read back sorted by key, so a job declared in another order changes with every load",
        level=Level.EXECUTED,
        follows="https://github.com/databricks/terraform-provider-databricks/blob/v1.99.0/docs/resources/job.md",
        witness="tests/localcloud/loader/test_provider.py::test_an_unsorted_job_is_changed_by_every_load",
    ),
    Behaviour(
        area="loading stacks",
        does="a second load of the shipped stacks changes nothing",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/resources/behavior",
        witness="tests/localcloud/loader/test_shipped_stacks.py::test_a_second_load_changes_nothing",
    ),
    Behaviour(
        area="loading stacks",
        does="resources removed from a document are deleted, dependents first",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/resources/behavior",
        witness="tests/localcloud/loader/test_load.py::test_what_a_document_no_longer_names_is_deleted",
    ),
    Behaviour(
        area="loading stacks",
        does="bindings are destroyed as early as possible; a resource out of reach after that stops the destroy",
        level=Level.EXECUTED,
        follows="https://github.com/databricks/terraform-provider-databricks/blob/v1.99.0/docs/resources/workspace_binding.md",
        witness="tests/localcloud/loader/test_destroy.py::test_what_does_not_is_out_of_reach_when_its_turn_comes",
    ),
    Behaviour(
        area="loading stacks",
        does="data is not deleted without `force_destroy`",
        level=Level.EXECUTED,
        follows="https://github.com/databricks/terraform-provider-databricks/blob/v1.99.0/docs/resources/schema.md",
        witness="tests/localcloud/loader/test_load.py::test_data_is_not_deleted_without_force_destroy",
    ),
    Behaviour(
        area="loading stacks",
        does="`prevent_destroy`, `ignore_changes` and `removed` are respected",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",
        witness="tests/localcloud/loader/test_load.py::test_a_protected_resource_is_not_replaced",
    ),
    Behaviour(
        area="loading stacks",
        does="postconditions of data sources and resources are checked",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/expressions/custom-conditions",
        witness="tests/localcloud/loader/test_adopted.py::test_what_is_not_fit_is_refused",
    ),
    Behaviour(
        area="loading stacks",
        does="a resource that cannot be loaded is reported with file and address",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/loader/test_load.py::test_what_cannot_be_loaded_is_named",
    ),
    Behaviour(
        area="loading stacks",
        does="the next load continues an interrupted one",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/state",
        witness="tests/localcloud/loader/test_load.py::test_a_load_that_was_interrupted_goes_on",
    ),
    Behaviour(
        area="loading stacks",
        does="the next load completes a killed one; nothing is created twice or left over",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/state",
        witness="tests/localcloud/loader/test_killed_load.py::test_a_killed_load_goes_on",
    ),
    Behaviour(
        area="loading stacks",
        does="each resource type is updated in place if the provider does so",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/resources/behavior",
        witness="tests/localcloud/loader/test_updates.py::test_every_type_is_updated_in_place",
    ),
    Behaviour(
        area="loading stacks",
        does="calls that fail with a temporary error are retried",
        level=Level.EXECUTED,
        follows="https://github.com/databricks/databricks-sdk-py/blob/main/databricks/sdk/errors/customizer.py",
        witness="tests/localcloud/loader/test_faulty_load.py::test_a_load_gets_over_refusals",
    ),
    Behaviour(
        area="loading stacks",
        does="changes made outside the stacks are kept, unless the load is asked to restore the declared state",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/loader/test_mend.py::test_what_was_changed_by_hand_is_mended_if_asked",
    ),
    Behaviour(
        area="table ACLs of the Hive metastore",
        does="stored by the loader as declared, without any effect",
        level=Level.STATEFUL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/loader/test_shipped_stacks.py::test_every_type_of_the_documents_can_be_loaded",
    ),
    Behaviour(
        area=_AZURE,
        does="their stacks are skipped, and the output names them",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/loader/test_load.py::test_a_stack_of_azure_alone_is_skipped_and_named",
    ),
    Behaviour(
        area=_AZURE,
        does="an adopted workspace is as its owner registered it, and refused if a plan would refuse it",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/expressions/custom-conditions",
        witness="tests/localcloud/loader/test_adopted_workspace.py::test_a_workspace_that_is_not_fit_is_refused",
    ),
)
