"""Whether approvals fill the seats of several roles, when each person and each seat counts once."""

from collections import defaultdict
from collections.abc import Collection, Sequence

Edge = tuple[str, str, str]
"""A person, a role, and the seat of that role that the person fills: their own, or another's."""

_Node = tuple[str, ...]
_SOURCE: _Node = ("source",)
_SINK: _Node = ("sink",)


def fills(roles: Collection[str], each: int, edges: Sequence[Edge]) -> bool:
    """Return whether every role gets ``each`` seats, of different people.

    A flow from people over seats to roles (Ford and Fulkerson): of a person, a seat, one unit each.
    """
    room: defaultdict[_Node, defaultdict[_Node, int]] = defaultdict(lambda: defaultdict(int))
    for person, role, seat in sorted(set(edges)):
        if role in roles:
            human, place, aim = ("person", person), ("seat", role, seat), ("role", role)
            room[_SOURCE][human] = room[human][place] = room[place][aim] = 1
            room[aim][_SINK] = each
    wanted = each * len(set(roles))
    return all(_push(room) for _ in range(wanted))


def _push(room: defaultdict[_Node, defaultdict[_Node, int]]) -> bool:
    """Send one more unit from source to sink, or return that none can pass."""
    came_from: dict[_Node, _Node] = {_SOURCE: _SOURCE}
    queue = [_SOURCE]
    for node in queue:
        for onward, left in list(room[node].items()):
            if left > 0 and onward not in came_from:
                came_from[onward] = node
                queue.append(onward)
    if _SINK not in came_from:
        return False
    node = _SINK
    while node != _SOURCE:
        before = came_from[node]
        room[before][node] -= 1
        room[node][before] += 1
        node = before
    return True
