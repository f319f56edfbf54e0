"""Tests of `ml/pipelines`."""
