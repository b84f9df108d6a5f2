"""Supply networks: choke points, and what is left of final output when a supplier stops.

Stages are joined by fixed proportions (Leontief 1936; minimum of the inputs); suppliers of one input stand in for each other
only as far as their spare capacity goes. Shares are the supplier's share of an input, in percent, never the customer's.
"""

from collections import deque
from collections.abc import Iterable, Mapping

from aicapital.models.validation import amounts, known, number


def betweenness(edges: Iterable[tuple[str, str]], directed: bool = True) -> dict[str, float]:
    """Shortest paths that run through each node, not counting its own (Freeman 1977, by Brandes 2001).

    `edges` are (from, to) pairs. Undirected, each pair of nodes counts once. Not divided by the number of pairs.
    """
    ways: dict[str, set[str]] = {}
    for source, target in edges:
        ways.setdefault(source, set()).add(target)
        ways.setdefault(target, set())
        if not directed:
            ways[target].add(source)
    if not ways:
        raise ValueError("edges must hold at least one (from, to) pair of names; got none.")
    score = dict.fromkeys(ways, 0.0)
    for start in ways:
        order, before, paths = _shortest_paths(ways, start)
        carried = dict.fromkeys(ways, 0.0)
        for node in reversed(order):
            for earlier in before[node]:
                carried[earlier] += paths[earlier] / paths[node] * (1 + carried[node])
            if node != start:
                score[node] += carried[node]
    return score if directed else {node: value / 2 for node, value in score.items()}


def _shortest_paths(ways: Mapping[str, set[str]], start: str):
    """Nodes in order of distance from `start`, who comes before each on a shortest path, and how many paths there are."""
    distance, paths = {start: 0}, dict.fromkeys(ways, 0)
    before: dict[str, list[str]] = {node: [] for node in ways}
    paths[start] = 1
    order, waiting = [], deque([start])
    while waiting:
        node = waiting.popleft()
        order.append(node)
        for following in sorted(ways[node]):
            if following not in distance:
                distance[following] = distance[node] + 1
                waiting.append(following)
            if distance[following] == distance[node] + 1:
                paths[following] += paths[node]
                before[following].append(node)
    return order, before, paths


def input_left(
    shares: Mapping[str, float],
    supplier: str,
    cut_pct: float,
    spare_pct: float = 0.0,
    unnamed_spare_pct: float | None = None,
) -> float:
    """Supply of one input after a cut, usual supply = 1.

    `shares` gives each named supplier's share (percent); what is missing to 100 is that of suppliers without a name. All the
    others, named or not, can raise their output by `spare_pct`, together never above what was lost. What the unnamed can add is
    seldom known: `unnamed_spare_pct` gives them a percentage of their own, such as 0 for the worst case.
    """
    given = amounts(
        "shares", shares, "percent", "{'TSMC': 70, 'Samsung': 7}", minimum=0, maximum=100
    )
    if sum(given.values()) > 100 + 1e-9:
        raise ValueError(
            f"shares add up to {sum(given.values()):g} %; one input has at most 100 %."
        )
    known("supplier of this input", supplier, given)
    cut = number("cut_pct", cut_pct, "percent", minimum=0, maximum=100)
    spare = number("spare_pct", spare_pct, "percent", minimum=0)
    theirs = spare
    if unnamed_spare_pct is not None:
        theirs = number("unnamed_spare_pct", unnamed_spare_pct, "percent", minimum=0)
    named = sum(given.values())
    lost = given[supplier] * cut / 100
    found = ((named - given[supplier]) * spare + max(0.0, 100 - named) * theirs) / 100
    return 1 - max(0.0, lost - found) / 100


def extraction_losses(
    shares: Mapping[str, float], spare_pct: float = 0.0, unnamed_spare_pct: float | None = None
) -> dict[str, float]:
    """What is lost of one input, in percent, if each supplier in turn stops: its share less what all the others can add.

    Hypothetical extraction: take one part out, see what is missing (review: Dietzenbacher and Lahr 2013, Economic Systems
    Research 25). `shares`, `spare_pct` and `unnamed_spare_pct` as in `input_left`.
    """
    return {
        name: 100 * (1 - input_left(shares, name, 100, spare_pct, unnamed_spare_pct))
        for name in shares
    }


def output_path(
    supply: Mapping[str, float], stocks: Mapping[str, float], months: int
) -> list[float]:
    """Final output month by month, usual output = 1: the scarcest input decides (Leontief's minimum).

    `supply` is what still arrives of each input, usual supply = 1; `stocks` the months of usual use in store. A month draws
    on a stock only for what output needs, so the input that is short most saves the stocks of the others.
    """
    arriving = amounts("supply", supply, "usual supply = 1", "{'HBM': 0.4}", minimum=0)
    left = {
        name: number(f"stocks[{name!r}]", stocks.get(name, 0.0), "months", minimum=0)
        for name in arriving
    }
    length = int(number("months", months, "months", minimum=1))
    path = []
    for _ in range(length):
        output = min(1.0, *(arriving[name] + left[name] for name in arriving))
        for name in arriving:
            left[name] = (
                max(0.0, left[name] + arriving[name] - output) if arriving[name] < 1 else left[name]
            )
        path.append(output)
    return path
