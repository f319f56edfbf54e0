"""The demo `mlops demo demand`: a wholesaler's invoices, week by week, until twice as many customers come."""
