"""The errors a person can meet, each with the exit code the command line gives it."""


class AflosError(Exception):
    """Something went wrong that a person can understand and act on."""

    exit_code = 1


class BadInput(AflosError):
    """What was given is not right; nothing was written. Names where, the value and the rule."""

    exit_code = 2


class StoppedByThreshold(AflosError):
    """Too many loans failed in one night; the business date stays open."""

    exit_code = 4


class VerificationFailed(AflosError):
    """The books and what they were sealed or derived from differ."""

    exit_code = 5


class IoFailed(AflosError):
    """A disk, file or folder refused; nothing half done was kept."""

    exit_code = 74


class Held(AflosError):
    """Another run or person holds what is needed; try again."""

    exit_code = 75


class Misconfigured(AflosError):
    """Configuration, or a schema that is missing or of another version."""

    exit_code = 78
