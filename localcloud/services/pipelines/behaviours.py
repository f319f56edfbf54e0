"""Behaviours of declarative pipelines."""

from localcloud.kernel.parity import Behaviour, Level

_AREA = "declarative pipelines"
_TASKS = "tests/localcloud/services/jobs/test_pipeline_tasks.py"
_TESTS = "tests/localcloud/services/pipelines"

BEHAVIOURS = (
    Behaviour(
        area=_AREA,
        does="an update runs the source as the pipeline's principal; its events count rows per expectation",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/ldp/expectations",
        witness=f"{_TASKS}::test_an_update_computes_its_tables_as_its_principal",
    ),
    Behaviour(
        area=_AREA,
        does="datasets are computed in dependency order, whatever their order in the source; a cycle is refused",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/ldp/developer/python-dev",
        witness=f"{_TESTS}/test_declared.py::test_a_dataset_is_made_after_those_that_it_reads",
    ),
    Behaviour(
        area=_AREA,
        does="a query function that changes its Spark session fails the update",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/ldp/developer/python-ref",
        witness=f"{_TESTS}/test_declared.py::test_a_query_function_changes_nothing_of_its_session",
    ),
    Behaviour(
        area=_AREA,
        does="a materialized view is written and deleted with its pipeline only, and has no readable history",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/ldp/limitations",
        witness=f"{_TESTS}/test_pipelines.py::test_a_pipelines_tables_are_written_by_it_alone",
    ),
    Behaviour(
        area=_AREA,
        does="streaming tables, flows, sinks and table settings in the source are refused",
        level=Level.STATEFUL,
        follows="https://learn.microsoft.com/azure/databricks/ldp/developer/python-ref",
        witness=f"{_TESTS}/test_declared.py::test_what_is_not_run_here_is_refused_where_it_is_declared",
    ),
)
