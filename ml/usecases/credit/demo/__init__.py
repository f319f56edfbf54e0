"""The demo of the credit use case: its data, its story and its checks. Not in the wheel; no job imports it."""
