"""The privilege rules, by table."""

import pytest

from localcloud.services.unity.privileges import GRANTABLE, Kind, Privilege, Securable, holds, manages, refusal, visible

P = Privilege


def chain(
    *,
    catalog: dict[str, str] | None = None,
    schema: dict[str, str] | None = None,
    table: dict[str, str] | None = None,
    owners: tuple[str, str, str] = ("admins", "admins", "admins"),
) -> tuple[Securable, ...]:
    """A table's chain; each argument maps a principal to privileges, separated by spaces."""
    levels = ((Kind.CATALOG, "prod", catalog), (Kind.SCHEMA, "prod.gold", schema), (Kind.TABLE, "prod.gold.t", table))
    return tuple(
        Securable(
            kind=kind, full_name=name, owner=owner, grants={w: frozenset(p.split()) for w, p in (grants or {}).items()}
        )
        for (kind, name, grants), owner in zip(levels, owners, strict=True)
    )


ENTER = "USE_CATALOG USE_SCHEMA"


@pytest.mark.parametrize(
    ("case", "links", "needed", "message"),
    [
        ("nothing granted", chain(), P.SELECT, "User does not have USE CATALOG on Catalog 'prod'."),
        (
            "select alone does not enter",
            chain(table={"ana": "SELECT"}),
            P.SELECT,
            "User does not have USE CATALOG on Catalog 'prod'.",
        ),
        (
            "the schema must be entered too",
            chain(catalog={"ana": "USE_CATALOG"}, table={"ana": "SELECT"}),
            P.SELECT,
            "User does not have USE SCHEMA on Schema 'prod.gold'.",
        ),
        (
            "entering is not reading",
            chain(catalog={"ana": ENTER}),
            P.SELECT,
            "User does not have SELECT on Table 'prod.gold.t'.",
        ),
        ("granted on the table", chain(catalog={"ana": ENTER}, table={"ana": "SELECT"}), P.SELECT, None),
        ("inherited from the schema", chain(catalog={"ana": ENTER}, schema={"ana": "SELECT"}), P.SELECT, None),
        ("inherited from the catalog", chain(catalog={"ana": f"{ENTER} SELECT"}), P.SELECT, None),
        (
            "reading is not writing",
            chain(catalog={"ana": f"{ENTER} SELECT"}),
            P.MODIFY,
            "User does not have MODIFY on Table 'prod.gold.t'.",
        ),
        ("all privileges on the catalog", chain(catalog={"ana": "ALL_PRIVILEGES"}), P.MODIFY, None),
        (
            "all privileges do not include MANAGE",
            chain(catalog={"ana": "ALL_PRIVILEGES"}),
            P.MANAGE,
            "User does not have MANAGE on Table 'prod.gold.t'.",
        ),
        ("through a group", chain(catalog={"team": ENTER}, table={"account users": "SELECT"}), P.SELECT, None),
        (
            "another's grant does not help",
            chain(catalog={"bob": ENTER}, table={"bob": "SELECT"}),
            P.SELECT,
            "User does not have USE CATALOG on Catalog 'prod'.",
        ),
        ("an owner reads their table", chain(catalog={"ana": ENTER}, owners=("x", "x", "ana")), P.SELECT, None),
        (
            "an owner still has to enter",
            chain(owners=("x", "x", "ana")),
            P.SELECT,
            "User does not have USE CATALOG on Catalog 'prod'.",
        ),
        (
            "owning the catalog gives entry but no data",
            chain(owners=("team", "x", "x")),
            P.SELECT,
            "User does not have SELECT on Table 'prod.gold.t'.",
        ),
    ],
)
def test_who_may_use_a_table(case: str, links: tuple[Securable, ...], needed: Privilege, message: str | None) -> None:
    """`ana`, of group `team`, is refused with Databricks' words, naming the outermost thing that is missing."""
    assert refusal(frozenset({"ana", "team", "account users"}), links, needed) == message


def test_several_privileges_are_all_needed() -> None:
    """SELECT alone does not give READ_WRITE."""
    links = chain(catalog={"ana": f"{ENTER} SELECT"})
    assert refusal(frozenset({"ana"}), links, P.SELECT, P.MODIFY) == "User does not have MODIFY on Table 'prod.gold.t'."


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (chain(), False),
        (chain(catalog={"ana": "ALL_PRIVILEGES"}), False),
        (chain(schema={"ana": "MANAGE"}), True),
        (chain(owners=("ana", "x", "x")), True),
        (chain(owners=("x", "ana", "x")), True),
        (chain(owners=("x", "x", "ana")), True),
    ],
)
def test_who_may_manage_a_table(links: tuple[Securable, ...], expected: bool) -> None:
    """Its owner, the owner of what it lies in, and holders of MANAGE; not holders of all other privileges."""
    assert manages(frozenset({"ana"}), links) is expected


def test_the_owner_of_a_schema_creates_tables_in_it() -> None:
    """Ownership of the schema is enough; being let into it is not."""
    links = chain(catalog={"ana": ENTER, "bob": ENTER}, owners=("x", "ana", "x"))[:2]
    assert holds(frozenset({"ana"}), links, P.CREATE_TABLE)
    assert not holds(frozenset({"bob"}), links, P.CREATE_TABLE)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (chain(catalog={"ana": "USE_CATALOG"}), False),
        (chain(catalog={"ana": "BROWSE"}), True),
        (chain(table={"ana": "SELECT"}), True),
        (chain(catalog={"ana": "READ_VOLUME"}), False),
    ],
)
def test_what_is_visible(links: tuple[Securable, ...], expected: bool) -> None:
    """A table shows to holders of a privilege that concerns tables."""
    assert visible(frozenset({"ana"}), links) is expected


def test_models_take_version_privileges_and_tables_do_not() -> None:
    """CREATE_MODEL_VERSION is granted on models (and above), SELECT is not granted on a model."""
    assert P.CREATE_MODEL_VERSION in GRANTABLE[Kind.MODEL] & GRANTABLE[Kind.SCHEMA] & GRANTABLE[Kind.CATALOG]
    assert P.CREATE_MODEL_VERSION not in GRANTABLE[Kind.TABLE]
    assert P.SELECT not in GRANTABLE[Kind.MODEL]
