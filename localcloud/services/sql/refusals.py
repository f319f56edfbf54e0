"""Statements that are not supported here, with alternatives. Pure.

What makes or changes objects is owned by stacks and jobs; what belongs to a session ends with its one statement.
"""

from collections.abc import Sequence

from localcloud.services.sql.spelling import Word

ALLOWED = "SELECT, VALUES, TABLE, INSERT, UPDATE, DELETE, MERGE, TRUNCATE, EXPLAIN, DESCRIBE, SHOW"
# Words between CREATE and what is created.
_MODIFIERS = frozenset(
    {"OR", "REPLACE", "REFRESH", "TEMP", "TEMPORARY", "GLOBAL", "EXTERNAL", "FOREIGN", "MANAGED", "MATERIALIZED"}
    | {"STREAMING", "PRIVATE", "LIVE"}
)
_SESSION = "each statement has its own session, which ends with it"
_ONE = "give one statement a request, and its values as parameters"
_TABLES = "the job that writes a table makes and changes it as it is declared; or use /unity-catalog/tables"
_NO_VIEWS = "views are not supported here: use WITH in the query, or let a job write a table"
_STACKS = "declare it in a stack, or use /unity-catalog/{}"
_COLUMNS = "run the query with row_limit 1: the manifest has its columns"
_LAYOUT = "no result depends on it here"
_FILES = "use /fs/files and /fs/directories"
_RIGHTS = "declare the grant in a stack, or use /unity-catalog/permissions"
# By the first word, or by it and what it is about.
_INSTEAD: dict[tuple[str, ...], str] = {
    ("USE",): "give `catalog` and `schema` with the request, or write catalog.schema.table",
    ("SET",): _SESSION,
    ("RESET",): _SESSION,
    ("CACHE",): _SESSION,
    ("UNCACHE",): _SESSION,
    ("CLEAR",): _SESSION,
    ("ADD",): _SESSION,
    ("DECLARE",): _ONE,
    ("EXECUTE",): _ONE,
    ("BEGIN",): _ONE,
    ("COMMIT",): _ONE,
    ("ROLLBACK",): _ONE,
    ("CALL",): _ONE,
    ("GRANT",): _RIGHTS,
    ("REVOKE",): "change the grant in its stack, or use /unity-catalog/permissions",
    ("DENY",): "Unity Catalog has no denials: leave the grant out",
    ("LIST",): _FILES,
    ("LS",): _FILES,
    ("PUT",): _FILES,
    ("GET",): _FILES,
    ("REMOVE",): _FILES,
    ("COPY",): "upload the file to its volume, and run the job that ingests it",
    ("LOAD",): "upload the file to its volume, and run the job that ingests it",
    ("CONVERT",): _TABLES,
    ("RESTORE",): "write INSERT OVERWRITE t SELECT * FROM t VERSION AS OF n",
    ("OPTIMIZE",): _LAYOUT,
    ("VACUUM",): _LAYOUT,
    ("ANALYZE",): _LAYOUT,
    ("REORG",): _LAYOUT,
    ("REFRESH",): _LAYOUT,
    ("REPAIR",): _LAYOUT,
    ("MSCK",): _LAYOUT,
    ("FSCK",): _LAYOUT,
    ("GENERATE",): _LAYOUT,
    ("SYNC",): _STACKS.format("tables"),
    ("UNDROP",): "a dropped table cannot be restored here: run the job that creates it",
    ("TRUNCATE",): "write TRUNCATE TABLE catalog.schema.table, without a partition",
    ("DESCRIBE",): _COLUMNS,
    ("DESC",): _COLUMNS,
    ("UNSET",): "tag it in its stack, or use /unity-catalog/entity-tag-assignments",
    ("SET", "TAG"): "tag it in its stack, or use /unity-catalog/entity-tag-assignments",
    ("COMMENT", "ON"): "comment it where it is declared, in its stack or table declaration",
    **{(verb, "TABLE"): _TABLES for verb in ("CREATE", "ALTER", "DROP", "REPLACE")},
    **{(verb, "VIEW"): _NO_VIEWS for verb in ("CREATE", "ALTER", "DROP")},
    **{
        (verb, kind): _STACKS.format(collection)
        for verb in ("CREATE", "ALTER", "DROP")
        for kind, collection in {
            "CATALOG": "catalogs",
            "SCHEMA": "schemas",
            "DATABASE": "schemas",
            "VOLUME": "volumes",
            "FUNCTION": "functions",
            "LOCATION": "external-locations",
            "STORAGE": "storage-credentials",
            "POLICY": "policies",
        }.items()
    },
}


def instead(found: Sequence[Word]) -> tuple[str, str] | None:
    """The name of the statement and its alternative; None if it is unknown or allowed."""
    # Some tokens hold two words, such as ADD JAR.
    words = " ".join(word.text for word in found[:8]).split()
    if not words:
        return None
    verb = words[0]
    about = next((word for word in words[1:] if word not in _MODIFIERS), "")
    for key in ((verb, about), (verb,)):
        if key in _INSTEAD:
            return " ".join(key), _INSTEAD[key]
    return None


def message(found: Sequence[Word]) -> str | None:
    """The message of a refusal; None if the statement is unknown or allowed."""
    known = instead(found)
    return None if known is None else f"'{known[0]}' statements are not allowed here: {known[1]}."
