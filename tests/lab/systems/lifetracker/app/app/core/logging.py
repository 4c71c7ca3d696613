"""One line for each thing that happens, to standard error, from where the journal takes it."""

import logging


def configure() -> None:
    """Called once, when the service starts."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(name)s: %(message)s")
