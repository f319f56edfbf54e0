"""Queries that come with a use case, for people who know its subject but not SQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from ml.declarations.errors import require

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_READS = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
# What a text may name in braces: the schemas of a use case that people read.
SCHEMAS = ("silver", "gold", "ops")


@dataclass(frozen=True, kw_only=True)
class SavedQuery:
    """A query for the groups that read gold, found in their workspace and run with their own rights.

    Attributes:
        name: unique in its use case.
        title: what it is called in the workspace.
        text: SQL that reads; `{silver}`, `{gold}` and `{ops}` stand for the schemas of the environment that it is in.
    """

    name: str
    title: str
    description: str
    text: str

    def __post_init__(self) -> None:
        named = sorted({field for _, field, _, _ in Formatter().parse(self.text) if field is not None} - set(SCHEMAS))
        require(
            f"saved query {self.name!r}",
            [
                None if _NAME.fullmatch(self.name) else "its name: use lower-case letters, digits and '-'",
                None if self.title.strip() and self.description.strip() else "it needs a title and a description",
                None if _READS.match(self.text) else "its text begins with neither select nor with: it must only read",
                f"its text names {named}; in braces stand {', '.join(SCHEMAS)}" if named else None,
            ],
        )

    def over(self, schemas: Mapping[str, str]) -> str:
        """The text over schemas, by `silver`, `gold` and `ops`."""
        return self.text.format(**schemas)
