"""A session beside others leaves alone what they share."""

from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest
from pyspark.sql.connect.client.reattach import ExecutePlanResponseReattachableIterator as Results
from pyspark.sql.connect.session import SparkSession

from localcloud.spark.sessions import new_session


def test_a_session_closed_in_the_pool_that_all_share_leaves_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the garbage collector does with a forgotten one: later results are still released."""
    # No server is asked before the first statement. The thread's active session and the default stay as they were.
    monkeypatch.setattr(SparkSession, "_default_session", None)
    with ThreadPoolExecutor(1) as thread:
        session = thread.submit(new_session, "sc://127.0.0.1:1").result()
    pool = Results._get_or_create_release_thread_pool()
    pool.submit(SparkSession.__del__, cast(SparkSession, session)).result()
    assert session.client.is_closed
    assert pool.submit(sum, [1, 2]).result() == 3
