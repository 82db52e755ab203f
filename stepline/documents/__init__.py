"""The command `stepline content`: one module beside this one for each of its verbs."""

import typer

content = typer.Typer(no_args_is_help=True, help="Documents: import, check, try, translate.")
