"""The steps of the story: production ingests and mirrors, dev trains."""

from secrets import token_hex

from cli.cloud import workspace
from cli.demo.mirror.checkout import KEY, SCOPE
from cli.demo.steps import take_in_history
from cli.demo.under_way import Demo, heading
from cli.local_cloud import load_stacks

_SECRET_BYTES = 32


def tell(demo: Demo) -> str:
    """The whole story, from an empty platform to dev's version; returns the secret that keys are hashed with."""
    heading("prod keeps a secret in its vault, takes in its history, and masks sensitive columns")
    secret = token_hex(_SECRET_BYTES)
    workspace("prod").secrets.put_secret(SCOPE, KEY.format(demo.use_case), string_value=secret)
    for job, run_id in take_in_history(demo).items():
        demo.follow_job("prod", job, run_id)
    load_stacks("prod-masks")
    heading("prod makes the mirror")
    demo.run_job("prod", f"{demo.use_case}-mirror")
    heading("dev trains on the mirror")
    demo.run("dev", "training")
    return secret
