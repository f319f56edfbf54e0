"""Which registered model a command is about."""

from dataclasses import dataclass

from cli.errors import CommandError
from ml.usecases import USE_CASES


@dataclass(frozen=True, kw_only=True)
class NamedModel:
    """A use case's registered model in the environment `env`, whose catalog has the same name."""

    env: str
    use_case: str

    @property
    def full_name(self) -> str:
        """`<catalog>.<usecase>_ops.<model>`."""
        return USE_CASES[self.use_case].model.full_name(self.env, self.use_case)

    def job(self, stage: str) -> str:
        """The job of that stage."""
        return f"{self.use_case}-{stage}"

    def ops(self, table: str) -> str:
        """Full name of a table of records."""
        return f"{self.env}.{self.use_case}_ops.{table}"


def named_model(text: str, env: str | None) -> NamedModel:
    """The model that `text` names: a use case, or a registered model's full name. `env` is `prod` by default.

    Raises CommandError where there is no such model, or it is of another environment than `env`.
    """
    if text in USE_CASES:
        return NamedModel(env=env or "prod", use_case=text)
    catalog = text.partition(".")[0]
    found = [model for name in USE_CASES if (model := NamedModel(env=catalog, use_case=name)).full_name == text]
    if not found:
        known = ", ".join(f"{name} or {NamedModel(env='prod', use_case=name).full_name}" for name in sorted(USE_CASES))
        raise CommandError(f"model {text!r} is unknown; name it as {known}", exit_code=2)
    if env not in (None, catalog):
        raise CommandError(f"model {text!r} is of environment {catalog!r}, but --env is {env!r}: leave one out", 2)
    return found[0]
