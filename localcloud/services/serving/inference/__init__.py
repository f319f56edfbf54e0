"""Inference tables: what endpoints were asked and what they answered, as rows of a table of Unity Catalog."""
