"""Principals that stand for everybody or for a person, and the privileges that change things."""

from .values import Expression, Scalar

EVERYBODY = ("account users", "users")

# Privileges of Unity Catalog that read, or that only open the way to what another grant allows.
READING = frozenset({
    "BROWSE", "EXECUTE", "READ_FILES", "READ_METADATA", "READ_VOLUME", "SELECT", "USE_CATALOG", "USE_CONNECTION",
    "USE_SCHEMA", "USAGE",
})  # fmt: skip
_PEOPLE = ("databricks_user.", "data.databricks_user.", "data.databricks_current_user.")


def is_everybody(value: Scalar) -> bool:
    """Whether the principal is a built-in group that holds every user."""
    return str(value).strip().lower() in EVERYBODY


def is_person(value: Scalar) -> bool | None:
    """Whether the principal is one user; None where the document does not tell."""
    if isinstance(value, Expression) and value.references:
        return value.text.removeprefix("${").startswith(_PEOPLE)
    return None if isinstance(value, Expression) else "@" in str(value)


def changing(privileges: list[Scalar]) -> list[str]:
    """The privileges that change, create or hand on, and those that are computed and could be such."""
    names = [str(privilege).upper().replace(" ", "_") for privilege in privileges]
    return [name for name in names if name not in READING]
