"""Regression: how much will it be, with bounds."""
