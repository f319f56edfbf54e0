"""Rules that apply between settings and between files. Each yields the problems that it finds."""

from collections.abc import Iterator
from typing import Any

from infra.runtimes import runtimes
from infra.spec.reading.raw import dig, items, table, texts
from infra.spec.reading.read import Read, problem
from settings.problems import Problem
from settings.source import Location, Source


def file_is_named_like_its_environment(read: Read) -> Iterator[Problem]:
    """The file's name is how other files refer to the environment."""
    for stem, source in read.environments.items():
        name = dig(source.data, "name")
        if name not in (None, stem):
            fix = "rename the file or the environment"
            yield problem(source, ("name",), given=name, allowed=repr(stem), fix=fix)


def each_has_its_own(read: Read) -> Iterator[Problem]:
    """Environments that share a catalog would overwrite each other; that share a workspace, see each other."""
    for location in (("catalog",), ("workspace", "id"), ("workspace", "url")):
        owner: dict[Any, Source] = {}
        for source in read.environments.values():
            value = dig(source.data, *location)
            if value is None or isinstance(value, list | dict):
                continue
            first = owner.setdefault(value, source)
            if first is not source:
                allowed = f"a value that {first.file} does not have"
                fix = "give each environment its own"
                yield problem(source, location, given=value, allowed=allowed, fix=fix)


def groups_are_declared(read: Read) -> Iterator[Problem]:
    """Every named group has a definition in platform.yaml."""
    declared = sorted(table(read.platform.data, "groups"))
    for source, location, group in _group_mentions(read):
        if group not in declared:
            fix = "correct the name, or declare the group in platform.yaml"
            yield problem(source, location, given=group, allowed=f"one of {', '.join(declared)}", fix=fix)


def _group_mentions(read: Read) -> Iterator[tuple[Source, Location, str]]:
    admins = dig(read.platform.data, "admins")
    if isinstance(admins, str):
        yield read.platform, ("admins",), admins
    for source, use_case, values in read.use_case_values():
        for group in table(values, "access"):
            yield source, ("use_cases", use_case, "access", group), group
    for source in read.environments.values():
        for policy in table(source.data, "policies"):
            for position, group in texts(source.data, "policies", policy, "can_use"):
                yield source, ("policies", policy, "can_use", position), group
        named: list[tuple[str, ...]] = [
            ("warehouse", "can_use"),
            ("security", "token_users"),
            ("git_folder", "can_read"),
        ]
        named += [("pools", pool, "can_attach") for pool in table(source.data, "pools")]
        for location in named:
            for position, group in texts(source.data, *location):
                yield source, (*location, position), group
        for position, acl in items(source.data, "security", "legacy_table_acls"):
            if isinstance(acl.get("group"), str):
                yield source, ("security", "legacy_table_acls", position, "group"), acl["group"]


def readers_are_environments(read: Read) -> Iterator[Problem]:
    """`read_by` names other environments."""
    for name, source in read.environments.items():
        others = sorted(set(read.environments) - {name})
        for position, reader in texts(source.data, "read_by"):
            if reader not in others:
                allowed = f"one of {', '.join(others) or 'none: there is no other environment'}"
                yield problem(source, ("read_by", position), given=reader, allowed=allowed, fix="name an environment")


def legacy_acls_have_legacy_access(read: Read) -> Iterator[Problem]:
    """Table ACLs belong to the Hive metastore: with legacy access disabled they protect nothing reachable."""
    for source in read.environments.values():
        access = dig(source.data, "security", "legacy_access") or "disabled"
        if access == "disabled" and items(source.data, "security", "legacy_table_acls"):
            location = ("security", "legacy_table_acls")
            fix = "remove them and grant in Unity Catalog instead, or set legacy_access: enabled"
            allowed = "none while legacy_access is disabled"
            yield problem(source, location, given="table ACLs", allowed=allowed, fix=fix)


def system_schemas_have_one_owner(read: Read) -> Iterator[Problem]:
    """System schemas are the metastore's: two stacks that both own one would disable it for each other."""
    first: dict[str, Source] = {}
    for source in read.environments.values():
        for position, name in texts(source.data, "system_schemas"):
            owner = first.setdefault(name, source)
            if owner is not source:
                allowed = f"a schema that {owner.file} does not name"
                fix = "name it in one environment only"
                yield problem(source, ("system_schemas", position), given=name, allowed=allowed, fix=fix)


def policies_have_their_kind(read: Read) -> Iterator[Problem]:
    """A policy has the kind and size that its name says, with a matching runtime."""
    for source in read.environments.values():
        for name in table(source.data, "policies"):
            kind, _, size = name.partition("_")
            workers = "none" if size == "single_node" else "autoscale"
            runtime = str(dig(source.data, "policies", name, "runtime") or f"-{kind}-").split("-")
            given = {
                ("kind",): dig(source.data, "policies", name, "kind"),
                ("size", "workers"): dig(source.data, "policies", name, "size", "workers"),
                ("runtime",): runtime[1] if len(runtime) > 1 else None,
            }
            for (step, value), wanted in zip(given.items(), (kind, workers, kind), strict=True):
                if value not in (None, wanted):
                    location = ("policies", name, *step)
                    yield problem(source, location, given=value, allowed=repr(wanted), fix=f"{name} is {wanted}")


def runtimes_have_a_manifest(read: Read) -> Iterator[Problem]:
    """A runtime's packages must be known: otherwise the wheels that must travel to it are unknown."""
    known = sorted(name for runtime in runtimes() for name in runtime.clusters)
    for source in read.environments.values():
        for group in ("policies", "pools"):
            for name in table(source.data, group):
                given = dig(source.data, group, name, "runtime")
                if isinstance(given, str) and given not in known:
                    fix = "name one of those, or describe the runtime in ml/runtimes/"
                    allowed = f"one of {', '.join(known)}"
                    yield problem(source, (group, name, "runtime"), given=given, allowed=allowed, fix=fix)
