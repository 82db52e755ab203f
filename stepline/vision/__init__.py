"""The command `stepline vision`: a camera is taught what is good, tried on a picture, and measured on many."""

import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

vision = typer.Typer(no_args_is_help=True, help="Checks that a camera is taught.")
out = Console(markup=False, soft_wrap=True)
problems = Console(stderr=True, markup=False, soft_wrap=True)
Taught = Annotated[Path, typer.Argument(help="A taught check, NAME.vision.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")]


@vision.command()
def teach(
    name: Annotated[str, typer.Argument(help="What the check is called, like cap-red.")],
    *,
    kind: Annotated[str, typer.Option(help="presence, colour, count, orientation, code, text or screws.")],
    region: Annotated[
        list[str],
        typer.Option(
            help="Where to look: [NAME=]X,Y,WIDTH,HEIGHT as shares of the picture; may be repeated."
        ),
    ],
    good: Annotated[
        list[Path], typer.Option(help="A good picture, or a folder of them; the first is the scene.")
    ],
    to: Annotated[Path, typer.Option("--out", help="Folder for the check and its pictures.")],
    bad: Annotated[list[Path] | None, typer.Option(help="A bad picture, or a folder of them.")] = None,
    count: Annotated[int | None, typer.Option(help="count: how many parts there are to be.")] = None,
    expect: Annotated[str | None, typer.Option(help="code, text: what is to be read.")] = None,
    by: Annotated[str | None, typer.Option(help="orientation: by its marker, or by features.")] = None,
    marker: Annotated[
        int | None, typer.Option(help="orientation: number of the ArUco marker (4X4_50).")
    ] = None,
    tolerance: Annotated[float, typer.Option(help="orientation: degrees that it may be turned.")] = 5.0,
    align: Annotated[
        str | None,
        typer.Option(help="How the scene is found: markers, features or fixed; else it is chosen."),
    ] = None,
    ask: Annotated[
        str, typer.Option(help="Who decides where the camera cannot: operator or supervisor.")
    ] = "operator",
    note: Annotated[str, typer.Option(help="A note for whoever teaches it again.")] = "",
) -> None:
    """Teach a check from good and bad pictures; the exit code is 1 when they do not separate."""
    from content.vision.errors import VisionError
    from stepline.vision import learning

    asked = {
        "name": name,
        "kind": kind,
        "expected": expect,
        "count": count,
        "by": by,
        "marker": marker,
        "tolerance": tolerance,
        "align": align,
        "ask": ask,
        "note": note,
    }
    try:
        lesson = learning.lesson(asked, region)
        separate = learning.taught(out, lesson, good, bad or [], to)
    except VisionError as problem:
        _end(str(problem))
    except OSError as problem:
        _end(f"{problem.filename or to}: {problem.strerror or problem}")
    raise typer.Exit(0 if separate else 1)


@vision.command()
def look(
    file: Taught,
    picture: Annotated[Path, typer.Argument(help="The picture to look at.")],
    *,
    as_json: Json = False,
) -> None:
    """Look at one picture; the exit code is 0 when it is good, 1 when it is bad, 3 when it cannot be decided."""
    from content.vision.errors import VisionError
    from stepline.vision import learning

    try:
        verdict = learning.looked(file, picture)
    except (VisionError, OSError) as problem:
        _end(_said(problem))
    out.print(json.dumps(learning.plain(verdict), indent=1) if as_json else learning.told(verdict))
    raise typer.Exit({"good": 0, "bad": 1}.get(verdict.answer.value, 3))


@vision.command()
def evaluate(
    file: Taught,
    labelled: Annotated[Path, typer.Argument(help="A folder with the folders `good` and `bad`.")],
    *,
    as_json: Json = False,
) -> None:
    """Look at a labelled set: confusion matrix with the undecided, and rates with their intervals."""
    from content.vision.errors import VisionError
    from stepline.vision import learning

    try:
        evaluation = learning.evaluated(file, labelled)
    except (VisionError, OSError) as problem:
        _end(_said(problem))
    if as_json:
        out.print(json.dumps(evaluation.plain(), indent=1, ensure_ascii=False))
    else:
        learning.tabled(out, evaluation)


@vision.command()
def draw(
    to: Annotated[
        Path, typer.Option("--out", help="Folder for the pictures; `good` and `bad` are made in it.")
    ],
    *,
    fault: Annotated[str, typer.Option(help="What is wrong on the bad ones.")] = "bracket",
    pictures: Annotated[int, typer.Option(help="How many of each.", min=1, max=1000)] = 5,
    seed: Annotated[int, typer.Option(help="Another seed gives other pictures.")] = 0,
) -> None:
    """Draw a labelled set of bench pictures, to try everything without a camera."""
    from hardware.simulate import scene

    if fault not in scene.FAULTS:
        _end(f"there is no fault {fault!r}; there are: {', '.join(scene.FAULTS)}")
    scene.write_set(to, fault, pictures, seed)
    regions = " ".join(f"--region {place}" for place in scene.places_of(fault))
    out.print(f"{2 * pictures} pictures are in {to}; teach them with {regions}")


def _said(problem: Exception) -> str:
    if isinstance(problem, OSError):
        return f"{problem.filename}: {problem.strerror or problem}"
    return str(problem)


def _end(problem: str) -> NoReturn:
    problems.print(problem)
    raise typer.Exit(2)
