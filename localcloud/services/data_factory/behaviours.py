"""Behaviours of Data Factory."""

from localcloud.kernel.parity import Behaviour, Level

_AREA = "Data Factory"
_TESTS = "tests/localcloud/services/data_factory"
_LEARN = "https://learn.microsoft.com/azure/data-factory"


def _row(does: str, follows: str, witness: str, level: Level = Level.EXECUTED) -> Behaviour:
    return Behaviour(area=_AREA, does=does, level=level, follows=f"{_LEARN}/{follows}", witness=f"{_TESTS}/{witness}")


BEHAVIOURS = (
    _row(
        "a Databricks job gets the pipeline's parameters and runs with the rights of the factory's identity",
        "transform-data-databricks-job",
        "test_pipelines.py::test_a_job_runs_as_the_factorys_identity",
    ),
    _row(
        "a notebook and a Python file run on the linked service's cluster; a notebook's exit value is its output",
        "transform-data-databricks-notebook",
        "test_pipelines.py::test_a_notebook_and_a_file_hand_on_what_they_say",
    ),
    _row(
        "a Web activity calls only this cloud and this machine, with the identity's token if it is configured so",
        "control-flow-web-activity",
        "test_pipelines.py::test_a_web_activity_calls_this_cloud_and_no_other_host",
    ),
    _row(
        "a branch runs only the activities that its condition or value selects",
        "control-flow-if-condition-activity",
        "test_control.py::test_a_branch_is_taken_by_its_condition",
    ),
    _row(
        "a loop runs its activities for each element, or until its condition holds",
        "control-flow-for-each-activity",
        "test_control.py::test_every_element_has_its_turn",
    ),
    _row(
        "variables belong to the run and have their declared types",
        "control-flow-set-variable-activity",
        "test_control.py::test_a_variable_is_declared_and_of_one_type",
    ),
    _row(
        "an activity is retried as its policy says; activities that handle a failure decide the pipeline's result",
        "tutorial-pipeline-failure-error-handling",
        "test_pipelines.py::test_a_failure_is_tried_again_and_then_handled",
    ),
    _row(
        "an activity starts when the conditions on its predecessors are met",
        "concepts-pipelines-activities",
        "test_graph.py::test_how_a_pipeline_ends",
    ),
    _row(
        "expressions are evaluated when an activity starts; one without a value fails the activity",
        "control-flow-expression-language-functions",
        "test_expressions.py::test_an_expression_has_the_value",
    ),
    _row(
        "a schedule fires at its times, in its time zone",
        "how-to-create-schedule-trigger",
        "test_recurrence.py::test_the_last_fire_in_a_span",
    ),
    _row(
        "a tumbling window, also a past one, is run after its end and retried as the trigger's policy says",
        "how-to-create-tumbling-window-trigger",
        "test_triggers.py::test_every_window_has_its_run",
    ),
    _row(
        "a new blob, a file in an external volume of the account's container, starts its pipelines once",
        "how-to-create-event-trigger",
        "test_triggers.py::test_a_written_blob_starts_its_pipeline",
    ),
    _row(
        "a pipeline's concurrency limits the runs at one time; the others wait",
        "concepts-pipelines-activities",
        "test_triggers.py::test_a_pipeline_runs_as_often_at_once_as_it_says",
    ),
    _row(
        "runs can be filtered and ordered; cancelling a run cancels the job runs that it started",
        "monitor-programmatically",
        "test_pipelines.py::test_a_run_is_cancelled_with_what_it_started",
    ),
    _row(
        "other activities, credentials and triggers are stored; a pipeline that contains one cannot be run",
        "concepts-pipelines-activities",
        "test_pipelines.py::test_what_does_not_run_here_is_refused",
        Level.STATEFUL,
    ),
)
