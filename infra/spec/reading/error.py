"""The error for invalid workspaces."""

from settings.problems import SettingsError


class SpecError(SettingsError):
    """The workspaces cannot be used. Carries all problems of all files, sorted by place."""

    where = "the workspaces"
