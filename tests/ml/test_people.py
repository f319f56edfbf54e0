"""Keys that are named by a hash: in Python, where a command is given one, and in Spark, where rows have them."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Column
from ml.people import PERSON, Request, hashed, plain, plain_sql, secret_in, with_person

NUMBER = Column(name="client_id", type="bigint", comment="")
TEXT = Column(name="client_id", type="string", comment="")
SPELLED = ["181", " 181 ", "+181", "00181", "0", "000", "-5", "18 1", "", "x", "1.81E+02", "ü", "1,81"]


@pytest.mark.parametrize("column", [NUMBER, TEXT], ids=["number", "text"])
def test_spark_and_python_agree_on_every_spelling(spark: SparkSession, column: Column) -> None:
    """A number counts without sign, leading zeros and blanks; a text without blanks around it."""
    rows = spark.createDataFrame([(text,) for text in SPELLED], "key string")
    spelled = plain_sql(F.col("key"), column)
    found = with_person(rows.select(spelled.alias("plain")), F.col("plain"), "s3").select("plain", PERSON).collect()
    assert [tuple(row) for row in found] == [
        (plain(text, column), hashed("s3", plain(text, column))) for text in SPELLED
    ]
    assert plain("00181", column) == ("181" if column is NUMBER else "00181")


def test_a_request_means_one_person_and_does_not_say_whom(spark: SparkSession) -> None:
    """It finds the key in whatever type a table has it; two requests of one person differ."""
    first, second = Request.of(" 0181", NUMBER), Request.of("181", NUMBER)
    assert "181" not in str(first).split(":")
    assert first != second
    rows = spark.createDataFrame([(181,), (18,), (None,)], "client_id bigint")
    for request in (first, second, Request.read(str(first))):
        meant = rows.where(request.means(plain_sql(F.col("client_id"), NUMBER))).collect()
        assert [row["client_id"] for row in meant] == [181]
    with pytest.raises(ValueError, match="SALT:HASH"):
        Request.read("181")


def test_the_secret_is_made_once_and_missed_if_it_is_gone(tmp_path: Path) -> None:
    """One that a kill cut short is made anew, since nothing was recorded with it."""
    with pytest.raises(FileNotFoundError, match="restore it"):
        secret_in(tmp_path / "people")
    made = secret_in(tmp_path / "people", make=True)
    assert (len(made), secret_in(tmp_path / "people"), secret_in(tmp_path / "people", make=True)) == (64, made, made)
    (tmp_path / "people" / "secret").write_text(made[:10])
    assert secret_in(tmp_path / "people", make=True) not in (made, made[:10])
