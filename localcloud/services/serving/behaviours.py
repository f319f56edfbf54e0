"""What endpoints and online stores do, behind their routes."""

from localcloud.behaviours import Behaviour
from localcloud.parity import Level

BEHAVIOURS = (
    Behaviour(
        area="serving endpoints",
        does="an update switches the version and drops no request",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/model-serving/",
        witness="tests/localcloud/services/serving/test_endpoints.py::test_an_update_switches_the_version_and_drops_no_request",
    ),
    Behaviour(
        area="serving endpoints",
        does="a version that cannot load ends in UPDATE_FAILED, and the old one goes on answering",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/model-serving/",
        witness="tests/localcloud/services/serving/test_endpoints.py::test_a_version_that_cannot_load_leaves_the_old_one_answering",
    ),
    Behaviour(
        area="serving endpoints",
        does="a second update waits for the first: 409",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/model-serving/",
        witness="tests/localcloud/services/serving/test_endpoints.py::test_a_second_update_waits_for_the_first",
    ),
    Behaviour(
        area="serving endpoints",
        does="traffic is split by the routes",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/model-serving/serve-multiple-models-to-serving-endpoint",
        witness="tests/localcloud/services/serving/test_endpoints.py::test_traffic_is_split_by_the_routes",
    ),
    Behaviour(
        area="serving endpoints",
        does="asking needs CAN_QUERY, changing CAN_MANAGE, serving a model EXECUTE on it",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/auth/access-control/",
        witness="tests/localcloud/services/serving/test_endpoints.py::test_only_those_with_can_query_may_ask_and_only_managers_may_change",
    ),
    Behaviour(
        area="serving endpoints",
        does="an endpoint that scales to zero sleeps if the pace lets it, and whoever asks first waits",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/model-serving/",
        witness="tests/localcloud/services/serving/test_pace.py::test_an_endpoint_sleeps_after_a_while_and_wakes_once",
    ),
    Behaviour(
        area="serving endpoints",
        does="rate limits and AI gateway are kept as given",
        level=Level.ECHOED,
        follows="https://learn.microsoft.com/azure/databricks/ai-gateway/",
        witness="tests/localcloud/services/serving/test_serving_routes.py::test_an_endpoints_settings_and_log_are_kept",
    ),
    Behaviour(
        area="serving endpoints",
        does="features are looked up by `feature_spec.yaml` alone: a plain model asked by key is a bad request",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/feature-store/automatic-feature-lookup",
        witness="tests/localcloud/services/serving/test_online.py::test_a_plain_model_looks_nothing_up",
    ),
    Behaviour(
        area="serving endpoints",
        does="an unknown key gets nulls, or the specification's default",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/feature-store/automatic-feature-lookup",
        witness="tests/localcloud/services/serving/test_online.py::test_an_unknown_key_gets_the_declared_default",
    ),
    Behaviour(
        area="serving endpoints",
        does="values in the request win over published ones",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/feature-store/automatic-feature-lookup",
        witness="tests/localcloud/services/serving/test_online.py::test_values_in_the_request_win_over_published_ones",
    ),
    Behaviour(
        area="network policies, connectivity configurations",
        does="an image whose hosts the policy blocks is not built: UPDATE_FAILED",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/network/serverless-network-security/network-policies",
        witness="tests/localcloud/services/serving/test_build_hosts.py::test_an_update_fails_where_the_policy_blocks_its_hosts",
    ),
    Behaviour(
        area="network policies, connectivity configurations",
        does="a version that names no index is built from the workspace's default package repository",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/model-serving/private-libraries-model-serving",
        witness="tests/localcloud/services/serving/test_build_hosts.py::test_a_version_without_an_index_takes_the_workspaces",
    ),
    Behaviour(
        area="online store, database instance (the same store)",
        does="publishing is asynchronous: rows are there once the pipeline is through",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/feature-store/online-feature-store",
        witness="tests/ml/features/test_publish.py::test_the_task_ends_when_the_rows_can_be_looked_up",
    ),
    Behaviour(
        area="online store, database instance (the same store)",
        does="publishing needs SELECT on the table, a right on the store and a schema to publish to",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/feature-store/online-feature-store",
        witness="tests/localcloud/services/serving/test_online.py::test_publishing_needs_select_on_the_source_and_a_place_to_publish_to",
    ),
    Behaviour(
        area="online store, database instance (the same store)",
        does="published values are those of the offline table at one version",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/feature-store/online-feature-store",
        witness="tests/localcloud/services/serving/test_online.py::test_published_values_are_those_of_the_offline_table",
    ),
    Behaviour(
        area="online store, database instance (the same store)",
        does="a database instance is an online store of the same name",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/database",
        witness="tests/localcloud/services/serving/test_database_instances.py::test_an_instance_is_an_online_store",
    ),
)
