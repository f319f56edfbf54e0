"""The models that an environment serves, at all serving places."""

from dataclasses import dataclass

from infra.spec.reading.load import Spec
from infra.spec.values.environment import Environment
from ml.declarations import Model, UseCase


@dataclass(frozen=True, kw_only=True)
class Served:
    """One served model. `label` is the name of its jobs and, without underscores, of its servers."""

    use_case: UseCase
    model: Model

    @property
    def label(self) -> str:
        """`<usecase>` for the first model, `<usecase>-<model>` for a further one."""
        return self.use_case.label(self.model)


def served(spec: Spec, environment: Environment) -> tuple[Served, ...]:
    """The models that `environment` serves, in the order of their declarations."""
    cases = [spec.use_cases[name] for name, values in environment.use_cases.items() if values.serving]
    return tuple(Served(use_case=case, model=model) for case in cases for model in case.models if model.serving)


def other_places(environment: Environment) -> tuple[str, ...]:
    """The serving places of `environment` other than Databricks: `aks`, `azure-ml`, both or neither."""
    declared = (("aks", environment.aks_serving), ("azure-ml", environment.azure_ml))
    return tuple(name for name, values in declared if values is not None)
