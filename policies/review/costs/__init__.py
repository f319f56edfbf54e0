"""What a plan costs a month, by the price file, beside what its budgets allow."""
