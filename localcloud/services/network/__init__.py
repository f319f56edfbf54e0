"""How serverless compute reaches the network: egress policies, and private endpoints of storage."""
