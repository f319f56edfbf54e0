"""Resolves the registered model that a command is about."""

from collections.abc import Iterator
from dataclasses import dataclass

from cli.errors import CommandError
from ml.declarations import Model, UseCase
from ml.usecases import USE_CASES


@dataclass(frozen=True, kw_only=True)
class NamedModel:
    """Model `name` of a use case in the environment `env`, whose catalog has the same name."""

    env: str
    use_case: str
    name: str

    @property
    def declared(self) -> Model:
        """Its declaration."""
        return USE_CASES[self.use_case].model_named(self.name)

    @property
    def handle(self) -> str:
        """Its name in commands, in any environment."""
        return handle(USE_CASES[self.use_case], self.declared)

    @property
    def full_name(self) -> str:
        """`<catalog>.<usecase>_ops.<model>`."""
        return self.declared.full_name(self.env, self.use_case)

    def job(self, stage: str) -> str:
        """The job of that stage."""
        return f"{USE_CASES[self.use_case].label(self.declared)}-{stage}"

    def ops(self, table: str) -> str:
        """Full name of a table of records."""
        return f"{self.env}.{self.use_case}_ops.{table}"


def models_of(use_case: str, env: str) -> tuple[NamedModel, ...]:
    """The use case's models, in their declared order."""
    return tuple(NamedModel(env=env, use_case=use_case, name=model.name) for model in USE_CASES[use_case].models)


def handle(case: UseCase, model: Model) -> str:
    """The model's name in commands: `USECASE`, or `USECASE/MODEL` if the use case has several."""
    return case.name if len(case.models) == 1 else f"{case.name}/{model.name}"


def named_model(text: str, env: str | None) -> NamedModel:
    """The model that `text` names: a use case with one, USECASE/MODEL, or a registered model's full name.

    `env` is `prod` by default. Raises CommandError if there is no such model or `text` is ambiguous, listing the
    existing ones, and if it belongs to another environment than `env`.
    """
    catalog = text.partition(".")[0]
    plain = [model for model in _all(env or "prod") if text in _plain(model)]
    if len(plain) == 1:
        return plain[0]
    found = [model for model in _all(catalog) if model.full_name == text]
    if not found:
        known = ", ".join(f"{each.handle} or {each.full_name}" for each in plain or _all("prod"))
        wrong = f"use case {text!r} has several models" if plain else f"model {text!r} is unknown"
        raise CommandError(f"{wrong}; name it as {known}", exit_code=2)
    if env not in (None, catalog):
        raise CommandError(f"model {text!r} belongs to environment {catalog!r}, but --env is {env!r}: leave one out", 2)
    return found[0]


def _all(env: str) -> Iterator[NamedModel]:
    for name in sorted(USE_CASES):
        yield from models_of(name, env)


def _plain(model: NamedModel) -> tuple[str, str]:
    return model.use_case, f"{model.use_case}/{model.name}"
