"""Behaviours of the local Spark."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="Spark, Delta",
        does="a session writes and merges Delta tables",
        level=Level.EXECUTED,
        follows="https://docs.delta.io/latest/delta-update.html",
        witness="tests/localcloud/spark/test_server.py::test_a_session_writes_and_merges_delta",
    ),
    Behaviour(
        area="Spark, Delta",
        does="concurrent tasks have their own sessions on one Spark server",
        level=Level.EXECUTED,
        follows="https://spark.apache.org/docs/latest/spark-connect-overview.html",
        witness="tests/localcloud/services/jobs/test_runs.py::test_forked_tasks_use_the_warm_spark",
    ),
    Behaviour(
        area="processes and state",
        does="a Spark server that ended unexpectedly is restarted",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/test_lifecycle.py::test_a_spark_that_died_comes_back",
    ),
)
