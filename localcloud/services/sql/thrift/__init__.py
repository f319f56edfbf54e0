"""The warehouse over Thrift, for `databricks-sql-connector` and JDBC-like clients."""
