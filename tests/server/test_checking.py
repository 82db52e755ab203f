"""The checker as a site wants it: changed with a name, used wherever a document is checked."""

import pytest

from content.lint.settings import LintSettings
from content.lint.site import spell_settings
from server.errors import Conflict, Invalid
from server.house import House
from server.library import checking, drafts, releasing, reviewing, sourcing, submitting
from server.library.publishing import publish_library
from server.people.roster import add_person
from server.people.sessions import Kind, Role, open_session
from server.reports.people import trail
from server.store.engine import reading
from tests.library import LIBRARY
from tests.server.serving import client, serving

STRICT = LintSettings(levels={"long-sentence": "error"}, longest_sentence=3, preferred={"shaft": "axle"})


def test_what_a_site_wants_is_kept_with_who_wanted_it_and_what_changed(any_house: House) -> None:
    with reading(any_house.engine) as tx:
        assert checking.site(tx).settings == LintSettings()
    checking.decide(any_house, STRICT, "ada", number=0)
    with reading(any_house.engine) as tx:
        held, entries = checking.site(tx), trail(tx, 10, checking.SUBJECT)
    assert (held.settings, held.by) == (STRICT, "ada")
    assert [(each.who, each.what, each.detail) for each in entries] == [
        (
            "ada",
            "checker changed",
            "long-sentence: error, was warning; words of a sentence: at most 3, was 20; words: shaft → axle",
        )
    ]
    with pytest.raises(Conflict, match="ada has changed"):
        checking.decide(any_house, LintSettings(), "eva", number=0)
    with pytest.raises(Invalid, match="no rule 'loud'"):
        checking.decide(any_house, LintSettings(levels={"loud": "off"}), "eva")


def test_a_level_that_is_the_usual_one_is_not_written_down(house: House) -> None:
    held = checking.decide(house, LintSettings(levels={"passive": "hint", "late-warning": "off"}), "ada")
    assert held.settings.levels == {"late-warning": "off"}


def test_a_file_takes_the_place_of_all_that_held_or_nothing_changes(house: House) -> None:
    checking.take_file(house, spell_settings(STRICT), "ada")
    assert checking.site_of(house) == STRICT
    with pytest.raises(Invalid, match=r"lint\.yaml:2: longest_step: 0 is out of range"):
        checking.take_file(house, "vague: [snugly]\nlongest_step: 0\n", "ada")
    assert checking.site_of(house) == STRICT


def test_what_a_site_calls_an_error_holds_in_the_editor_its_source_and_at_release(house: House) -> None:
    release = next(
        each for each in publish_library(house, LIBRARY, "admin") if each.document.id == "close-pump"
    )
    draft = drafts.from_release(house, release, "eva")
    with reading(house.engine) as tx:
        held = drafts.read(tx, draft)
    assert submitting.remarks(held, checking.site_of(house)) == ()
    checking.decide(house, STRICT, "ada")
    site = checking.site_of(house)
    found = submitting.remarks(held, site)
    assert {each.level for each in found if each.rule == "long-sentence"} == {"error"}
    assert "preferred-term" in {each.rule for each in found}
    assert submitting.gate(found).release
    told = sourcing.read(held, sourcing.text_of(held), site).messages
    assert any("a sentence has" in each.message for each in told)
    submitting.submit(house, draft, "", "eva")
    reviewing.sign(house, draft, "jan", Role.ENGINEER, "approved", "It is right")
    with pytest.raises(Invalid, match="a sentence has"):
        releasing.release(house, draft, "jan", Role.ENGINEER)
    checking.decide(house, LintSettings(), "ada")
    assert releasing.release(house, draft, "jan", Role.ENGINEER).document.revision == 2


def test_other_programs_read_it_and_an_administrator_changes_it(house: House) -> None:
    for login, role in (("sam", "supervisor"), ("ada", "administrator")):
        add_person(house, login, login, role, "admin", login=login, password="correct horse battery")
    tokens = {
        login: open_session(house.engine, login, kind=Kind.API, at=house.now()).token
        for login in ("sam", "ada")
    }
    with (
        serving(house) as address,
        client(address, tokens["sam"]) as sam,
        client(address, tokens["ada"]) as ada,
    ):
        wanted = {"levels": {"passive": "off"}, "abbreviations": ["TIR"]}
        assert sam.put("/checker", json=wanted).status_code == 403
        ada.put("/checker", json=wanted).raise_for_status()
        told = sam.get("/checker").json()
        assert (told["by"], told["settings"]["abbreviations"]) == ("ada", ["TIR"])
        assert ada.put("/checker", json={"levels": {"loud": "off"}}).status_code == 422
