"""The code that the jobs run: one package per stage, `usecases/` for what differs between them."""
