"""What `mlops demo demand` tells: a wholesaler's invoices, week after week, until twice as many customers come."""
