"""A statement runs only if Spark reads it as it was checked: what EXPLAIN EXTENDED says decides."""

import pytest

from localcloud.kernel.errors import ApiError
from localcloud.services.sql.agreement import require

PARSED = "== Parsed Logical Plan ==\n"
READ = "'UnresolvedRelation [delta, /lake/b], [], false"
WRITE = "'UnresolvedRelation [delta, /lake/b], [__required_write_privileges__=INSERT], false"


@pytest.mark.parametrize(
    ("plan", "target"),
    [
        (f"'Project [*]\n+- {READ}\n", None),
        (f"'InsertIntoStatement {WRITE}\n+- {READ}\n", "/lake/b"),
        ("CTE [b]\n+- 'UnresolvedRelation [b], [], false", None),
        ("'Project [*]\n+- 'UnresolvedTableValuedFunction [range], [3], false", None),
        ("'Project [unresolvedalias(reflect(x))]", None),
        ("'UnresolvedSubqueryColumnAliases [a, b]\n+- 'SubqueryAlias t\n   +- LocalRelation [col1#1, col2#2]", None),
    ],
)
def test_what_was_checked_passes(plan: str, target: str | None) -> None:
    """The locations that were put in, names of common table expressions, and literals."""
    require(PARSED + plan, ["/lake/b"], target)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ("'UnresolvedRelation [delta, /lake/c], [], false", "it reads delta./lake/c, which was not seen"),
        ("'UnresolvedRelation [csv, /etc/passwd], [], false", "it reads csv./etc/passwd"),
        ("'UnresolvedTableOrView [delta, /lake/c], DESCRIBE TABLE, true", "it reads delta./lake/c"),
        (f"'InsertIntoStatement {WRITE}", "it changes a table that was not seen"),
        ("'Project [unresolvedalias('reflect(java.lang.Math, abs, 1))]", "it calls reflect"),
        ("'UnresolvedTableValuedFunction [read_files], [/etc], false", "it calls read_files"),
        ("'InsertIntoDir false, Storage(Location: /x), parquet, true", "it has InsertIntoDir"),
        ("'ScriptTransformation cat, [x#1]", "it has ScriptTransformation"),
    ],
)
def test_what_was_not_checked_is_refused(plan: str, message: str) -> None:
    """Another relation, a write by a statement that only reads, a function, a program."""
    with pytest.raises(ApiError, match=f"Spark reads the statement otherwise than it was checked: {message}"):
        require(PARSED + plan, ["/lake/b"], None)


def test_a_statement_that_spark_cannot_plan_is_refused_with_its_words() -> None:
    """EXPLAIN answers with the error in the place of a plan."""
    with pytest.raises(ApiError, match="CTE is not understood"):
        require("Error occurred during query planning: \nCTE is not understood\n", [], None)
