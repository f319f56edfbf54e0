"""The demo of the credit use case: its data, its story and what must hold. Not in the wheel; no job imports it."""
