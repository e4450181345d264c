"""Why a tool could not do what it was asked."""


class ToolError(Exception):
    """A tool call failed; the text is for the model and for people."""
