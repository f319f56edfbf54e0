"""Estates drawn at random, once as a document for the matrix and once made on a local cloud: both say the same.

Drawn are principals (some in no document), groups in groups, owners, sign-ins, isolation, bindings and grants, with
privileges and names in every spelling that documents have. Nothing of `NOT_TRIED` is drawn: no call of the local cloud
can answer it, for the reasons there.
"""

import itertools
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from localcloud.kernel import directory
from policies.access.build import estate_of
from policies.access.compute import Access
from policies.access.model import Key
from policies.access.stacks import stack_of
from tests.localcloud.core import Core, start, stop
from tests.policies.access.probes import PROBES, TAKEN, UNITY, Wire, making_a_schema, needed

DEV, PROD = 1000000000000001, 3
WORKSPACES = {"dev": DEV, "prod": PROD}
PEOPLE = ("sp-a", "sp-b", "stranger-sp", "ann", "stranger")
GROUPS = ("group-a", "group-b")
EVERYBODY = ("account users",)
PLACES = ("catalog", "schema", "volume", "table")
PRIVILEGES: Mapping[str, tuple[str, ...]] = {
    "catalog": (
        *("USE_CATALOG", "USE SCHEMA", "SELECT", "modify", "CREATE_SCHEMA", "CREATE_TABLE", "READ_VOLUME", "MANAGE"),
        *("ALL PRIVILEGES", "BROWSE", "EXTERNAL_USE_SCHEMA"),
    ),
    "schema": (
        "use_schema",
        "SELECT",
        "MODIFY",
        "CREATE VOLUME",
        "CREATE_TABLE",
        "WRITE_VOLUME",
        "ALL_PRIVILEGES",
        "MANAGE",
    ),
    "volume": ("READ_VOLUME", "WRITE_VOLUME", "ALL_PRIVILEGES", "BROWSE"),
    "table": ("SELECT", "MODIFY", "all privileges"),
}
_number = itertools.count(1)

Grant = tuple[str, str, list[str]]


def _grants() -> st.SearchStrategy[list[Grant]]:
    """(principal, kind of securable, privileges); entry is likely, or nothing else would tell anything."""
    whom = st.sampled_from((*PEOPLE, *GROUPS, *EVERYBODY))
    free = st.sampled_from(PLACES).flatmap(
        lambda kind: st.tuples(whom, st.just(kind), st.lists(st.sampled_from(PRIVILEGES[kind]), min_size=1, max_size=3))
    )
    entry = st.tuples(whom, st.just("catalog"), st.just(["USE_CATALOG", "USE_SCHEMA"]))
    return st.lists(st.one_of(free, entry), min_size=2, max_size=10)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One estate, by roles; names are made from them, anew for every example."""

    grants: list[Grant]
    members: list[tuple[str, str]]
    owners: Mapping[str, str]
    signs_in: list[tuple[str, str]]
    isolated: bool
    dev_writes: bool
    bound: bool


ESTATES = st.builds(
    Drawn,
    grants=_grants(),
    members=st.lists(st.tuples(st.sampled_from(GROUPS), st.sampled_from((*PEOPLE[:2], "ann", *GROUPS))), max_size=4),
    owners=st.dictionaries(st.sampled_from(("catalog", "schema")), st.sampled_from((*PEOPLE, *GROUPS)), max_size=2),
    signs_in=st.lists(
        st.tuples(st.sampled_from((*PEOPLE, *GROUPS)), st.sampled_from(("dev", "prod"))), min_size=3, max_size=6
    ),
    isolated=st.booleans(),
    dev_writes=st.booleans(),
    bound=st.booleans(),
)


@dataclass
class Made:
    """The estate on the cloud. `names` are what grants call the principals, `ids` what SCIM does."""

    core: Core
    suffix: str
    names: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> dict[str, Key]:
        """The securables by kind."""
        catalog = f"c{self.suffix}"
        parts = {"catalog": catalog, "schema": f"{catalog}.s"}
        parts |= dict.fromkeys(("volume", "table"), f"{catalog}.s.{TAKEN}")
        return {kind: Key(kind=kind, name=name) for kind, name in parts.items()}

    def people(self) -> None:
        """Service principals, users and groups, whether a document makes them or not."""
        store = self.core.cloud.store
        for name in (*PEOPLE, *GROUPS):
            kind, body, field_ = self._scim(name)
            made = directory.add(store, kind, body)  # type: ignore[arg-type]
            self.names[name], self.ids[name] = str(made[field_]), str(made["id"])
        self.names |= {name: name for name in EVERYBODY}

    def _scim(self, name: str) -> tuple[str, dict[str, Any], str]:
        full = f"{name}{self.suffix}"
        if name in GROUPS:
            return "group", {"displayName": full, "members": []}, "displayName"
        if "sp" in name.split("-"):
            body = {"displayName": full, "applicationId": str(uuid.uuid4())}
            return "service_principal", body, "applicationId"
        return "user", {"userName": f"{full}@example.com"}, "userName"

    def apply(self, drawn: Drawn, admin: Wire) -> dict[str, Any]:
        """Make it all; returns the ids by which the probes know securables."""
        store, catalog = self.core.cloud.store, self.keys["catalog"].name
        for group, member in drawn.members:
            found = store.get("group", self.ids[group]) or {}
            store.put("group", self.ids[group], {**found, "members": [*found["members"], {"value": self.ids[member]}]})
        admin.made(f"{UNITY}/catalogs", {"name": catalog})
        admin.made(f"{UNITY}/schemas", {"name": "s", "catalog_name": catalog})
        inside = {"catalog_name": catalog, "schema_name": "s", "name": TAKEN}
        table = admin.made(f"{UNITY}/tables", {**inside, "columns": []})["table_id"]
        # A schema is tried by a table on which nothing is granted directly.
        plain = admin.made(f"{UNITY}/tables", {**inside, "name": "plain", "columns": []})["table_id"]
        volume = admin.made(f"{UNITY}/volumes", {**inside, "volume_type": "MANAGED"})["volume_id"]
        for who, kind, privileges in drawn.grants:
            changes = {"changes": [{"principal": self.names[who], "add": privileges}]}
            self._patch(admin, f"permissions/{kind}/{self.keys[kind].name}", changes)
        for kind, owner in drawn.owners.items():
            self._patch(admin, f"{kind}s/{self.keys[kind].name}", {"owner": self.names[owner]})
        if drawn.isolated:
            self._patch(admin, f"catalogs/{catalog}", {"isolation_mode": "ISOLATED"})
        if drawn.isolated and drawn.bound:
            binding = {"workspace_id": DEV, "binding_type": _binding_type(drawn)}
            self._patch(admin, f"bindings/catalog/{catalog}", {"add": [binding]})
        return {"catalog": catalog, "schema": plain, "table": table, "volume": volume}

    @staticmethod
    def _patch(admin: Wire, path: str, body: dict[str, Any]) -> None:
        answer = admin.call("PATCH", f"{UNITY}/{path}", body)
        assert answer.status_code == 200, answer.text

    def matrix(self, drawn: Drawn) -> Access:
        """The same as documents: what strangers are is in none of them."""
        documents = {
            "account": self._account(drawn),
            "dev-workspace": _workspace(DEV),
            "prod-workspace": self._prod(drawn),
        }
        return Access(estate_of([stack_of(name, document) for name, document in documents.items()]))

    def _account(self, drawn: Drawn) -> dict[str, Any]:
        groups = {name: {"display_name": self.names[name]} for name in GROUPS}
        runners = {
            name: {"display_name": f"{name}{self.suffix}", "application_id": self.names[name]} for name in PEOPLE[:2]
        }
        return {
            "resource": {
                "databricks_group": groups,
                "databricks_service_principal": runners,
                "databricks_user": {"ann": {"user_name": self.names["ann"]}},
                "databricks_group_member": {
                    f"m{n}": {"group_id": _id(group, groups), "member_id": _id(member, groups)}
                    for n, (group, member) in enumerate(drawn.members)
                },
                "databricks_mws_permission_assignment": {
                    f"a{n}": {
                        "principal_id": self.names[who],
                        "workspace_id": str(WORKSPACES[where]),
                        "permissions": ["USER"],
                    }
                    for n, (who, where) in enumerate(drawn.signs_in)
                },
            }
        }

    def _prod(self, drawn: Drawn) -> dict[str, Any]:
        owners = {kind: {"owner": self.names[who]} for kind, who in drawn.owners.items()}
        catalog = {"name": self.keys["catalog"].name, **owners.get("catalog", {})}
        catalog |= {"isolation_mode": "ISOLATED"} if drawn.isolated else {}
        binding = {
            "securable_name": "${databricks_catalog.c.name}",
            "workspace_id": DEV,
            "binding_type": _binding_type(drawn),
        }
        inside = {"catalog_name": "${databricks_catalog.c.name}", "schema_name": "s", "name": TAKEN}
        return _workspace(PROD) | {
            "resource": {
                "databricks_catalog": {"c": catalog},
                "databricks_schema": {
                    "s": {"catalog_name": "${databricks_catalog.c.name}", "name": "s", **owners.get("schema", {})}
                },
                "databricks_volume": {"v": inside},
                "databricks_workspace_binding": {"b": binding} if drawn.bound else {},
                "databricks_grant": {
                    f"g{n}": {kind: self.keys[kind].name, "principal": self.names[who], "privileges": privileges}
                    for n, (who, kind, privileges) in enumerate(drawn.grants)
                },
            }
        }


def _binding_type(drawn: Drawn) -> str:
    return "BINDING_TYPE_READ_WRITE" if drawn.dev_writes else "BINDING_TYPE_READ_ONLY"


def _id(name: str, groups: Mapping[str, Any]) -> str:
    kind = "group" if name in groups else "user" if name == "ann" else "service_principal"
    return f"${{databricks_{kind}.{name}.id}}"


def _workspace(number: int) -> dict[str, Any]:
    return {"provider": {"databricks": [{"host": f"https://adb-{number}.1.azuredatabricks.net"}]}}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """One cloud without Spark and MLflow for all examples."""
    core = start(tmp_path_factory.mktemp("drawn"))
    yield core
    stop(core)


TRIED = {
    ("catalog", "CREATE_SCHEMA"): making_a_schema("s"),
    **{place: probe for place, probe in PROBES.items() if place[0] in ("schema", "volume")},
    ("table", "SELECT"): PROBES["schema", "SELECT"],
    ("table", "MODIFY"): PROBES["schema", "MODIFY"],
}


# Shrinking would serve hundreds of estates more; an example is small enough to read as it is.
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)
@given(drawn=ESTATES)
def test_the_matrix_says_what_the_cloud_does(served: Core, drawn: Drawn) -> None:
    """For every principal, from every workspace that it may sign in to, of every privilege that can be tried."""
    made = Made(core=served, suffix=str(next(_number)))
    made.people()
    admin = Wire(http=served.http, url=served.url("prod"), token=served.admin_token)
    ids = made.apply(drawn, admin)
    access = made.matrix(drawn)
    assert _differences(made, access, ids) == []


def _differences(made: Made, access: Access, ids: Mapping[str, Any]) -> list[str]:
    found = []
    for who in PEOPLE:
        principal = _spelled(access, made, who)
        for workspace in _signs_in(access, principal):
            url, token = made.core.url(workspace), made.core.token(made.names[who], workspace)
            wire = Wire(http=made.core.http, url=url, token=token)
            for (kind, privilege), probe in TRIED.items():
                key = made.keys[kind]
                says = key in access.estate.securables and _says(access, principal, workspace, key, privilege)
                if key in access.estate.securables and says is not probe(wire, key, ids[kind]):
                    found.append(f"{who} in {workspace}: {privilege} on {key}: the matrix says {says}")
    return found


def _spelled(access: Access, made: Made, who: str) -> str:
    """What the matrix calls a principal: a service principal that a document makes by its name, others as granted."""
    name = f"{who}{made.suffix}"
    return name if name in access.estate.principals else made.names[who]


def _signs_in(access: Access, principal: str) -> list[str]:
    numbers = access.people.signs_in(principal) if principal in access.estate.principals else ()
    return sorted(access.estate.workspaces[number] for number in numbers if isinstance(number, int))


def _says(access: Access, principal: str, workspace: str, key: Key, privilege: str) -> bool:
    answers = [access.may(principal, key, each) for each in needed(privilege)]
    return all(answer.allowed and workspace in answer.workspaces for answer in answers)
