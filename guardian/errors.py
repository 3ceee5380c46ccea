"""What can go wrong in a way that a person can put right: each message names the thing, the fault and the remedy."""


class GuardianError(Exception):
    """The root of every error that Guardian raises on purpose; the command line prints it without a traceback."""

    exit_code = 1


class ConfigurationError(GuardianError):
    """The configuration, or the way a command was called, is wrong: the file, line and key, and what would be right."""

    exit_code = 2


class ModelError(GuardianError):
    """A model file is missing, altered or unreadable by the installed runtime."""


class SandboxError(GuardianError):
    """The kernel would not confine the eye, and the configuration does not allow an unconfined one."""


class SourceError(GuardianError):
    """A camera, stream or file cannot be opened or has stopped giving frames."""


class WireError(GuardianError):
    """A record from the eye is malformed or out of range; the eye that sent it is not to be trusted."""


class SceneError(GuardianError):
    """A skeleton scene is malformed: the line and what was wrong with it."""


class StoreError(GuardianError):
    """The store cannot be opened, read or written."""


class PayloadError(GuardianError):
    """What came in over MQTT is no request that can be carried out: the topic, what was wrong, what would be right."""


class BrokerError(GuardianError):
    """The broker cannot be started, reached or spoken to."""


class PanelError(GuardianError):
    """The GPIO panel cannot be driven: the pin, by both its numbers, and the remedy."""


class InstallationError(GuardianError):
    """The box cannot be installed, upgraded, rolled back or taken off: what was wrong, and what would be right."""
