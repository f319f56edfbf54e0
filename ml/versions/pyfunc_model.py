"""The served model. MLflow stores this file in the artifact, so it imports nothing from `ml`.

`scorer.py`, beside it in the artifact, computes the answers.
"""

import runpy
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import numpy.typing as npt
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.pyfunc.model import PythonModel

# The request parameter for reasons, and the artifact with the code that computes them.
REASONS = "reasons"
# The artifacts with the fitted parameters, and the code that scores with them.
FITTED, SCORER = "model", "scorer"


class ServedModel(PythonModel):
    """The MLflow wrapper around `Scorer`."""

    def load_context(self, context: Any) -> None:
        """Read the fitted parameters once, when the model is loaded."""
        scorer = runpy.run_path(context.artifacts[SCORER])["Scorer"]
        self._score = scorer(Path(context.artifacts[FITTED]), context.artifacts[REASONS])
        self.features: list[str] = self._score.features

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002
        """One answer per row of `model_input`; with `{"reasons": N}` in `params`, the N largest reasons beside it."""
        count = (params or {}).get(REASONS, 0)
        if count < 0:
            raise MlflowException.invalid_parameter_value(f"{REASONS} is {count}: give how many, 0 for none")
        answered: pd.DataFrame = self._score.with_reasons(model_input, count) if count else self._score(model_input)
        return answered

    def predict_matrix(self, matrix: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[Any]]:
        """`predict` for rows as numbers in the order of `features`: the scoring server's call."""
        answers: dict[str, npt.NDArray[Any]] = self._score.numbers(matrix)
        return answers


mlflow.models.set_model(ServedModel())
