"""The service."""

VERSION = "1"
