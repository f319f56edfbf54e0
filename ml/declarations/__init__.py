"""What a use case declares: tables, features, model, gates, jobs. Plain frozen values, no Spark.

`infra` provisions from these values and the jobs run from them, so both sides read the same truth.
"""

from ml.declarations.derived import Derived, Input
from ml.declarations.errors import DeclarationError
from ml.declarations.features import Aggregate, Dimension, Feature, FeatureTable, History, Past, Window, lag
from ml.declarations.feed import Feed, FeedSource, OnRepeat
from ml.declarations.formats import Binary, Csv, Discovery, FileFormat, JsonLines, Parquet, PeriodFrom, Source, Spelling
from ml.declarations.gates import ComparisonGate, ComplianceGate, Gates, InfrastructureGate, SignOff
from ml.declarations.hidden import RECORD, Hidden, hidden_columns, hiding_function, unmasked
from ml.declarations.model import Algorithm, Model, Promotion, Rescore, Tuning
from ml.declarations.monitoring import Limits, Monitoring
from ml.declarations.outcomes import Joins, Later, Outcome
from ml.declarations.periods import MONTHS, Calendar, Period, WeekStart
from ml.declarations.retention import Retention
from ml.declarations.serving import Serving, WorkloadSize, online_store, online_table
from ml.declarations.sources import Beginning, ComparedBy, Login, OnChange, OtherTable, Topic
from ml.declarations.table import Column, Layer, Table
from ml.declarations.usecase import JobSettings, UseCase

# Not this code, but the values declared with it decide a model: the fingerprint holds them.
RETRAINS = False

__all__ = [
    "MONTHS",
    "RECORD",
    "Aggregate",
    "Algorithm",
    "Beginning",
    "Binary",
    "Calendar",
    "Column",
    "ComparedBy",
    "ComparisonGate",
    "ComplianceGate",
    "Csv",
    "DeclarationError",
    "Derived",
    "Dimension",
    "Discovery",
    "Feature",
    "FeatureTable",
    "Feed",
    "FeedSource",
    "FileFormat",
    "Gates",
    "Hidden",
    "History",
    "InfrastructureGate",
    "Input",
    "JobSettings",
    "Joins",
    "JsonLines",
    "Later",
    "Layer",
    "Limits",
    "Login",
    "Model",
    "Monitoring",
    "OnChange",
    "OnRepeat",
    "OtherTable",
    "Outcome",
    "Parquet",
    "Past",
    "Period",
    "PeriodFrom",
    "Promotion",
    "Rescore",
    "Retention",
    "Serving",
    "SignOff",
    "Source",
    "Spelling",
    "Table",
    "Topic",
    "Tuning",
    "UseCase",
    "WeekStart",
    "Window",
    "WorkloadSize",
    "hidden_columns",
    "hiding_function",
    "lag",
    "online_store",
    "online_table",
    "unmasked",
]
