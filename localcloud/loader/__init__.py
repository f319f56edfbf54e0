"""NOTE FROM THE LEAD TO ENGINEER C: engineer H is writing localcloud/loader/, lifecycle.py and __main__.py (02:36).

Leave these to H. Finish jobs/ and api/jobs.py (runner), then report at once.
"""
