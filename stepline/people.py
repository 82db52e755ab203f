"""`stepline people`: what can be done about people on the server's own machine, when nobody can sign in any more."""

from typing import Annotated

import typer
from rich.console import Console

from stepline.data_folder import BY, DATA, Data, Database, opened, say

people = typer.Typer(
    no_args_is_help=True, help="Administrators, on the server's machine.", rich_markup_mode=None
)
out = Console(soft_wrap=True, markup=False, highlight=False)
problems = Console(stderr=True, markup=False, soft_wrap=True)


@people.command("list")
def listed(*, data: Data = DATA, database_url: Database = None) -> None:
    """List the administrators."""
    from server.errors import Refused
    from server.reports.people import everybody
    from server.store.engine import reading

    try:
        with opened(data, database_url) as house, reading(house.engine) as tx:
            found = [each for each in everybody(tx, house.now()) if each.role == "administrator"]
    except Refused as refused:
        raise typer.Exit(say(problems, refused)) from None
    for each in found:
        out.print(f"{each.login or 'no login'}: {each.name}{'' if each.active else ', inactive'}")


@people.command()
def rescue(
    login: Annotated[str, typer.Argument(help="The administrator's login.")] = "admin",
    *,
    data: Data = DATA,
    database_url: Database = None,
) -> None:
    """Give an administrator whose password was lost a new one, also while the server runs."""
    from server.errors import Refused
    from server.people.roster import rescue as run

    try:
        with opened(data, database_url) as house:
            found, password = run(house, login, BY)
    except Refused as refused:
        raise typer.Exit(say(problems, refused)) from None
    out.print(f"{found} signs in with {password}")
    out.print("Change it in the portal: it stands on this screen.")
