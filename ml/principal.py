"""The principal that a task runs as, for its records."""

import os

from databricks.sdk import WorkspaceClient
from pyspark.sql import SparkSession


def principal(spark: SparkSession) -> str:
    """Name and id of the task's principal, from its workspace; Spark's user if no workspace is named."""
    if not os.environ.get("DATABRICKS_HOST"):
        return str(spark.sql("SELECT current_user()").collect()[0][0])
    me = WorkspaceClient().current_user.me()
    return f"{me.display_name} ({me.user_name})" if me.display_name else str(me.user_name)
