"""`./run fuzz [--seconds S] [--kind KIND] [--list]`: every parser under the coverage-guided fuzzer, in turn.

What made one fail lies in `.state/fuzz/`, and `python -m tests.fuzz.parsers KIND NAME FILE` shows it again.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> int:
    asked = argparse.ArgumentParser(prog="./run fuzz", description="Fuzz every protocol parser.")
    asked.add_argument("--seconds", type=int, default=60, help="for each recording of a kind")
    asked.add_argument("--kind", help="only this kind")
    asked.add_argument("--list", action="store_true", help="say what there is, and fuzz nothing")
    options = asked.parse_args()
    failed = []
    from tests.fuzz.parsers import everything

    if options.list:
        print("\n".join(f"{kind} {name}" for kind, name in everything()))
        return 0
    for kind, name in everything():
        if options.kind not in {None, kind}:
            continue
        folder = ROOT / ".state" / "fuzz" / kind / name
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{kind} {name}", flush=True)
        command = [sys.executable, "-m", "tests.fuzz.parsers", kind, name]
        command += [
            f"-max_total_time={options.seconds}",
            f"-artifact_prefix={folder.parent}/{name}-",
            str(folder),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            failed.append(f"{kind} {name}")
            print(done.stdout[-3000:] + done.stderr[-3000:])
    print(f"failed: {', '.join(failed)}" if failed else "nothing found")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
