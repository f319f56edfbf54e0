"""A model whose answers are plain to see: a tenth per month of the longest delay. MLflow stores this file."""

from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel


class DelayModel(PythonModel):
    """`probability` = longest_delay / 10, so that a delay above ten months is no probability."""

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:  # noqa: ARG002 - MLflow asks for them
        """One row with `probability` per row of `model_input`."""
        return pd.DataFrame({"probability": model_input["longest_delay"].clip(lower=0) / 10.0})


mlflow.models.set_model(DelayModel())
