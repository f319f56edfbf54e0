"""Spark's Python daemon with the libraries loaded that tasks' functions use: its workers are forked from it.

Else each worker would import mlflow anew, which takes seconds. Spark runs this by name; its folder holds nothing else,
so that nothing of the checkout can be imported where a task's function runs.
"""

import gc
import importlib

from pyspark import daemon

for name in ("pandas", "pyarrow", "mlflow.pyfunc", "xgboost"):
    importlib.import_module(name)
gc.collect()
gc.freeze()

if __name__ == "__main__":
    daemon.manager()  # type: ignore[no-untyped-call]
