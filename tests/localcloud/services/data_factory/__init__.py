"""Tests of Data Factory."""
