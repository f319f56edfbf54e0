"""The hubs of the declared sinks of a use case."""

from ml.declarations import KafkaSink, Login, UseCase


def hubs(use_case: UseCase) -> tuple[str, ...]:
    """The topics of its sinks that sign in with Entra, as our namespace requires; each once, in declared order."""
    sinks = [sink for model in use_case.models for sink in model.sinks]
    return tuple(dict.fromkeys(s.topic for s in sinks if isinstance(s, KafkaSink) and s.login is Login.OAUTH))
