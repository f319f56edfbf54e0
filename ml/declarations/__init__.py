"""The declaration of a use case: tables, features, model, gates, jobs. Plain frozen values, no Spark.

`infra` provisions from these values and the jobs run from them, so both sides read the same truth.
"""

from ml.declarations.alerting import ON_CALL, AlertRule, AlertSubject
from ml.declarations.causes import TrainingCause
from ml.declarations.derived import Derived, Input
from ml.declarations.errors import DeclarationError
from ml.declarations.expectations import Complete, Fresh, Range, Refers, Severity, Steady, Unique, Volume
from ml.declarations.experiments import Experiment
from ml.declarations.features import Feature, FeatureTable
from ml.declarations.feed import Feed, FeedSource, OnRepeat
from ml.declarations.forecasting import Forecasting
from ml.declarations.formats import Binary, Csv, Discovery, FileFormat, JsonLines, Parquet, PeriodFrom, Source, Spelling
from ml.declarations.gates import (
    ComparisonGate,
    ComplianceGate,
    Costs,
    Gates,
    InfrastructureGate,
    LeakLimits,
    MeasureRule,
    SignOff,
)
from ml.declarations.hidden import RECORD, Hidden, hidden_columns, hiding_function, unmasked
from ml.declarations.hierarchy import Hierarchy, Level, Method
from ml.declarations.histories import Aggregate, Dimension, History, Past, Window, lag
from ml.declarations.limits import Limits, LimitsByShare, Worse, WorseByShare
from ml.declarations.measures import (
    BRIER_SCORE,
    CALIBRATION_ERROR,
    COST,
    LOG_LOSS,
    MAE,
    PINBALL,
    R2,
    RMSE,
    RMSSE,
    ROC_AUC,
    SMAPE,
    WAPE,
    Direction,
    Measure,
)
from ml.declarations.mirror import Mirror, Mirrored, mirrored
from ml.declarations.model import Model, Promotion, Rescore, Tuning
from ml.declarations.monitored import Monitored
from ml.declarations.monitoring import JointDrift, Monitoring
from ml.declarations.outcomes import Joins, Later, Outcome
from ml.declarations.periods import Calendar, Period, WeekStart
from ml.declarations.problem import Algorithm, ProblemType
from ml.declarations.problems import BinaryClassification, MulticlassClassification, Regression
from ml.declarations.retention import Retention
from ml.declarations.saved_queries import SavedQuery
from ml.declarations.serving import (
    FeatureServing,
    Serving,
    WorkloadSize,
    inference_table,
    online_store,
    online_table,
)
from ml.declarations.sinks import EXPORTS_VOLUME, FilesFormat, FilesSink, KafkaSink, PostgresSink, SinkDeclaration
from ml.declarations.sources import Beginning, ComparedBy, Login, OnChange, OtherTable, Topic
from ml.declarations.streaming import Late, Streaming
from ml.declarations.table import Column, Layer, Table
from ml.declarations.usecase import JobSettings, UseCase

# Not this code, but the values declared with it decide a model: the fingerprint holds them.
RETRAINS = False

__all__ = [
    "BRIER_SCORE",
    "CALIBRATION_ERROR",
    "COST",
    "EXPORTS_VOLUME",
    "LOG_LOSS",
    "MAE",
    "ON_CALL",
    "PINBALL",
    "R2",
    "RECORD",
    "RMSE",
    "RMSSE",
    "ROC_AUC",
    "SMAPE",
    "WAPE",
    "Aggregate",
    "AlertRule",
    "AlertSubject",
    "Algorithm",
    "Beginning",
    "Binary",
    "BinaryClassification",
    "Calendar",
    "Column",
    "ComparedBy",
    "ComparisonGate",
    "Complete",
    "ComplianceGate",
    "Costs",
    "Csv",
    "DeclarationError",
    "Derived",
    "Dimension",
    "Direction",
    "Discovery",
    "Experiment",
    "Feature",
    "FeatureServing",
    "FeatureTable",
    "Feed",
    "FeedSource",
    "FileFormat",
    "FilesFormat",
    "FilesSink",
    "Forecasting",
    "Fresh",
    "Gates",
    "Hidden",
    "Hierarchy",
    "History",
    "InfrastructureGate",
    "Input",
    "JobSettings",
    "Joins",
    "JointDrift",
    "JsonLines",
    "KafkaSink",
    "Late",
    "Later",
    "Layer",
    "LeakLimits",
    "Level",
    "Limits",
    "LimitsByShare",
    "Login",
    "Measure",
    "MeasureRule",
    "Method",
    "Mirror",
    "Mirrored",
    "Model",
    "Monitored",
    "Monitoring",
    "MulticlassClassification",
    "OnChange",
    "OnRepeat",
    "OtherTable",
    "Outcome",
    "Parquet",
    "Past",
    "Period",
    "PeriodFrom",
    "PostgresSink",
    "ProblemType",
    "Promotion",
    "Range",
    "Refers",
    "Regression",
    "Rescore",
    "Retention",
    "SavedQuery",
    "Serving",
    "Severity",
    "SignOff",
    "SinkDeclaration",
    "Source",
    "Spelling",
    "Steady",
    "Streaming",
    "Table",
    "Topic",
    "TrainingCause",
    "Tuning",
    "Unique",
    "UseCase",
    "Volume",
    "WeekStart",
    "Window",
    "WorkloadSize",
    "Worse",
    "WorseByShare",
    "hidden_columns",
    "hiding_function",
    "inference_table",
    "lag",
    "mirrored",
    "online_store",
    "online_table",
    "unmasked",
]
