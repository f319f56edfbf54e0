"""Resolves the names of principals: one spelling for each principal of all stacks, and its kind."""

import re
from collections.abc import Iterable, Mapping, Sequence

from policies import rights
from policies.access.model import Key
from policies.access.stacks import Resource, Stack
from policies.access.unknown import is_unknown

BUILT_IN = "built-in group"
AZURE_IDENTITY = "azure identity"
FEDERATED = "federated subject"
UNKNOWN_KIND = "unknown"
_TYPES = {
    "databricks_group": "group",
    "databricks_service_principal": "service principal",
    "databricks_user": "user",
    "databricks_recipient": "recipient",
}
# Other names of the same principal in documents.
_ALIASES = ("application_id", "user_name")
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class People:
    """The principals that the stacks create or look up. An unknown name keeps its first spelling."""

    def __init__(self, stacks: Sequence[Stack]) -> None:
        self._spelling = {rights.principal_key(name): name for name in rights.BUILT_IN}
        self._kinds = dict.fromkeys(rights.BUILT_IN, BUILT_IN)
        made = [item for stack in stacks for item in stack.of(*_TYPES)]
        looked_up = [item for stack in stacks for item in stack.sources if item.type in _TYPES]
        self.declared = frozenset(self._know(item) for item in made)
        for item in looked_up:
            self._know(item)

    def _know(self, item: Resource) -> str:
        name = self.spelled(item.name)
        self._kinds.setdefault(name, _TYPES[item.type])
        for alias in _ALIASES:
            given = item.values.get(alias)
            if isinstance(given, str) and "${" not in given:
                self._spelling.setdefault(rights.principal_key(given), name)
        return name

    def spelled(self, text: str) -> str:
        """The one spelling of a principal: that of the resource that creates it, or the first one seen."""
        if is_unknown(text):
            return text
        return self._spelling.setdefault(rights.principal_key(text), rights.principal(text))

    def named(self, key: Key) -> Key:
        """The key with the principal's one spelling, if it is a principal that rules are about."""
        return key._replace(name=self.spelled(key.name)) if key.kind in ("service principal", "group") else key

    def kinds(self, occurring: Iterable[str], azure: Iterable[str], subjects: Iterable[str]) -> Mapping[str, str]:
        """Kind by name of every principal.

        These are the principals that the stacks create or mention, those with rights in Azure, and external subjects.
        """
        outside = dict.fromkeys(azure, AZURE_IDENTITY) | dict.fromkeys(subjects, FEDERATED)
        known = {name: kind for name, kind in self._kinds.items() if name in self.declared or kind == BUILT_IN}
        known |= {name: self._kinds.get(name) or _kind_by_form(name) for name in occurring}
        return {name: UNKNOWN_KIND if is_unknown(name) else kind for name, kind in outside.items()} | known


def _kind_by_form(name: str) -> str:
    """The probable kind of a principal that no stack creates or looks up."""
    if is_unknown(name):
        return UNKNOWN_KIND
    if "@" in name:
        return "user"
    return "service principal" if _ID.fullmatch(name) else "undeclared"
