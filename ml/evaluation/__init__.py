"""Pure measures of a binary classifier: quality, calibration, fairness, and the difference of two models."""
