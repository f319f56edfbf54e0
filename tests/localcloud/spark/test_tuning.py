"""The server is tuned for small data unless LOCALCLOUD_DATA says otherwise."""

from pathlib import Path

import pytest

from localcloud.spark.server import spark_settings
from localcloud.spark.tuning import DataSize, data_size, java_options, query_settings


@pytest.mark.parametrize(("environ", "size"), [({}, "small"), ({"LOCALCLOUD_DATA": ""}, "small")])
def test_data_are_small_unless_said(environ: dict[str, str], size: str) -> None:
    """Neither an absent nor an empty variable asks for more."""
    assert data_size(environ) == size


def test_another_size_is_refused_with_those_there_are() -> None:
    """A mistyped size does not become a default."""
    with pytest.raises(ValueError, match="LOCALCLOUD_DATA is 'big'; set it to one of small, large"):
        data_size({"LOCALCLOUD_DATA": "big"})


def test_large_data_have_compiled_and_replanned_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large data take the defaults of Java and Spark; small data neither generate code nor plan again."""
    assert java_options(DataSize.LARGE) == ()
    assert query_settings(DataSize.LARGE) == {}
    assert spark_settings(Path("w"))["spark.sql.codegen.wholeStage"] == "false"
    monkeypatch.setenv("LOCALCLOUD_DATA", "large")
    assert "spark.sql.codegen.wholeStage" not in spark_settings(Path("w"))
