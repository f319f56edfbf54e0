"""Names and numbers that are already taken: groups that the platform creates, a workspace's own id."""

import re
from collections.abc import Iterator

from infra import names
from infra.spec.reading.raw import dig, table
from infra.spec.reading.read import Read, problem
from infra.spec.values.platform import StageAccess
from settings.problems import Problem

# Every workspace has these two, and no account group may have their names.
_BUILT_IN = {"admins": "Databricks", "users": "Databricks"}
_ID_IN_URL = re.compile(r"https://adb-(\d+)\.\d+\.azuredatabricks\.net.*")


def groups_have_names_of_their_own(read: Read) -> Iterator[Problem]:
    """A group of people has a different name from every existing or future group and service principal."""
    taken = _BUILT_IN | dict.fromkeys(_made(read), "the platform")
    for group in table(read.platform.data, "groups"):
        if group in taken:
            fix = "choose another name"
            allowed = f"a name that {taken[group]} does not give itself"
            yield problem(read.platform, ("groups", group), given=group, allowed=allowed, fix=fix)


def workspace_ids_are_those_of_their_urls(read: Read) -> Iterator[Problem]:
    """On Azure the number in adb-<number>. is the workspace's id: a different id would bind another workspace."""
    for source in read.environments.values():
        given = dig(source.data, "workspace", "id")
        found = _ID_IN_URL.fullmatch(str(dig(source.data, "workspace", "url")))
        if found and isinstance(given, int) and given != int(found[1]):
            fix = "correct the id or the url"
            allowed = f"{int(found[1])}, the number in workspace.url"
            yield problem(source, ("workspace", "id"), given=given, allowed=allowed, fix=fix)


def _made(read: Read) -> Iterator[str]:
    """The names of all groups and service principals that the stacks create, or will once a use case grows."""
    for environment, source in read.environments.items():
        yield from (names.owners(environment), names.deployer(environment))
        for use_case in table(source.data, "use_cases"):
            yield names.source_readers(environment, use_case)
            yield names.clear_readers(environment, use_case)
            yield names.unmasked_readers(environment, use_case)
            yield from (names.principal(environment, use_case, stage) for stage in StageAccess.model_fields)


NAME_CHECKS = (groups_have_names_of_their_own, workspace_ids_are_those_of_their_urls)
