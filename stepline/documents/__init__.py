"""The command `stepline content`: documents are checked, tried, translated and brought in; one module for each verb."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

content = typer.Typer(
    no_args_is_help=True, help="Documents: check, try, translate, import.", rich_markup_mode=None
)
out = Console()
problems = Console(stderr=True, markup=False, soft_wrap=True)

Library = Annotated[list[Path], typer.Argument(help="Folders of documents, or of a library of them.")]
Folder = Annotated[Path, typer.Argument(help="The folder of one document.")]


@content.command()
def lint(
    paths: Library,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write the findings as JSON.")] = False,
    hints: Annotated[bool, typer.Option("--hints", help="Also what is only a hint.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    explained: Annotated[
        bool,
        typer.Option("--explain", help="Also why each rule that found something is there, with examples."),
    ] = False,
) -> None:
    """Check documents beyond validity: paths, pictures, times, plain language, translations."""
    from stepline.documents.linting import run

    raise typer.Exit(run(paths, out, as_json=as_json, hints=hints, strict=strict, explained=explained))


@content.command()
def rules(
    name: Annotated[str | None, typer.Argument(help="One rule; without it all of them.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As the page of the manual.")] = False,
) -> None:
    """Explain the checker's rules."""
    from stepline.documents.linting import explain

    raise typer.Exit(explain(name, out, problems, markdown=markdown))


@content.command("schema")
def show_schema(
    kind: Annotated[
        str, typer.Option(help="work-instruction, sop, block, translation or lint.")
    ] = "work-instruction",
    file: Annotated[Path | None, typer.Option("--out", help="Write it to this file.")] = None,
) -> None:
    """Print the JSON Schema of documents, for editors and other programs."""
    from stepline.documents.schemas import show

    raise typer.Exit(show(kind, file, problems))


@content.command("try")
def try_out(
    folder: Folder,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write every path as JSON.")] = False,
    most: Annotated[int, typer.Option(help="So many paths at most.")] = 20_000,
) -> None:
    """Walk every path of a work instruction with a simulated operator; say what each costs and which get stuck."""
    from stepline.documents.trying import run

    raise typer.Exit(run(folder, out, problems, as_json=as_json, most=most))


@content.command()
def translate(
    folder: Folder,
    *,
    to: Annotated[str | None, typer.Option(help="Language to translate to, such as de; with --out.")] = None,
    file: Annotated[
        Path | None, typer.Option("--out", help="XLIFF file to write for the translator.")
    ] = None,
    back: Annotated[Path | None, typer.Option("--from", help="XLIFF file that came back.")] = None,
) -> None:
    """Write an XLIFF 2 file for a translator, or take one that came back."""
    from stepline.documents.translating import run

    raise typer.Exit(run(folder, out, problems, to=to, file=file, back=back))


@content.command("import")
def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="Word, PowerPoint, PDF, Markdown, CSV, Excel, guide JSON, oManual.")
    ],
    folder: Annotated[Path, typer.Option("--out", help="Folder for the drafts.")],
    *,
    linted: Annotated[
        bool, typer.Option("--lint", help="Also check the drafts, and say what the rules found.")
    ] = False,
) -> None:
    """Make drafts of documents from elsewhere, each with a list of what needs a person."""
    from stepline.documents.importing import run

    raise typer.Exit(run(files, folder, out, problems, linted=linted))


@content.command("export")
def export_file(
    folder: Folder,
    omanual: Annotated[Path, typer.Option("--omanual", help="Zip file to write.")],
) -> None:
    """Write a work instruction as a bundle of oManual 1 (IEEE 1874)."""
    from stepline.documents.importing import export

    raise typer.Exit(export(folder, omanual, out, problems))


@content.command()
def annotations(
    folder: Folder,
    *,
    file: Annotated[Path, typer.Option("--w3c", help="JSON file to write.")],
    pixels: Annotated[
        bool, typer.Option("--pixels", help="Places in pixels, as Annotorious reads them, not in percent.")
    ] = False,
) -> None:
    """Write the annotations of a work instruction's pictures as W3C Web Annotations."""
    from stepline.documents.annotating import run

    raise typer.Exit(run(folder, out, problems, file=file, pixels=pixels))


@content.command()
def history(  # noqa: PLR0917 - a command's options
    document: Annotated[str, typer.Argument(help="The document's identifier.")],
    folder: Annotated[Path | None, typer.Option("--out", help="An empty folder to fetch it into.")] = None,
    back: Annotated[
        Path | None,
        typer.Option("--from", help="A folder that was fetched, to bring it to a server that has none."),
    ] = None,
    because: Annotated[str, typer.Option(help="With --from: why, for who audits that server.")] = "",
    server: Annotated[str, typer.Option(help="Address of the server.")] = "http://127.0.0.1:8080",
    login: Annotated[
        str, typer.Option(help="Login of an engineer; with --from of an administrator.")
    ] = "admin",
) -> None:
    """Fetch a document with all its releases as plain folders, or bring such folders to another server."""
    from stepline.documents.history import Server, bring, fetch
    from stepline.documents.saying import plainly

    if (folder is None) == (back is None) or (back is not None and not because.strip()):
        plainly(problems, "say --out FOLDER, or --from FOLDER and --because REASON")
        raise typer.Exit(2)
    password = os.environ.get("STEPLINE_PASSWORD") or typer.prompt(f"Password of {login}", hide_input=True)
    asked = Server(address=server, login=login, password=password)
    if back is not None:
        raise typer.Exit(bring(document, back, because, asked, out, problems))
    assert folder is not None
    raise typer.Exit(fetch(document, folder, asked, out, problems))
