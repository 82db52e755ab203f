"""The plant's centre: publishing, the API, the portal, quality review and reports."""

from importlib.metadata import version

VERSION = version("stepline")
