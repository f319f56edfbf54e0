"""`mlops synth`."""

from pathlib import Path

import click

from cli.output import format_option, show
from cli.paths import STACKS
from cli.synthesis import synthesize


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=STACKS, help="Folder to write to [cdktf.out].")
@format_option
def synth(out: Path, form: str) -> None:
    """Synthesize the stacks, as `cdktf synth` does."""
    names = synthesize(out)
    show([{"stack": name, "document": str(out / "stacks" / name / "cdk.tf.json")} for name in names], form=form)
