"""Parsed ids of Azure resources. Pure."""

from dataclasses import dataclass

_PROVIDERS = "providers"
_GROUP = "Microsoft.Resources/resourceGroups"
_SUBSCRIPTION = "Microsoft.Resources/subscriptions"


@dataclass(frozen=True)
class ResourceId:
    """`path` is the id as given; ids are compared without regard to case, so `key` identifies them."""

    path: str

    @property
    def key(self) -> str:
        """The id in lower case."""
        return self.path.lower()

    @property
    def _scope_and_own(self) -> tuple[list[str], list[str]]:
        """The segments before the last `providers`, and those after it."""
        parts = self.path.strip("/").split("/")
        at = max((n for n, part in enumerate(parts) if part.lower() == _PROVIDERS), default=None)
        return (parts, []) if at is None else (parts[:at], parts[at + 1 :])

    @property
    def is_collection(self) -> bool:
        """Whether it names all resources of a type instead of one."""
        scope, own = self._scope_and_own
        return len(own) % 2 == 0 if own else len(scope) % 2 == 1

    @property
    def type(self) -> str:
        """For example `Microsoft.Network/virtualNetworks/subnets`."""
        scope, own = self._scope_and_own
        if own:
            return "/".join([own[0], *own[1::2]])
        return _GROUP if len(scope) > 2 else _SUBSCRIPTION

    @property
    def name(self) -> str:
        """The last segment."""
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def parent(self) -> "ResourceId":
        """The enclosing resource of a nested one, else the scope."""
        scope, own = self._scope_and_own
        if len(own) > 3:
            return ResourceId("/" + "/".join([*scope, _PROVIDERS, *own[:-2]]))
        return ResourceId("/" + "/".join(scope if own else scope[:2]))

    @property
    def subscription(self) -> str:
        """The subscription's id, the first part."""
        return self.path.strip("/").split("/")[1]

    @property
    def namespace(self) -> str:
        """The resource provider: `Microsoft.Network`."""
        return self.type.partition("/")[0]

    @property
    def is_subscription(self) -> bool:
        """Whether it names a whole subscription."""
        return self.type == _SUBSCRIPTION

    def holds(self, other: "ResourceId") -> bool:
        """Whether `other` lies below it, at any depth."""
        return other.key.startswith(f"{self.key.rstrip('/')}/")

    def child(self, *segments: str) -> "ResourceId":
        """The resource below it with these segments."""
        return ResourceId("/".join([self.path.rstrip("/"), *segments]))
