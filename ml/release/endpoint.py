"""The serving endpoint of a use case, through Databricks' REST: which version it serves, and changing that."""

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
    """The endpoint that `serving` declares for the registered model `model` (full name)."""

    workspace: WorkspaceClient
    serving: Serving
    model: str

    @property
    def named(self) -> str:
        """What messages call it."""
        return f"endpoint {self.serving.endpoint}"

    @property
    def _limit(self) -> timedelta:
        return timedelta(seconds=self.serving.update_limit_s)

    def exists(self) -> bool:
        """Whether the stack `<env>-serving` has made it."""
        try:
            self._get()
        except NotFound:
            return False
        return True

    def version(self) -> int | None:
        """The version that answers every request now; None where none does, or several share the traffic."""
        return only_version(self._get().config, self.model)

    def serve(self, version: int) -> bool:
        """Send all traffic to `version` and wait until it is ready. Whether anything had to be changed.

        Raises NotServingError where the version cannot be brought up; what answered before still does.
        """
        self._settled()
        if self.version() == version:
            return False
        try:
            self._update(version)
        except (DatabricksError, OperationFailed, TimeoutError) as error:
            raise NotServingError(f"{self.named} did not take version {version}: {self._why(error)}") from error
        if self.version() != version:
            raise NotServingError(f"{self.named} serves version {self.version()} after an update to {version}")
        return True

    def _update(self, version: int) -> None:
        name = f"{self.model.rpartition('.')[2]}-{version}"
        entity = ServedEntityInput(
            name=name,
            entity_name=self.model,
            entity_version=str(version),
            workload_size=self.serving.workload_size.value,
            scale_to_zero_enabled=self.serving.scale_to_zero,
        )
        traffic = TrafficConfig(routes=[Route(served_model_name=name, traffic_percentage=100)])
        self.workspace.serving_endpoints.update_config_and_wait(
            self.serving.endpoint, served_entities=[entity], traffic_config=traffic, timeout=self._limit
        )

    def _get(self) -> ServingEndpointDetailed:
        return self.workspace.serving_endpoints.get(self.serving.endpoint)

    def _settled(self) -> None:
        """Wait for an update that another run began: a second one would be refused. How that one ends is its own."""
        state = self._get().state
        if state is not None and state.config_update is EndpointStateConfigUpdate.IN_PROGRESS:
            try:
                self.workspace.serving_endpoints.wait_get_serving_endpoint_not_updating(
                    self.serving.endpoint, timeout=self._limit
                )
            except (OperationFailed, TimeoutError) as error:
                # The update that follows says what is wrong, if anything still is.
                print(f"{self.named}: the update under way ended with: {error}", flush=True)

    def _why(self, error: Exception) -> str:
        """The reason that the endpoint gives for its failed update, or the error itself."""
        pending = self._get().pending_config
        states = [entity.state for entity in (pending.served_entities or [])] if pending else []
        told = [state.deployment_state_message for state in states if state and state.deployment_state_message]
        return "; ".join(told) or f"{type(error).__name__}: {error}"


def only_version(config: EndpointCoreConfigOutput | None, model: str) -> int | None:
    """The version of `model` that gets all the traffic of `config`; None where there is no such one. Pure."""
    if config is None or config.traffic_config is None:
        return None
    versions = {
        entity.name: int(entity.entity_version or 0)
        for entity in config.served_entities or []
        if entity.entity_name == model
    }
    full = [_entity(route) for route in config.traffic_config.routes or [] if route.traffic_percentage == 100]
    return versions.get(full[0]) if full else None


def _entity(route: Route) -> str | None:
    """The served entity that a route leads to. The older SDK of a runtime knows it by its older name only."""
    named: str | None = getattr(route, "served_entity_name", None)
    return named or route.served_model_name
