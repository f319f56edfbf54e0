"""Reading SHOW and DESCRIBE."""

import pytest

from localcloud.kernel.errors import ApiError
from localcloud.services.sql.about import About, read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("show catalogs", About(kind="SHOW CATALOGS")),
        ("SHOW DATABASES IN prod;", About(kind="SHOW SCHEMAS", parent=("prod",))),
        ("show tables from `prod`.credit_ops", About(kind="SHOW TABLES", parent=("prod", "credit_ops"))),
        ("show tables like 'a*'", About(kind="SHOW TABLES", pattern="a*")),
        ("describe prod.a.b", About(kind="DESCRIBE TABLE", name=("prod", "a", "b"))),
        ("desc table extended b c", About(kind="DESCRIBE TABLE", name=("b",), column="c", extended=True)),
        ("describe history a.`b c` limit 2", About(kind="DESCRIBE HISTORY", name=("a", "b c"), limit=2)),
        ("describe detail b", About(kind="DESCRIBE DETAIL", name=("b",))),
        ("describe schema extended prod.a", About(kind="DESCRIBE SCHEMA", name=("prod", "a"), extended=True)),
        ("describe catalog prod", About(kind="DESCRIBE CATALOG", name=("prod",))),
        ("show columns in b from prod.a", About(kind="SHOW COLUMNS", name=("b",), parent=("prod", "a"))),
        ("show grants on schema prod.a", About(kind="SHOW GRANTS", name=("prod", "a"), securable="SCHEMA")),
        ("show grants `a b` on b", About(kind="SHOW GRANTS", name=("b",), principal="a b")),
        ("show volumes in prod.a like '*x'", About(kind="SHOW VOLUMES", parent=("prod", "a"), pattern="*x")),
        ("select 1", None),
        ("describe query select 1", None),
    ],
)
def test_a_statement_about_the_catalog_is_read_whole(text: str, expected: About | None) -> None:
    """Its kind, names without quotes, and pattern."""
    assert read(text) == expected


@pytest.mark.parametrize("text", ["show tables; select 1", "show create table prod.a.b", "describe function prod.a.f"])
def test_a_form_that_is_not_offered_is_refused(text: str) -> None:
    """The message names the forms that are."""
    with pytest.raises(ApiError, match=r"is not offered locally; offered: (SHOW|DESCRIBE) "):
        read(text)


def test_like_has_stars_and_alternatives() -> None:
    """As Spark's SHOW: letters' case does not count, and a dot is a dot."""
    asked = About(kind="SHOW TABLES", pattern="a*|B.c")
    assert [name for name in ("abc", "b.c", "bxc", "ca") if asked.like(name)] == ["abc", "b.c"]
