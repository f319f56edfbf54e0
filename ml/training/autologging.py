"""The libraries' own autologging for the active run: parameters, and a metric per boosting round.

It is the same in a job and in a notebook:

    with mlflow.start_run(), autologging(Algorithm.XGBOOST):
        xgboost.train(settings, rows, 300, evals=[(rows, "fitted")])

No model and no rows are logged, and no version is registered: the job logs one model, and names its tables itself.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import mlflow

from ml.declarations import Algorithm
from ml.training.learners import network

# The data of a library's own log has no table and no version, and its model is a second one.
_SETTINGS: Mapping[str, bool] = {"log_models": False, "log_datasets": False, "silent": True}


def _xgboost(*, disable: bool) -> None:
    import mlflow.xgboost  # noqa: PLC0415 - another model is trained where XGBoost need not be installed

    # Its importance counts splits; the run has that by the problem's own loss.
    mlflow.xgboost.autolog(importance_types=[], disable=disable, **_SETTINGS)


def _lightgbm(*, disable: bool) -> None:
    import mlflow.lightgbm  # noqa: PLC0415 - as with XGBoost

    mlflow.lightgbm.autolog(disable=disable, **_SETTINGS)


def _linear(*, disable: bool) -> None:
    import mlflow.sklearn  # noqa: PLC0415 - as with XGBoost

    mlflow.sklearn.autolog(log_post_training_metrics=False, disable=disable, **_SETTINGS)


def _network(*, disable: bool) -> None:
    network.watch_epochs(None if disable else mlflow.log_metric)


# Spark's trees have none: `mlflow.pyspark.ml.autolog` needs a JVM in this process, which Spark Connect has not.
_LIBRARIES: Mapping[Algorithm, Callable[..., None]] = {
    Algorithm.XGBOOST: _xgboost,
    Algorithm.LIGHTGBM: _lightgbm,
    Algorithm.LINEAR: _linear,
    Algorithm.NETWORK: _network,
    Algorithm.SPARK_NETWORK: _network,
}
# What a learner sets before its library is called, which the library cannot log.
_BEYOND: Mapping[Algorithm, tuple[str, ...]] = {
    Algorithm.LINEAR: ("bins",),
    Algorithm.NETWORK: network.PARAMETERS,
    Algorithm.SPARK_NETWORK: network.PARAMETERS,
}


@contextmanager
def autologging(*algorithms: Algorithm) -> Iterator[None]:
    """Log every fit inside the block to the active run, then switch off. Without `algorithms`: of all libraries."""
    with ExitStack() as stack:
        for algorithm in algorithms or tuple(_LIBRARIES):
            switch = _LIBRARIES.get(algorithm)
            if switch is not None:
                switch(disable=False)
                stack.callback(switch, disable=True)
        yield


def unlogged(algorithm: Algorithm, params: Mapping[str, float | int]) -> Mapping[str, float | int]:
    """The learner's `params` that its library's autologging does not log; log them by hand."""
    if algorithm not in _LIBRARIES:
        return params
    return {name: params[name] for name in _BEYOND.get(algorithm, ()) if name in params}
