"""Columns and owner of the tables that the stages keep."""

from ml.declarations import Column

OWNER = "ml-engineers"


def text(name: str, comment: str, *, nullable: bool = False, sensitive: bool = False) -> Column:
    """A column of text."""
    return Column(name=name, type="string", comment=comment, nullable=nullable, sensitive=sensitive)
