"""The code that the jobs run: one package per stage, and `usecases/` for the differences between use cases."""
