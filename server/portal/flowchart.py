"""Lay out the flow of an SOP from top to bottom, as boxes and lines with coordinates. Draws nothing.

Boxes are put in layers by their longest way from the start (Sugiyama's method without its back edges);
lines that lead back or skip a layer run in lanes of their own at the right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from content.sop import Box, Decision, End, HandOver, Sop, Task, successors

WIDTH, HEIGHT = 192, 60  # pixels of a box
GAP_X, GAP_Y = 32, 50
LANE = 24
LABEL = 14  # room for a short answer between a box and the first lane
MARGIN = 14
LINE_LENGTH = 23  # characters that fit in a box
LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box with its top left corner, in pixels; `lines` is its title, broken to fit."""

    id: str
    kind: str
    title: str
    lines: tuple[str, ...]
    instruction: str | None
    x: int
    y: int
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A line as an SVG path, with the answer that takes it and where that is written."""

    path: str
    label: str | None
    label_x: int
    label_y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A whole flow and its size in pixels."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int
    height: int


def lay_out(sop: Sop) -> Chart:
    """The procedure's flow with coordinates."""
    layers = _layers(sop.flow)
    rows = _rows(sop.flow, layers)
    body = max(len(row) for row in rows) * (WIDTH + GAP_X) - GAP_X
    nodes = {
        box.id: _node(box, column=column, row=number, offset=(body - _row_width(row)) // 2)
        for number, row in enumerate(rows)
        for column, box in enumerate(row)
    }
    edges, lanes = _edges(sop.flow, nodes, layers, right=MARGIN + body)
    return Chart(
        nodes=tuple(nodes.values()),
        edges=edges,
        width=body + 2 * MARGIN + (lanes * LANE + LABEL if lanes else 0),
        height=len(rows) * (HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN,
    )


def _layers(flow: Sequence[Box]) -> Mapping[str, int]:
    """The layer of each box; a line to a box that is still being walked leads back and counts for nothing."""
    ways = {box.id: successors(box) for box in flow}
    layers: dict[str, int] = {}
    forward = _forward(flow[0].id, ways)
    order = [box.id for box in flow]
    for name in order:
        layers.setdefault(name, 0)
    for _ in order:  # at most one round a layer
        changed = False
        for source, target in forward:
            if layers[target] < layers[source] + 1:
                layers[target] = layers[source] + 1
                changed = True
        if not changed:
            break
    return layers


def _rows(flow: Sequence[Box], layers: Mapping[str, int]) -> list[list[Box]]:
    """The boxes of each layer, each below what leads to it; those with a line around stand at the right."""
    ways = {box.id: successors(box) for box in flow}
    rows: list[list[Box]] = []
    place: dict[str, float] = {}
    for layer in range(max(layers.values()) + 1):
        weights: dict[str, tuple[float, int]] = {}
        for box in flow:
            above = [place[name] for name, targets in ways.items() if box.id in targets and name in place]
            around = sum(layers[target] != layer + 1 for target in ways[box.id])
            weights[box.id] = (sum(above) / len(above) if above else 0.0, around)
        row = sorted((box for box in flow if layers[box.id] == layer), key=lambda box: weights[box.id])
        place |= {box.id: column - (len(row) - 1) / 2 for column, box in enumerate(row)}
        rows.append(row)
    return rows


def _forward(start: str, ways: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    forward: list[tuple[str, str]] = []
    seen: set[str] = set()
    for root in (start, *ways):
        if root in seen:
            continue
        seen.add(root)
        walked = [(root, iter(ways[root]))]
        on_way = {root}
        while walked:
            name, rest = walked[-1]
            target = next(rest, None)
            if target is None:
                walked.pop()
                on_way.discard(name)
            elif target not in on_way:
                forward.append((name, target))
                if target not in seen:
                    seen.add(target)
                    on_way.add(target)
                    walked.append((target, iter(ways[target])))
    return forward


def _row_width(row: Sequence[Box]) -> int:
    return len(row) * (WIDTH + GAP_X) - GAP_X


def _node(box: Box, *, column: int, row: int, offset: int) -> Node:
    return Node(
        id=box.id,
        kind=box.kind,
        title=box.title,
        lines=_broken(f"{box.title} → {box.role}" if isinstance(box, HandOver) else box.title),
        instruction=box.instruction if isinstance(box, Task) else None,
        x=MARGIN + offset + column * (WIDTH + GAP_X),
        y=MARGIN + row * (HEIGHT + GAP_Y),
    )


def _broken(title: str) -> tuple[str, ...]:
    """The title in lines that fit a box; a long word is cut, and what does not fit ends in an ellipsis."""
    lines = [""]
    for word in title.split():
        rest = word
        while rest:
            joined = f"{lines[-1]} {rest}".strip()
            if len(joined) <= LINE_LENGTH:
                lines[-1], rest = joined, ""
            elif len(rest) > LINE_LENGTH:
                room = max(0, LINE_LENGTH - len(lines[-1]) - 2)
                if room > 4:
                    lines[-1], rest = f"{lines[-1]} {rest[:room]}-".strip(), rest[room:]
                lines.append("")
            else:
                lines.append("")
    lines = [line for line in lines if line]
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], lines[LINES - 1][: LINE_LENGTH - 1] + "…"]
    return tuple(lines)


def _edges(
    flow: Sequence[Box], nodes: Mapping[str, Node], layers: Mapping[str, int], *, right: int
) -> tuple[tuple[Edge, ...], int]:
    edges: list[Edge] = []
    lanes = count(1)
    used = 0
    for box in flow:
        if isinstance(box, End):
            continue
        for target, label in _ways(box):
            if layers[target] == layers[box.id] + 1:
                edges.append(_down(nodes[box.id], nodes[target], label))
            else:
                used = next(lanes)
                edges.append(_around(nodes[box.id], nodes[target], right + LABEL + used * LANE, label))
    return tuple(edges), used


def _ways(box: Task | Decision | HandOver) -> list[tuple[str, str | None]]:
    if isinstance(box, Decision):
        return [(way.to, way.when) for way in box.next]
    return [(target, None) for target in box.next]


def _down(source: Node, target: Node, label: str | None) -> Edge:
    x, y = source.x + WIDTH // 2, source.y + HEIGHT
    to_x, to_y = target.x + WIDTH // 2, target.y
    middle = y + GAP_Y // 2
    bend = f" V {middle} H {to_x}" if to_x != x else ""
    at_x = to_x if to_x != x else x
    return Edge(path=f"M {x} {y}{bend} V {to_y - 2}", label=label, label_x=at_x + 8, label_y=to_y - 12)


def _around(source: Node, target: Node, lane: int, label: str | None) -> Edge:
    x, y = source.x + WIDTH, source.y + HEIGHT // 2
    to_x, to_y = target.x + WIDTH, target.y + HEIGHT // 2
    path = f"M {x} {y} H {lane} V {to_y} H {to_x + 2}"
    return Edge(path=path, label=label, label_x=x + 8, label_y=y - 8)
