"""Behaviours of loading stacks, as in Terraform and its provider."""

from localcloud.kernel.parity import Behaviour, Level

_AZURE = (
    "Azure's own resources (stacks `bootstrap`, `hub`, `<env>-platform`, `<env>-data-factory`, `<env>-sinks`, "
    "and those of the places beside Databricks)"
)

BEHAVIOURS = (
    Behaviour(
        area="loading stacks",
        does="every stack is deployed as its own pipeline, and refused what that may not do",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/account-settings-e2/",
        witness="tests/localcloud/loader/test_deployers.py::test_without_rights_in_the_metastore_a_pipeline_deploys_nothing",
    ),
    Behaviour(
        area="loading stacks",
        does="a pipeline gives a job only the principals that it was given the role of",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/users-groups/manage-service-principals",
        witness="tests/localcloud/loader/test_deployers.py::test_a_pipeline_gives_a_job_only_the_principals_that_it_was_given",
    ),
    Behaviour(
        area="loading stacks",
        does="who may use a workspace is said after its metastore",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/users-groups/",
        witness="tests/localcloud/loader/test_deployers.py::test_who_may_use_a_workspace_is_said_after_its_metastore",
    ),
    Behaviour(
        area="loading stacks",
        does="an empty item of a list is refused in the provider's words",
        level=Level.EXECUTED,
        follows="https://github.com/databricks/terraform-provider-databricks/blob/v1.99.0/docs/resources/job.md",
        witness="tests/localcloud/loader/test_provider.py::test_an_empty_item_of_a_list_is_refused",
    ),
    Behaviour(
        area="loading stacks",
        does="a job is read back with its tasks by key, so an unsorted one is changed by every load",
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
        does="what a document no longer names is deleted, dependents first",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/resources/behavior",
        witness="tests/localcloud/loader/test_load.py::test_what_a_document_no_longer_names_is_deleted",
    ),
    Behaviour(
        area="loading stacks",
        does="bindings are destroyed as early as the document allows, and what is then out of reach stops the destroy",
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
        does="`prevent_destroy`, `ignore_changes` and `removed` hold",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",
        witness="tests/localcloud/loader/test_load.py::test_a_protected_resource_is_not_replaced",
    ),
    Behaviour(
        area="loading stacks",
        does="postconditions hold, of data sources and resources",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/expressions/custom-conditions",
        witness="tests/localcloud/loader/test_adopted.py::test_what_is_not_fit_is_refused",
    ),
    Behaviour(
        area="loading stacks",
        does="what cannot be loaded is named, with file and address",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/loader/test_load.py::test_what_cannot_be_loaded_is_named",
    ),
    Behaviour(
        area="loading stacks",
        does="a load that was interrupted goes on",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/state",
        witness="tests/localcloud/loader/test_load.py::test_a_load_that_was_interrupted_goes_on",
    ),
    Behaviour(
        area="loading stacks",
        does="a load that is killed in the middle is ended by the next one: nothing twice, nothing left over",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/state",
        witness="tests/localcloud/loader/test_killed_load.py::test_a_killed_load_goes_on",
    ),
    Behaviour(
        area="loading stacks",
        does="what the providers update in place is updated in place, type by type",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/resources/behavior",
        witness="tests/localcloud/loader/test_updates.py::test_every_type_is_updated_in_place",
    ),
    Behaviour(
        area="loading stacks",
        does="calls that are refused for now are repeated",
        level=Level.EXECUTED,
        follows="https://github.com/databricks/databricks-sdk-py/blob/main/databricks/sdk/errors/customizer.py",
        witness="tests/localcloud/loader/test_faulty_load.py::test_a_load_gets_over_refusals",
    ),
    Behaviour(
        area="loading stacks",
        does="what was changed past the stacks is left, and mended if that is asked for",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/loader/test_mend.py::test_what_was_changed_by_hand_is_mended_if_asked",
    ),
    Behaviour(
        area="table ACLs of the Hive metastore",
        does="kept by the loader as declared, and nothing acts on them",
        level=Level.STATEFUL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/loader/test_shipped_stacks.py::test_every_type_of_the_documents_can_be_loaded",
    ),
    Behaviour(
        area=_AZURE,
        does="their stacks are skipped, and named",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/loader/test_load.py::test_a_stack_of_azure_alone_is_skipped_and_named",
    ),
    Behaviour(
        area=_AZURE,
        does="an adopted workspace is read as its owner registered it, and refused where the plan would refuse it",
        level=Level.EXECUTED,
        follows="https://developer.hashicorp.com/terraform/language/expressions/custom-conditions",
        witness="tests/localcloud/loader/test_adopted_workspace.py::test_a_workspace_that_is_not_fit_is_refused",
    ),
)
