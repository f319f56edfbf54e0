"""Behaviours of SQL warehouses and their objects."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="SQL warehouse",
        does="a session starts in a catalog and a schema, and only the principal that opened it can use it",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/aws/en/dev-tools/python-sql-connector",
        witness="tests/localcloud/services/sql/test_thrift.py::test_a_session_of_the_rest_api_names_the_catalog",
    ),
    Behaviour(
        area="SQL warehouse",
        does="Databricks' SQL connector runs unmodified, over Thrift and REST (`use_sea`)",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/aws/en/dev-tools/python-sql-connector",
        witness="tests/localcloud/services/sql/test_connector.py::test_the_connector_speaks_to_a_warehouse",
    ),
    Behaviour(
        area="SQL warehouse",
        does="queries and changes return the same as Spark called directly",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/sql/language-manual/",
        witness="tests/localcloud/services/sql/test_differential.py::test_a_query_answers_the_same",
    ),
    Behaviour(
        area="SQL warehouse",
        does="all other kinds of statements are refused with an alternative",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/sql/language-manual/",
        witness="tests/localcloud/services/sql/test_refusals.py::test_a_statement_is_refused_with_what_to_do_in_its_place",
    ),
    Behaviour(
        area="SQL warehouse",
        does="a statement reads and writes tables by name, with exactly its caller's rights",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/sql/language-manual/",
        witness="tests/localcloud/services/sql/test_statements.py::test_what_is_not_granted_is_denied",
    ),
    Behaviour(
        area="SQL warehouse",
        does="paths, session changes and functions that run code are refused",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/services/sql/test_reading.py::test_what_reaches_past_the_tables_is_refused",
    ),
    Behaviour(
        area="SQL warehouse",
        does="INSERT, UPDATE, DELETE and MERGE are run; earlier versions can be read",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/sql/language-manual/",
        witness="tests/localcloud/services/sql/test_statements.py::test_a_writer_inserts_changes_and_deletes",
    ),
    Behaviour(
        area="SQL warehouse",
        does="SHOW and DESCRIBE list what the caller may see",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/sql/language-manual/",
        witness="tests/localcloud/services/sql/test_statements.py::test_the_catalog_is_shown_as_far_as_the_caller_sees",
    ),
    Behaviour(
        area="SQL warehouse",
        does="values and types have the format of the Statement Execution API",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/statementexecution",
        witness="tests/localcloud/services/sql/test_values.py::test_a_value_becomes_text",
    ),
    Behaviour(
        area="alerts of the second generation",
        does="an alert is evaluated when the local clock passes its schedule, and its destinations are notified",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/alertsv2",
        witness="tests/localcloud/services/sql/test_alert_rounds.py::test_an_alert_is_told_once_and_again_when_it_ends",
    ),
    Behaviour(
        area="queries, other alerts, notification destinations, dashboards, monitors",
        does="queries, their alerts and dashboards are stored and returned as written",
        level=Level.STATEFUL,
        follows="https://docs.databricks.com/api/azure/workspace/queries",
        witness="tests/localcloud/services/sql/test_sql_routes.py::test_a_query_and_its_alert_are_read_alone_and_in_the_list",
    ),
)
