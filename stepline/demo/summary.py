"""What the demonstration did, counted afterwards from the kiosks' stores and the server's database."""

import json
import sqlite3
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stepline.demo.published import Published

WANTED_KINDS = ("bad_tightening", "out_of_limits", "overrun", "problem", "wrong_code")
KINDS = (
    "badge",
    "gauge",
    "modbus",
    "open-protocol",
    "printer",
    "scale",
    "scanner",
    "sensor",
    "sparkplug",
)
LATENCIES = ("reading_to_frame", "scan_to_first_step", "tap_to_frame")

Rows = dict[tuple[str, int], str]  # (kiosk, seq) -> hash


@dataclass
class Summary:
    """The figures of one demonstration."""

    written: Rows
    held: Rows
    repeated: int
    runs_completed: int
    runs_open: int
    deviations: Counter[str]
    latencies: dict[str, list[float]]  # milliseconds
    screenshots: list[Path] = field(default_factory=list)
    database: Path = Path()
    report_url: str = ""
    runs_wanted: int = 20
    devices: Mapping[str, Counter[str]] = field(  # kind -> what became of what its devices told
        default_factory=dict[str, Counter[str]]
    )
    change: Published = field(default_factory=Published)

    @property
    def lost(self) -> int:
        """Facts that a kiosk committed and the server does not hold, or holds differently."""
        return sum(self.held.get(key) != value for key, value in self.written.items())

    @property
    def duplicated(self) -> int:
        """Facts that the server holds twice, or that no kiosk wrote."""
        return self.repeated + sum(key not in self.written for key in self.held)

    def complaints(self) -> list[str]:
        """What is not as it should be; nothing when all is well."""
        found = []
        if self.lost:
            found.append(f"{self.lost} facts were lost")
        if self.duplicated:
            found.append(f"{self.duplicated} facts are there twice")
        if self.runs_completed < self.runs_wanted:
            found.append(f"only {self.runs_completed} of {self.runs_wanted} runs were completed")
        if self.runs_open:
            found.append(f"{self.runs_open} runs are still open")
        found += self.change.complaints()
        found += [f"no {kind} was recorded" for kind in WANTED_KINDS if not self.deviations[kind]]
        found += [
            f"no {kind} did its part" for kind in KINDS if not self.devices.get(kind, Counter())["facts"]
        ]
        found += [
            f"{outcome['unconfirmed']} outputs of the {kind} were not confirmed"
            for kind, outcome in self.devices.items()
            if outcome["unconfirmed"]
        ]
        found += [f"no latency of {name} was measured" for name in LATENCIES if not self.latencies.get(name)]
        found += [f"{path.name} was not taken" for path in self.screenshots if not path.is_file()]
        return found

    def as_json(self) -> dict[str, Any]:
        """The figures under their published names."""
        return {
            "ok": not self.complaints(),
            "complaints": self.complaints(),
            "runs_completed": self.runs_completed,
            "facts_written": len(self.written),
            "facts_on_server": len(self.held),
            "facts_lost": self.lost,
            "facts_duplicated": self.duplicated,
            "change": self.change.as_json(),
            "devices": {kind: dict(outcome) for kind, outcome in sorted(self.devices.items())},
            "deviations": dict(sorted(self.deviations.items())),
            "latency_ms": {name: spread(self.latencies.get(name, [])) for name in LATENCIES},
            "screenshots": [str(path) for path in self.screenshots],
            "database": str(self.database),
            "report_url": self.report_url,
        }


def spread(values: Sequence[float]) -> dict[str, float | int | None]:
    """Count, median and 99th percentile (nearest rank) of some milliseconds."""
    if not values:
        return {"n": 0, "p50": None, "p99": None}
    ordered = sorted(values)
    rank = {share: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.99)}
    return {"n": len(ordered), "p50": round(rank[0.5], 2), "p99": round(rank[0.99], 2)}


def written_by(stores: Iterable[Path]) -> Rows:
    """What the kiosks' stores hold."""
    rows: Rows = {}
    for store in stores:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
            (kiosk,) = database.execute("SELECT value FROM meta WHERE key = 'kiosk'").fetchone()
            rows |= {
                (kiosk, seq): digest for seq, digest in database.execute("SELECT seq, hash FROM entries")
            }
    return rows


def held_by(database: Path) -> tuple[Rows, int]:
    """What the server's database holds, and how many of its records stand there more than once."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as server:
        found = server.execute("SELECT kiosk, seq, hash FROM records").fetchall()
    rows = {(kiosk, seq): digest for kiosk, seq, digest in found}
    return rows, len(found) - len(rows) + len(found) - len({digest for _, _, digest in found})


def runs_and_deviations(database: Path) -> tuple[int, int, Counter[str]]:
    """Runs completed and still open, and deviations by kind, as the server's projections say."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as server:
        states = Counter(state for (state,) in server.execute("SELECT state FROM runs"))
        kinds = Counter(kind for (kind,) in server.execute("SELECT kind FROM deviations"))
    return states["completed"], states["running"] + states["held"], kinds


def devices_in(benches: Iterable[tuple[Path, Path]]) -> Mapping[str, Counter[str]]:
    """What the devices of each kind had their part in, from each kiosk's store and its station's file.

    `facts`: told by one of them, or set by one; `unconfirmed`: of these, outputs that may not be as they should.
    A badge is no evidence and names no device: who signed in held one.
    """
    found: dict[str, Counter[str]] = {}
    for store, file in benches:
        kinds = {device["name"]: device["kind"] for device in tomllib.loads(file.read_text())["device"]}
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
            bodies = [json.loads(body)["fact"] for (body,) in database.execute("SELECT body FROM entries")]
        for fact in bodies:
            name = fact.get("device") or fact.get("evidence", {}).get("device")
            kind = "badge" if fact["type"] == "operator.signed-in" else kinds.get(name)
            if kind is not None:
                outcome = found.setdefault(kind, Counter())
                outcome["facts"] += 1
                outcome["unconfirmed"] += fact.get("confirmed") is False
    return found


def latencies_in(traces: Iterable[Path]) -> dict[str, list[float]]:
    """Milliseconds by name, from the kiosks' traces: one JSON object a line, `{"name", "ms", …}`."""
    found: dict[str, list[float]] = {}
    for trace in traces:
        if not trace.is_file():
            continue
        for line in trace.read_text().splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the last line of a kiosk that was killed
            found.setdefault(entry["name"], []).append(float(entry["ms"]))
    return found
