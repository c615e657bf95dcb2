"""The one exception that means "the user can mend this": printed as one line, without a traceback."""


class UserError(Exception):
    """A mistake in the input or the parameters. The message names the file, style or parameter and the value."""
