"""Tests of `localcloud/services/pipelines`."""
