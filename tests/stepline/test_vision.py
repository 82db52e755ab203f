"""`stepline vision`: taught, looked and measured at the command line, by its exit codes and its words."""

import json

from typer.testing import CliRunner

from stepline.command import app


def stepline(*words, code=0):
    told = CliRunner().invoke(app, ["vision", *map(str, words)])
    assert told.exit_code == code, told.output
    return told.output


def test_a_check_is_taught_tried_and_measured(tmp_path):
    where = stepline("draw", "--out", tmp_path / "set", "--fault", "cap", "--pictures", 3)
    regions = where.partition("with ")[2].split()
    taught = ["teach", "cap-red", "--kind", "colour", *regions, "--out", tmp_path / "v"]
    pictures = ["--good", tmp_path / "set" / "good", "--bad", tmp_path / "set" / "bad"]
    assert "threshold" in stepline(*taught, *pictures)
    file = tmp_path / "v" / "cap-red.vision"
    assert len(list((tmp_path / "v").glob("*.jpg"))) == 6
    assert stepline("look", file, tmp_path / "set" / "good" / "001.jpg").startswith("good ")
    stepline("look", file, tmp_path / "set" / "bad" / "001.jpg", code=1)
    stepline("draw", "--out", tmp_path / "other", "--fault", "cap", "--pictures", 3, "--seed", 4)
    (tmp_path / "other" / "bad" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    told = json.loads(stepline("evaluate", file, tmp_path / "other", "--json"))
    assert told["matrix"] == {
        "good": {"good": 3, "bad": 0, "undecided": 0},
        "bad": {"good": 0, "bad": 3, "undecided": 1},
    }
    assert "Wilson" in told["source"]
    assert told["rates"]["false accept"]["high"] > 0.4
    assert "said undecided" in stepline("evaluate", file, tmp_path / "other")
    mixed = ["--good", tmp_path / "set" / "good", "--bad", tmp_path / "other" / "good"]
    assert "do not separate" in stepline(*taught, *mixed, code=1)


def test_what_is_wrong_is_said_with_what_to_do(tmp_path):
    stepline("draw", "--out", tmp_path / "set", "--fault", "code", "--pictures", 1)
    picture = tmp_path / "set" / "good" / "000.jpg"
    base = ["teach", "x", "--out", tmp_path, "--good", picture]
    for words, said in (
        ([*base, "--kind", "magic", "--region", "0,0,1,1"], "use presence, colour"),
        ([*base, "--kind", "code", "--region", "0,0,1"], "write X,Y,WIDTH,HEIGHT"),
        ([*base, "--kind", "code", "--region", "0.9,0,0.5,1"], "leaves the picture"),
        ([*base, "--kind", "code", "--region", "0,0,0.1,0.1", "--good", tmp_path / "no.jpg"], "no.jpg"),
        (["look", picture, picture], "no taught check"),
        (["draw", "--out", tmp_path, "--fault", "moon"], "there are: bracket"),
    ):
        assert said in stepline(*words, code=2)
