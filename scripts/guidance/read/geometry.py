"""How rectangles lie on a page: sizes, hulls, what touches what.

Arithmetic on places alone; what a rectangle means is decided elsewhere. Lengths are PDF points.
"""

from collections.abc import Iterable, Sequence

from guidance.document.model import Box

NEAR = 3.0  # points: rules, shading and words this close belong together


def width(box: Box) -> float:
    """How wide a rectangle is."""
    return box.right - box.left


def height(box: Box) -> float:
    """How high a rectangle is."""
    return box.top - box.bottom


def least_side(box: Box) -> float:
    """The shorter of a rectangle's sides."""
    return min(width(box), height(box))


def grown(box: Box, by: float) -> Box:
    """A rectangle with each edge moved outwards."""
    return Box(box.left - by, box.bottom - by, box.right + by, box.top + by)


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest rectangle around some rectangles."""
    every = list(boxes)
    return Box(
        min(b.left for b in every),
        min(b.bottom for b in every),
        max(b.right for b in every),
        max(b.top for b in every),
    )


def inside(inner: Box, outer: Box) -> bool:
    """Whether a rectangle lies in another, give or take what belongs together."""
    return (
        inner.left >= outer.left - NEAR
        and inner.right <= outer.right + NEAR
        and inner.bottom >= outer.bottom - NEAR
        and inner.top <= outer.top + NEAR
    )


def touch(one: Box, other: Box) -> bool:
    """Whether two rectangles overlap or belong together."""
    return (
        one.left - NEAR <= other.right
        and other.left - NEAR <= one.right
        and one.bottom - NEAR <= other.top
        and other.bottom - NEAR <= one.top
    )


def overlap(one: Box, other: Box) -> float:
    """The area in square points that two rectangles share."""
    wide = min(one.right, other.right) - max(one.left, other.left)
    tall = min(one.top, other.top) - max(one.bottom, other.bottom)
    return max(0.0, wide) * max(0.0, tall)


def contains(box: Box, point: tuple[float, float]) -> bool:
    """Whether a point (x, y) lies in a rectangle, give or take a point of length."""
    x, y = point
    return box.left - 1 <= x <= box.right + 1 and box.bottom - 1 <= y <= box.top + 1


def touching_groups(boxes: Sequence[Box]) -> list[list[Box]]:
    """Groups of rectangles that touch one another, by sweeping from the top."""
    groups: list[tuple[Box, list[Box]]] = []
    for box in sorted(boxes, key=lambda b: -b.top):
        reached = [g for g in groups if touch(g[0], box)]
        members = [box, *(m for g in reached for m in g[1])]
        groups = [g for g in groups if g not in reached]
        groups.append((hull([box, *(g[0] for g in reached)]), members))
    return [members for _, members in groups]
