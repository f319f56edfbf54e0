"""Who acts: the identities of pipelines and jobs, and the roles that Azure gives them."""
