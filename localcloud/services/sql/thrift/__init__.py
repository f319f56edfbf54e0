"""The warehouse by Thrift, as `databricks-sql-connector` and JDBC-like clients speak it."""
