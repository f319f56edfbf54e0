"""The command group."""

from difflib import get_close_matches
from importlib import import_module

import click

# Commands by name, and the module below `cli.commands` that has the function of that name. Only the requested command
# is loaded, because some import for longer than a review takes.
_MODULES = {
    "synth": "synth",
    "scan": "scan",
    "secrets": "secrets",
    "review": "review",
    "access": "access",
    "up": "cloud",
    "down": "cloud",
    "status": "cloud",
    "branch": "branch",
    "console": "console",
    "doctor": "doctor",
    "demo": "demo",
    "run": "run",
    "sql": "sql",
    "summarize": "summarize",
    "comment": "comment",
    "approve": "signing",
    "rollback": "signing",
    "history": "history",
    "why": "why",
    "export": "export",
    "place": "place",
    "live": "release",
    "live-again": "release",
    "restore": "restore",
    "smoke": "release",
    "release": "cut",
    "features": "features",
    "withdraw": "withdraw",
    "forget": "forget",
    "forecast": "forecast",
    "user": "user",
    "clock": "clock",
    "alerts": "alerts",
    "faults": "faults",
    "drift": "drift",
    "dashboard": "dashboard",
    "power-bi": "power_bi",
    "baseline": "baseline",
    "new-usecase": "new_usecase",
}


class _Commands(click.Group):
    """The commands, each loaded on request."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, by name."""
        del ctx
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None if there is none."""
        del ctx
        if cmd_name not in _MODULES:
            return None
        found: click.Command = getattr(import_module(f"cli.commands.{_MODULES[cmd_name]}"), cmd_name.replace("-", "_"))
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The named command. Raises UsageError with the nearest name if there is none."""
        if args[0] not in _MODULES:
            close = get_close_matches(args[0], _MODULES, n=1)
            meant = f"did you mean {close[0]!r}? " if close else ""
            raise click.UsageError(f"there is no command {args[0]!r}: {meant}mlops --help lists them all", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def mlops() -> None:
    """MLOps on Azure Databricks: synthesize, review and deploy the stacks, here or on Azure, and operate the models."""


def main() -> None:
    """Run the command line."""
    mlops(prog_name="mlops")
