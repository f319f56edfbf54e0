"""What a use case declares: tables, features, model, gates, jobs. Plain frozen values, no Spark.

`infra` provisions from these values and the jobs run from them, so both sides read the same truth.
"""

from ml.declarations.errors import DeclarationError
from ml.declarations.feed import Feed
from ml.declarations.gates import ComparisonGate, ComplianceGate, Gates, InfrastructureGate, SignOff
from ml.declarations.hidden import RECORD, Hidden, hidden_columns, hiding_function
from ml.declarations.model import Algorithm, Feature, FeatureTable, Model, Outcome, Promotion, Tuning
from ml.declarations.monitoring import Limits, Monitoring
from ml.declarations.serving import Serving, WorkloadSize, online_store, online_table
from ml.declarations.table import Column, Layer, Table
from ml.declarations.usecase import JobSettings, UseCase

__all__ = [
    "RECORD",
    "Algorithm",
    "Column",
    "ComparisonGate",
    "ComplianceGate",
    "DeclarationError",
    "Feature",
    "FeatureTable",
    "Feed",
    "Gates",
    "Hidden",
    "InfrastructureGate",
    "JobSettings",
    "Layer",
    "Limits",
    "Model",
    "Monitoring",
    "Outcome",
    "Promotion",
    "Serving",
    "SignOff",
    "Table",
    "Tuning",
    "UseCase",
    "WorkloadSize",
    "hidden_columns",
    "hiding_function",
    "online_store",
    "online_table",
]
