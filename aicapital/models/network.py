"""Who stands where in a network of ties: partners, strength, betweenness, eigenvector centrality.

Each measure answers another question (Freeman, "Centrality in social networks: conceptual clarification", Social
Networks 1, 1978/79): partners, how many a firm deals with; betweenness, how many shortest ways between others lead
through it; eigenvector centrality (Bonacich 1972), whether its partners are well connected themselves. Ties of one
kind only: money put in and purchases promised are two networks, never one.
"""

from collections import deque

import numpy as np
import pandas as pd

from aicapital.models.validation import known

MEASURES = ("partners", "strength", "betweenness", "eigenvector")


def adjacency(ties: pd.DataFrame) -> pd.DataFrame:
    """1 where two firms are tied, whatever the direction and however often; else 0. Names in order of the alphabet."""
    _check(ties)
    names = sorted({*ties["from"], *ties["to"]})
    place = {name: position for position, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    rows, columns = ties["from"].map(place), ties["to"].map(place)
    matrix[rows, columns] = matrix[columns, rows] = 1.0
    return pd.DataFrame(matrix, index=names, columns=names)


def centrality(ties: pd.DataFrame) -> pd.DataFrame:
    """All measures, one row a firm, most partners first.

    ties : columns from, to and, for strength, amount_usd_bn; one kind of tie only.

    partners: number of firms tied to it. strength: USD bn of its ties of this kind, in and out; an amount that nobody
    published counts as nothing, so it is a lower bound. betweenness: percent of the pairs of other firms whose
    shortest ways lead through it (a pair with several shortest ways counts in parts, Brandes 2001). eigenvector:
    entries of the leading eigenvector, length 1, of the largest connected part; 0 outside it.
    """
    matrix = adjacency(ties)
    amounts = ties.get("amount_usd_bn", pd.Series(0.0, index=ties.index)).fillna(0.0)
    ends = pd.concat([ties["from"], ties["to"]])
    strength = pd.concat([amounts, amounts]).groupby(ends.to_numpy()).sum()
    found = pd.DataFrame(
        {
            "partners": matrix.sum().astype(int),
            "strength": strength.reindex(matrix.index),
            "betweenness": betweenness(matrix),
            "eigenvector": eigenvector(matrix),
        }
    )
    return found.sort_values(
        ["partners", "betweenness"], ascending=False, kind="stable"
    ).rename_axis("firm")


def betweenness(matrix: pd.DataFrame) -> pd.Series:
    """Percent of the pairs of others whose shortest ways lead through each firm; Brandes (2001), unweighted."""
    _check_matrix(matrix)
    near = [np.flatnonzero(row) for row in matrix.to_numpy()]
    size = len(near)
    through = np.zeros(size)
    for source in range(size):
        ways, distance = np.zeros(size), np.full(size, -1)
        ways[source], distance[source] = 1, 0
        order, before, queue = [], [[] for _ in range(size)], deque([source])
        while queue:
            here = queue.popleft()
            order.append(here)
            for there in near[here]:
                if distance[there] < 0:
                    distance[there] = distance[here] + 1
                    queue.append(there)
                if distance[there] == distance[here] + 1:
                    ways[there] += ways[here]
                    before[there].append(here)
        owed = np.zeros(size)
        for here in reversed(order):
            for previous in before[here]:
                owed[previous] += ways[previous] / ways[here] * (1 + owed[here])
            if here != source:
                through[here] += owed[here]
    pairs = (size - 1) * (size - 2)  # each pair is met from both of its ends
    return pd.Series(100 * through / pairs if pairs else through, index=matrix.index)


def eigenvector(matrix: pd.DataFrame) -> pd.Series:
    """Leading eigenvector of the largest connected part, length 1; a firm outside that part gets 0."""
    _check_matrix(matrix)
    inside = _largest_part(matrix.to_numpy())
    _, vectors = np.linalg.eigh(matrix.to_numpy()[np.ix_(inside, inside)])
    scores = np.zeros(len(matrix))
    scores[inside] = np.abs(vectors[:, -1])
    return pd.Series(scores, index=matrix.index)


def rank(found: pd.DataFrame, firm: str, measure: str) -> int:
    """Place of a firm by one measure, 1 the highest; firms that are level share the better place."""
    known("firm", firm, found.index)
    known("measure", measure, MEASURES)
    # Measures are computed in floating point: what is equal on paper must stay equal here.
    scores = found[measure].round(9)
    return int((scores > scores[firm]).sum()) + 1


def _largest_part(matrix: np.ndarray) -> np.ndarray:
    left, best = set(range(len(matrix))), []
    while left:
        part, queue = [], [min(left)]
        left.discard(queue[0])
        while queue:
            here = queue.pop()
            part.append(here)
            fresh = [there for there in np.flatnonzero(matrix[here]).tolist() if there in left]
            left.difference_update(fresh)
            queue += fresh
        best = max(best, part, key=len)
    return np.array(sorted(best))


def _check(ties: object) -> None:
    if not isinstance(ties, pd.DataFrame) or not {"from", "to"} <= set(ties.columns):
        raise ValueError("ties must be a table with the columns from and to, one row a tie.")
    if ties.empty:
        raise ValueError("ties is empty: a network needs at least one tie. Choose a later day.")
    own = ties.loc[ties["from"] == ties["to"], "from"]
    if len(own):
        raise ValueError(f"{own.iloc[0]} is tied to itself; leave such rows out.")


def _check_matrix(matrix: object) -> None:
    if (
        not isinstance(matrix, pd.DataFrame)
        or not matrix.index.equals(matrix.columns)
        or not np.array_equal(matrix, matrix.T)
    ):
        raise ValueError(
            "matrix must be a symmetric table with the same names down and across, as adjacency() gives it."
        )
