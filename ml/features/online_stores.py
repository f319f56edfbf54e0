"""Online stores through Databricks' REST API: the SDK of the declared runtimes has no calls for them yet."""

from dataclasses import dataclass
from urllib.parse import quote

from databricks.sdk.core import ApiClient
from databricks.sdk.errors import NotFound

_API = "/api/2.0/feature-store"


@dataclass(frozen=True, kw_only=True)
class Published:
    """An online table, by full name, and the pipeline that copies the rows into it ('' if none is reported)."""

    online_table: str
    pipeline_id: str


class OnlineStores:
    """The online stores of the workspace that `client` talks to, as its principal."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client

    def exists(self, name: str) -> bool:
        """Whether the store is deployed."""
        try:
            self._client.do("GET", f"{_API}/online-stores/{quote(name)}")
        except NotFound:
            return False
        return True

    def publish(self, source: str, *, store: str, online_table: str) -> Published:
        """Copy the table `source` (full name) into `online_table` (full name) of `store`; repeated, only the changes.

        The source's change data feed must be on.
        """
        spec = {"online_store": store, "online_table_name": online_table, "publish_mode": "TRIGGERED"}
        answer = self._client.do("POST", f"{_API}/tables/{quote(source)}/publish", body={"publish_spec": spec})
        assert isinstance(answer, dict)
        return Published(
            online_table=str(answer.get("online_table_name") or online_table),
            pipeline_id=str(answer.get("pipeline_id") or ""),
        )
