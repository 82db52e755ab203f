"""`python -m stepline`: the same as the command `stepline`."""

from stepline.command import app

app()
