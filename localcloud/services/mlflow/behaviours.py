"""Behaviours of MLflow's tracking and registry."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="MLflow tracking",
        does="an experiment belongs to its workspace and can be used by principals with permission only",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/mlflow/experiments",
        witness="tests/localcloud/services/mlflow/test_mlflow.py::test_experiments_belong_to_a_workspace_and_to_whom_they_are_permitted",
    ),
    Behaviour(
        area="model registry",
        does="only the model's owner moves an alias",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_only_the_owner_moves_an_alias",
    ),
    Behaviour(
        area="model registry",
        does="EXECUTE is enough to load a model; without it the model does not exist for the caller",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_scoring_loads_the_model_by_execute_alone",
    ),
    Behaviour(
        area="model registry",
        does="a missing model, version or alias is RESOURCE_DOES_NOT_EXIST",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_what_is_not_there_is_a_resource_that_does_not_exist",
    ),
    Behaviour(
        area="model registry",
        does="a search takes one condition and no order, and returns no tags or aliases",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_searches_have_no_order_and_few_filters",
    ),
    Behaviour(
        area="model registry",
        does="search results are paged",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_a_search_is_answered_by_the_page",
    ),
    Behaviour(
        area="model registry",
        does="model stages are refused",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_there_are_no_stages",
    ),
    Behaviour(
        area="model registry",
        does="a workspace's own registry answers FEATURE_DISABLED",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_the_workspaces_own_registry_is_closed",
    ),
    Behaviour(
        area="model registry",
        does="a signature without outputs is refused",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_versions.py::test_a_signature_without_outputs_is_refused",
    ),
    Behaviour(
        area="model registry",
        does="only its creator can upload to a version until it is finalized; after that nobody can",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_versions.py::test_a_version_is_its_makers_until_it_is_finished_and_nobodys_to_change_then",
    ),
    Behaviour(
        area="model registry",
        does="a version keeps working after the logged model that it came from is deleted",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_versions.py::test_a_version_outlives_what_it_was_made_from",
    ),
    Behaviour(
        area="model registry",
        does="artifacts can also be transferred by signed URLs",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_versions.py::test_artifacts_also_go_by_signed_urls",
    ),
    Behaviour(
        area="model registry",
        does="setting tags of a version needs APPLY_TAG, even for its creator",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/manage-privileges/privileges",
        witness="tests/localcloud/services/mlflow/test_versions.py::test_tags_of_a_version_need_apply_tag",
    ),
    Behaviour(
        area="model registry",
        does="tags have Unity Catalog's limits",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/database-objects/tags",
        witness="tests/localcloud/services/mlflow/test_versions.py::test_a_tag_that_unity_catalog_does_not_take_is_refused",
    ),
)
