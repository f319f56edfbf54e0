"""The credit use case, scored as rows arrive, with a database and a topic that get every prediction.

The story of streaming runs in a copy of the checkout that has this file as `declaration.py`, and what is shipped
beside it as `shipped.py`.
"""

from dataclasses import replace

from ml.declarations import Gates, KafkaSink, Login, PostgresSink, Streaming, Tuning
from ml.usecases.credit.declaration import USE_CASE as SHIPPED


def _renewed(gates: Gates) -> Gates:
    """A second version may be about as good as the first: this story is about who is live, which must change."""
    comparison = gates.comparison
    wide = tuple(replace(rule, margin=10 * rule.margin) for rule in comparison.measures)
    return replace(gates, comparison=replace(comparison, measures=wide, must_improve={}))


_MODEL = replace(
    SHIPPED.models[0],
    streaming=Streaming(every_s=5),
    # Both servers are on this machine, so nothing is encrypted between it and them.
    sinks=(
        PostgresSink(table="public.credit_scores", secrets="scores", encrypted=False),
        KafkaSink(topic="credit-scores", secrets="bus", login=Login.NONE),
    ),
    gates=_renewed(SHIPPED.models[0].gates),
    tuning=Tuning(trials=2),
)

USE_CASE = replace(SHIPPED, models=(_MODEL,))
