"""The error that wrong workspaces raise."""

from settings.problems import SettingsError


class SpecError(SettingsError):
    """The workspaces cannot be used. Carries every problem of every file, sorted by place."""

    where = "the workspaces"
