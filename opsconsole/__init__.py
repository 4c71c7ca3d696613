"""opsconsole: what should be true, whether it is true, and how to mend it, in one terminal."""

__version__ = "0.1.0"
