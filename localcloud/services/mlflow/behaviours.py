"""What MLflow's tracking and registry do, behind their routes."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="MLflow tracking",
        does="an experiment belongs to a workspace and to those whom it is permitted",
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
        does="a model is loaded by EXECUTE alone, and is not there without",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_scoring_loads_the_model_by_execute_alone",
    ),
    Behaviour(
        area="model registry",
        does="what is absent is RESOURCE_DOES_NOT_EXIST, an alias too",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_what_is_not_there_is_a_resource_that_does_not_exist",
    ),
    Behaviour(
        area="model registry",
        does="a search takes one condition and no order, and shows no tags and no aliases",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_searches_have_no_order_and_few_filters",
    ),
    Behaviour(
        area="model registry",
        does="a search is answered by the page",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_a_search_is_answered_by_the_page",
    ),
    Behaviour(
        area="model registry",
        does="there are no stages",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_registry.py::test_there_are_no_stages",
    ),
    Behaviour(
        area="model registry",
        does="a workspace's own registry is closed",
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
        does="a version is its maker's until it is finished, and nobody's to change then",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_versions.py::test_a_version_is_its_makers_until_it_is_finished_and_nobodys_to_change_then",
    ),
    Behaviour(
        area="model registry",
        does="a version outlives what it was made from",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_versions.py::test_a_version_outlives_what_it_was_made_from",
    ),
    Behaviour(
        area="model registry",
        does="artifacts also go by signed URLs",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_versions.py::test_artifacts_also_go_by_signed_urls",
    ),
    Behaviour(
        area="model registry",
        does="tags of a version need APPLY_TAG, also from its maker",
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
