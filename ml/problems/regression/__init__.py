"""Regression: how much will it be, and between which bounds."""
