"""The serving endpoint of a use case, through Databricks' REST: which version it serves, and changing that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, OperationFailed
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.serving import (
    EndpointCoreConfigOutput,
    EndpointStateConfigUpdate,
    Route,
    ServedEntityInput,
    ServingEndpointDetailed,
    TrafficConfig,
)

from ml.declarations import Serving


class NotServingError(RuntimeError):
    """The endpoint did not take a version, or the version does not answer as it should."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """The endpoint that `serving` declares for the registered model `model` (full name).

    `asked`: the version that receives queries; None: by the traffic split.
    """

    workspace: WorkspaceClient
    serving: Serving
    model: str
    asked: int | None = None

    @property
    def named(self) -> str:
        """Its name in messages."""
        return f"endpoint {self.serving.endpoint}"

    @property
    def _limit(self) -> timedelta:
        return timedelta(seconds=self.serving.update_limit_s)

    def exists(self) -> bool:
        """Whether the stack `<env>-serving` has created it."""
        try:
            self._get()
        except NotFound:
            return False
        return True

    def version(self) -> int | None:
        """The version that answers every request now; None if there is none, or if several share the traffic."""
        return only_version(self._get().config, self.model)

    def serve(self, version: int) -> bool:
        """Send all traffic to `version` and wait until it is ready. Returns whether anything had to change.

        Raises NotServingError if the version cannot start; the previous version keeps answering.
        """
        self._settled()
        if self.version() == version:
            return False
        try:
            self._update({version: 100})
        except (DatabricksError, OperationFailed, TimeoutError) as error:
            raise NotServingError(f"{self.named} did not accept version {version}: {self._why(error)}") from error
        if self.version() != version:
            raise NotServingError(f"{self.named} serves version {self.version()} after an update to {version}")
        return True

    def share(self, percents: Mapping[int, int]) -> None:
        """Split the traffic: to each version its percentage, 100 in all. Wait until all are ready.

        Raises NotServingError if one of them cannot start; the previous ones keep answering.
        """
        self._settled()
        if shares(self._get().config, self.model) == percents:
            return
        told = ", ".join(f"{percent} % to version {version}" for version, percent in percents.items())
        try:
            self._update(percents)
        except (DatabricksError, OperationFailed, TimeoutError) as error:
            raise NotServingError(f"{self.named} did not accept {told}: {self._why(error)}") from error
        if shares(self._get().config, self.model) != percents:
            raise NotServingError(f"{self.named} does not send {told} after an update to it")

    def entity(self, version: int) -> str:
        """The endpoint's name for a version that it serves."""
        return f"{self.model.rpartition('.')[2]}-{version}"

    def entity_ids(self) -> dict[int, str]:
        """The inference table's id of each version that is served now. The SDK's types omit this id."""
        path = f"/api/2.0/serving-endpoints/{self.serving.endpoint}"
        config = self.workspace.api_client.do("GET", path).get("config") or {}
        return {
            int(entity["entity_version"]): entity["id"]
            for entity in config.get("served_entities") or []
            if entity.get("entity_name") == self.model
        }

    def _update(self, percents: Mapping[int, int]) -> None:
        entities = [
            ServedEntityInput(
                name=self.entity(version),
                entity_name=self.model,
                entity_version=str(version),
                workload_size=self.serving.workload_size.value,
                scale_to_zero_enabled=self.serving.scale_to_zero,
            )
            for version in percents
        ]
        routes = [
            Route(served_model_name=self.entity(version), traffic_percentage=percent)
            for version, percent in percents.items()
        ]
        self.workspace.serving_endpoints.update_config_and_wait(
            self.serving.endpoint,
            served_entities=entities,
            traffic_config=TrafficConfig(routes=routes),
            timeout=self._limit,
        )

    def _get(self) -> ServingEndpointDetailed:
        return self.workspace.serving_endpoints.get(self.serving.endpoint)

    def _settled(self) -> None:
        """Wait for an update that another run began, because a second one would be refused. Ignores its result."""
        state = self._get().state
        if state is not None and state.config_update is EndpointStateConfigUpdate.IN_PROGRESS:
            try:
                self.workspace.serving_endpoints.wait_get_serving_endpoint_not_updating(
                    self.serving.endpoint, timeout=self._limit
                )
            except (OperationFailed, TimeoutError) as error:
                # The update that follows says what is wrong, if anything still is.
                print(f"{self.named}: the running update ended with: {error}", flush=True)

    def _why(self, error: Exception) -> str:
        """The reason that the endpoint gives for its failed update, or the error itself."""
        pending = self._get().pending_config
        states = [entity.state for entity in (pending.served_entities or [])] if pending else []
        told = [state.deployment_state_message for state in states if state and state.deployment_state_message]
        return "; ".join(told) or f"{type(error).__name__}: {error}"


def only_version(config: EndpointCoreConfigOutput | None, model: str) -> int | None:
    """The version of `model` that gets all the traffic of `config`; None if there is none. Pure."""
    return next((version for version, percent in shares(config, model).items() if percent == 100), None)


def shares(config: EndpointCoreConfigOutput | None, model: str) -> dict[int, int]:
    """The percentage of the traffic that each version of `model` gets. Pure."""
    if config is None or config.traffic_config is None:
        return {}
    versions = {
        entity.name: int(entity.entity_version or 0)
        for entity in config.served_entities or []
        if entity.entity_name == model
    }
    routes = [(_entity(route), route.traffic_percentage) for route in config.traffic_config.routes or []]
    return {versions[name]: int(percent) for name, percent in routes if name in versions}


def _entity(route: Route) -> str | None:
    """The served entity of a route. A runtime's older SDK only knows the older field name."""
    named: str | None = getattr(route, "served_entity_name", None)
    return named or route.served_model_name
