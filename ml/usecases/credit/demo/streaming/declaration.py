"""The credit use case, scored as rows arrive, with a database and a topic that receive every prediction.

The streaming story runs in a copy of the checkout with this file as `declaration.py` and the shipped declaration
beside it as `shipped.py`.
"""

from dataclasses import replace

from ml.declarations import Gates, KafkaSink, Login, PostgresSink, Streaming, Tuning
from ml.usecases.credit.declaration import USE_CASE as SHIPPED


def _renewed(gates: Gates) -> Gates:
    """A second version may be about as good as the first: this story needs the live version to change."""
    comparison = gates.comparison
    wide = tuple(replace(rule, margin=10 * rule.margin) for rule in comparison.measures)
    return replace(gates, comparison=replace(comparison, measures=wide, must_improve={}))


_MODEL = replace(
    SHIPPED.models[0],
    streaming=Streaming(every_s=5),
    # Both servers run on this machine, so connections are not encrypted.
    sinks=(
        PostgresSink(table="public.credit_scores", secrets="scores", encrypted=False),
        KafkaSink(topic="credit-scores", secrets="bus", login=Login.NONE),
    ),
    gates=_renewed(SHIPPED.models[0].gates),
    tuning=Tuning(trials=2),
)

USE_CASE = replace(SHIPPED, models=(_MODEL,))
