"""Routes of budgets and budget policies."""
