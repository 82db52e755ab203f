"""The sample library: every document is sound, complete, and shows what the product can do."""

import re
from datetime import timedelta

import pytest
from PIL import Image

from content import blocks, checks, folder, languages
from content.instruction import Instruction
from content.media import Arrow, Badge, Box, Caption, Ellipse, Picture, Polygon, Video
from tests.library import LIBRARY

SOPS = [folder.load_sop(path.parent) for path in sorted((LIBRARY / "sops").glob("*/sop.yaml"))]
FOLDERS = sorted(path.parent for path in (LIBRARY / "instructions").glob("*/instruction.yaml"))
INSTRUCTIONS = [folder.load_instruction(path) for path in FOLDERS]
each_instruction = pytest.mark.parametrize(
    ("place", "instruction"),
    list(zip(FOLDERS, INSTRUCTIONS, strict=True)),
    ids=lambda value: getattr(value, "id", None),
)


def pictures(instruction: Instruction) -> list[Picture]:
    return [medium for step in instruction.steps for medium in step.media if isinstance(medium, Picture)]


def test_the_library_holds_two_procedures_and_six_instructions_that_load_without_a_finding():
    assert len(folder.folders(LIBRARY)) == 8
    assert {instruction.id for instruction in INSTRUCTIONS} == {
        name for sop in SOPS for name in sop.instructions
    }
    assert folder.ungoverned_references({path: folder.load(path) for path in folder.folders(LIBRARY)}) == []


def test_the_library_speaks_three_languages_one_from_the_right_and_one_without_letters():
    service = next(instruction for instruction in INSTRUCTIONS if instruction.id == "service-pump")
    assert languages.languages(service) == ("en", "ar", "ja")
    for language in ("ar", "ja"):
        spoken, fell = languages.translated(service, language)
        assert fell == ()
        assert spoken.title != service.title


def test_the_library_shares_a_block_and_uses_conditions_loops_and_every_kind_of_scan():
    uses = [use.block for instruction in INSTRUCTIONS for use in instruction.blocks]
    assert uses == ["identify-pump", "identify-pump"]
    steps = [step for instruction in INSTRUCTIONS for step in instruction.steps]
    assert any(step.when for step in steps)
    assert any(rule.at_most for step in steps for rule in step.next)
    scans = [check for step in steps for check in step.checks if isinstance(check, checks.Scan)]
    assert any(scan.gs1 for scan in scans)
    assert any(scan.same_as for scan in scans)
    assert any(scan.unique for scan in scans)


@each_instruction
def test_an_instruction_is_governed_by_the_procedure_and_has_six_to_fourteen_steps(place, instruction):
    assert instruction.id == place.name
    assert [sop.id for sop in SOPS if instruction.id in sop.instructions] == list(instruction.governed_by)
    assert 6 <= len(instruction.steps) <= 14


@each_instruction
def test_every_step_has_a_picture_a_standard_time_and_something_marked_on_the_picture(place, instruction):
    for step in instruction.steps:
        assert any(isinstance(medium, Picture) for medium in step.media), step.id
        assert any(medium.annotations for medium in step.media if isinstance(medium, Picture)), step.id
        assert step.standard_time is not None, step.id
        assert timedelta(seconds=5) <= step.standard_time <= timedelta(seconds=60), step.id


@each_instruction
def test_the_pictures_are_real_and_of_one_size(place, instruction):
    for picture in pictures(instruction):
        with Image.open(blocks.file_of(picture.picture, place)) as opened:
            opened.load()
            assert opened.size == (1600, 1200), picture.picture
            assert opened.format == "WEBP", picture.picture
            # A stand-in or an empty stage has far fewer tones than a rendered part
            assert len(opened.convert("L").histogram()) - opened.convert("L").histogram().count(0) > 80, (
                picture.picture
            )


@each_instruction
def test_annotations_lie_within_the_picture(place, instruction):
    for picture in pictures(instruction):
        for annotation in picture.annotations:
            for x, y in corners(annotation):
                assert 0.0 <= x <= 1.0, (picture.picture, annotation)
                assert 0.0 <= y <= 1.0, (picture.picture, annotation)


def corners(annotation: object) -> list[tuple[float, float]]:
    match annotation:
        case Box(x=x, y=y, width=width, height=height):
            return [(x, y), (x + width, y + height)]
        case Ellipse(x=x, y=y, rx=rx, ry=ry):
            return [(x - rx, y - ry), (x + rx, y + ry)]
        case Arrow(start=start, to=to):
            return [start, to]
        case Polygon(points=points):
            return list(points)
        case Badge(at=at) | Caption(at=at):
            return [at]
    raise AssertionError(annotation)


def test_every_kind_of_check_and_of_annotation_is_used_somewhere():
    steps = [step for instruction in INSTRUCTIONS for step in instruction.steps]
    assert {check.kind for step in steps for check in step.checks} == set(checks.KINDS)
    shapes = {
        type(shape)
        for instruction in INSTRUCTIONS
        for picture in pictures(instruction)
        for shape in picture.annotations
    }
    assert shapes >= {Box, Ellipse, Arrow, Polygon, Badge, Caption}
    assert any(isinstance(medium, Video) for step in steps for medium in step.media)
    scans = [check for step in steps for check in step.checks if isinstance(check, checks.Scan)]
    assert any(scan.part for scan in scans)
    assert any(scan.exact for scan in scans)
    assert any(scan.pattern for scan in scans)


def test_an_overrun_can_be_shown_quickly_and_two_instructions_play_without_waiting():
    def timers(instruction: Instruction) -> list[checks.Timer]:
        return [
            check for step in instruction.steps for check in step.checks if isinstance(check, checks.Timer)
        ]

    quick = [
        i for i in INSTRUCTIONS if all((t.minimum or timedelta()) <= timedelta(seconds=3) for t in timers(i))
    ]
    assert len(quick) >= 2
    assert any(t.maximum and t.maximum <= timedelta(seconds=6) for i in quick for t in timers(i))


def test_one_code_offers_a_choice_of_two_instructions_and_every_other_opens_one():
    opened: dict[str, list[str]] = {}
    for instruction in INSTRUCTIONS:
        for gtin in instruction.applies_to.gtins:
            opened.setdefault(gtin, []).append(instruction.id)
    assert sorted(len(found) for found in opened.values()) == [1, 1, 1, 2]


def test_the_codes_that_the_readme_tells_to_scan_are_the_ones_of_the_documents():
    told = set(re.findall(r"\b\d{13}\b", (LIBRARY / "README.md").read_text(encoding="utf-8")))
    assert {code.zfill(14) for code in told} == {gtin for i in INSTRUCTIONS for gtin in i.applies_to.gtins}


def test_the_library_stays_small_enough_to_ship():
    assert sum(file.stat().st_size for file in LIBRARY.rglob("*") if file.is_file()) < 12_000_000
