"""The demo `mlops demo health`: the patients of a small study come to a clinic day by day."""
