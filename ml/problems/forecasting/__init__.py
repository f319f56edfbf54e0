"""Forecasting: values at each of the next steps, for one series or thousands."""
