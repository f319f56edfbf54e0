"""Parsing of SHOW and DESCRIBE statements. Pure."""

import re
from dataclasses import dataclass

from localcloud.kernel.errors import bad_request
from localcloud.services.sql.spelling import NAME, PART

_IN = rf"(?:\s+(?:IN|FROM)\s+(?P<parent>{NAME}))?"
_LIKE = r"(?:\s+(?:LIKE\s+)?(?:'(?P<pattern>[^']*)'|\"(?P<pattern2>[^\"]*)\"))?"
_PRINCIPAL = rf"(?!ON\b)(?:{PART}|'[^']*')"
_FORMS = {
    "SHOW CATALOGS": rf"SHOW\s+CATALOGS{_LIKE}",
    "SHOW SCHEMAS": rf"SHOW\s+(?:SCHEMAS|DATABASES){_IN}{_LIKE}",
    "SHOW TABLES": rf"SHOW\s+TABLES{_IN}{_LIKE}",
    "SHOW VIEWS": rf"SHOW\s+VIEWS{_IN}{_LIKE}",
    "SHOW VOLUMES": rf"SHOW\s+VOLUMES{_IN}{_LIKE}",
    "SHOW COLUMNS": rf"SHOW\s+COLUMNS\s+(?:IN|FROM)\s+(?P<name>{NAME}){_IN}",
    "SHOW TBLPROPERTIES": rf"SHOW\s+TBLPROPERTIES\s+(?P<name>{NAME})",
    "SHOW GRANTS": rf"SHOW\s+GRANTS?(?:\s+(?:TO\s+)?(?P<principal>{_PRINCIPAL}))?\s+ON"
    rf"\s+(?:(?P<securable>CATALOG|SCHEMA|DATABASE|TABLE|VIEW|VOLUME|FUNCTION|MODEL)\s+)?(?P<name>{NAME})",
    "DESCRIBE CATALOG": rf"DESC(?:RIBE)?\s+CATALOG(?:\s+(?P<extended>EXTENDED))?\s+(?P<name>{NAME})",
    "DESCRIBE SCHEMA": rf"DESC(?:RIBE)?\s+(?:SCHEMA|DATABASE)(?:\s+(?P<extended>EXTENDED))?\s+(?P<name>{NAME})",
    "DESCRIBE HISTORY": rf"DESC(?:RIBE)?\s+HISTORY\s+(?P<name>{NAME})(?:\s+LIMIT\s+(?P<limit>\d+))?",
    "DESCRIBE DETAIL": rf"DESC(?:RIBE)?\s+DETAIL\s+(?P<name>{NAME})",
    "DESCRIBE TABLE": rf"DESC(?:RIBE)?(?:\s+TABLE)?(?:\s+(?P<extended>EXTENDED|FORMATTED))?\s+(?P<name>{NAME})"
    rf"(?:\s+(?P<column>{PART}))?",
}
_PATTERNS = {kind: re.compile(rf"\s*{form}\s*;?\s*", re.I) for kind, form in _FORMS.items()}
_SUBJECT = re.compile(r"\s*(?P<verb>SHOW|DESCRIBE|DESC)\s+(?P<what>\w+)", re.I)
_QUERY = re.compile(r"\s*DESC(?:RIBE)?\s+(?:QUERY|SELECT|WITH|VALUES)\b", re.I)
# Words after DESCRIBE that say what is described, and are no table's name.
_NO_TABLES = frozenset({"SCHEMA", "DATABASE", "CATALOG", "FUNCTION", "VOLUME", "QUERY", "PROVIDER", "CONNECTION"})


@dataclass(frozen=True, kw_only=True)
class About:
    """One SHOW or DESCRIBE statement. Names are unquoted, empty if omitted; `pattern` is the LIKE pattern."""

    kind: str
    name: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    pattern: str | None = None
    column: str = ""
    limit: int | None = None
    extended: bool = False
    principal: str = ""
    securable: str = ""

    def like(self, name: str) -> bool:
        """Whether `name` matches the LIKE pattern: `*` is any text, `|` separates alternatives, case is ignored."""
        if self.pattern is None:
            return True
        either = [re.escape(part.strip()).replace(r"\*", ".*") for part in self.pattern.split("|")]
        return any(re.fullmatch(part, name, re.I) for part in either)


def read(text: str) -> About | None:
    """The statement in `text` if it starts with SHOW or DESCRIBE, else None. Raises `ApiError` 400."""
    subject = _SUBJECT.match(text)
    if subject is None or _QUERY.match(text):
        return None
    for kind, pattern in _PATTERNS.items():
        found = pattern.fullmatch(text)
        is_word = kind == "DESCRIBE TABLE" and subject["what"].upper() in _NO_TABLES and found and found["column"]
        if found is not None and not is_word:
            return _about(kind, found.groupdict())
    offered = ", ".join(kind for kind in _FORMS if kind.startswith(subject["verb"].upper()[:4]))
    raise bad_request(f"'{' '.join(text.split())[:80]}' is not offered locally; offered: {offered}.")


def _about(kind: str, found: dict[str, str | None]) -> About:
    pattern = found.get("pattern")
    return About(
        kind=kind,
        name=_parts(found.get("name")),
        parent=_parts(found.get("parent")),
        pattern=pattern if pattern is not None else found.get("pattern2"),
        column="".join(_parts(found.get("column"))),
        limit=int(found["limit"] or 0) if found.get("limit") else None,
        extended=bool(found.get("extended")),
        principal=(found.get("principal") or "").strip("`'"),
        securable=(found.get("securable") or "").upper(),
    )


def _parts(name: str | None) -> tuple[str, ...]:
    found = re.findall(PART, name or "")
    return tuple(part[1:-1].replace("``", "`") if part.startswith("`") else part for part in found)
