"""The reference part of the documentation, written from the code: commands, targets, settings, jobs, tables, checks."""
