"""Credit risk: will a card client default on next month's payment?"""
