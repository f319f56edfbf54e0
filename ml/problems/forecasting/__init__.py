"""Forecasting: how much will it be at each of the next steps, for one series or thousands."""
