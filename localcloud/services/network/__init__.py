"""Network access of serverless compute: egress policies, and private endpoints of storage."""
