"""Every kind's parser under a coverage-guided fuzzer; `./run fuzz` does the same for as long as it is told to."""

import subprocess
import sys

from hardware.kinds import drivers
from tests.house.tree import ROOT as HOUSE

RUNS = 20_000  # inputs for all kinds together; the long form is counted in seconds
OWN_LIBRARY = {  # whose frames a library parses; what is made of them is fuzzed as a part, where bytes come into it
    "modbus": "part registers",
    "opc-ua": None,  # its library gives values, not bytes
    "camera": "part labels",
    "wedge": "part keys",
}


def test_every_protocol_that_is_parsed_here_is_fuzzed():
    listed = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--list"], cwd=HOUSE, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {line.partition(" ")[0] for line in listed} >= set(drivers()) - set(OWN_LIBRARY)
    assert {part for part in OWN_LIBRARY.values() if part} <= set(listed)


def test_no_input_that_the_fuzzer_finds_makes_a_parser_raise_or_lose_a_good_frame(tmp_path):
    command = [sys.executable, "-m", "tests.fuzz.parsers", "every", "one"]
    command += [f"-runs={RUNS}", f"-artifact_prefix={tmp_path}/", str(tmp_path / "corpus")]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert f"Done {RUNS}" in done.stderr
    assert " cov: " in done.stderr, "nothing was instrumented: the fuzzer was blind"
