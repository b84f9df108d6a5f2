"""Centrality against published examples: Krackhardt's kite, the Florentine families; and bad input."""

import numpy as np
import pandas as pd
import pytest

from aicapital.models.network import adjacency, betweenness, centrality, eigenvector, rank

# Krackhardt (1990); values as Krebs publishes them (orgnet.com/sna.html): degree Diane 0.667, betweenness
# Heather 0.389, Fernando and Garth 0.231, Ike 0.222, Diane 0.102.
KITE = """Andre-Beverley Andre-Carol Andre-Diane Andre-Fernando Beverley-Diane Beverley-Ed Beverley-Garth Carol-Diane
Carol-Fernando Diane-Ed Diane-Fernando Diane-Garth Ed-Garth Fernando-Garth Fernando-Heather Garth-Heather Heather-Ike
Ike-Jane"""
# Marriages of 15 families, Padgett and Ansell (1993); betweenness of the Medici 0.522, of the Guadagni 0.255
# (Jackson, "Social and Economic Networks", 2008, section 1.2.1: the Medici have the highest, the Strozzi 0.103).
FAMILIES = """Acciaiuoli-Medici Castellani-Peruzzi Castellani-Strozzi Castellani-Barbadori Medici-Barbadori Medici-Ridolfi
Medici-Tornabuoni Medici-Albizzi Medici-Salviati Salviati-Pazzi Peruzzi-Strozzi Peruzzi-Bischeri Strozzi-Ridolfi
Strozzi-Bischeri Ridolfi-Tornabuoni Tornabuoni-Guadagni Albizzi-Ginori Albizzi-Guadagni Bischeri-Guadagni
Guadagni-Lamberteschi"""


def edges(text):
    return pd.DataFrame([pair.split("-") for pair in text.split()], columns=["from", "to"])


def test_krackhardts_kite():
    found = centrality(edges(KITE))
    assert found.index[0] == "Diane" and found.at["Diane", "partners"] == 6  # 6 of 9: 0.667
    published = {"Heather": 38.9, "Fernando": 23.1, "Garth": 23.1, "Ike": 22.2, "Diane": 10.2}
    for name, percent in published.items():
        assert found.at[name, "betweenness"] == pytest.approx(percent, abs=0.06), name
    assert rank(found, "Heather", "betweenness") == 1 and rank(found, "Diane", "partners") == 1
    assert rank(found, "Garth", "betweenness") == rank(found, "Fernando", "betweenness") == 2


def test_the_medici():
    found = centrality(edges(FAMILIES))
    assert found.index[0] == "Medici" and found.at["Medici", "partners"] == 6
    for name, percent in {"Medici": 52.2, "Guadagni": 25.5, "Strozzi": 10.3}.items():
        assert found.at[name, "betweenness"] == pytest.approx(percent, abs=0.06), name
    assert found["eigenvector"].idxmax() == "Medici"


def test_star_path_and_ring():
    star = betweenness(adjacency(edges("hub-a hub-b hub-c hub-d")))
    assert star["hub"] == pytest.approx(100) and star.drop("hub").eq(0).all()
    path = betweenness(adjacency(edges("a-b b-c c-d")))
    assert path.tolist() == pytest.approx([0, 200 / 3, 200 / 3, 0])
    ring = adjacency(edges("a-b b-c c-d d-a"))
    assert betweenness(ring).tolist() == pytest.approx([100 / 6] * 4)  # two ways share each pair
    assert eigenvector(ring).tolist() == pytest.approx([0.5] * 4)


def test_eigenvector_of_a_star_and_of_a_small_part():
    # Leading eigenvector of a star with four leaves: 1/sqrt(2) in the hub, 1/sqrt(8) in each leaf.
    found = eigenvector(adjacency(edges("hub-a hub-b hub-c hub-d x-y")))
    assert found["hub"] == pytest.approx(0.5**0.5) and found["a"] == pytest.approx(8**-0.5)
    assert found[["x", "y"]].eq(0).all()


def test_ties_both_ways_and_repeated_count_once_but_dollars_add_up():
    table = pd.DataFrame(
        [("a", "b", 1.0), ("b", "a", 2.0), ("a", "b", np.nan), ("b", "c", 4.0)],
        columns=["from", "to", "amount_usd_bn"],
    )
    found = centrality(table)
    assert found["partners"].to_dict() == {"b": 2, "a": 1, "c": 1}
    assert found["strength"].to_dict() == {"b": 7, "a": 3, "c": 4}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: centrality(pd.DataFrame({"from": ["a"]})), "columns from and to"),
        (lambda: centrality(edges("a-b").head(0)), "ties is empty"),
        (lambda: centrality(edges("a-a")), "a is tied to itself"),
        (lambda: betweenness(pd.DataFrame([[0, 1], [0, 0]])), "symmetric"),
        (lambda: rank(centrality(edges("a-b")), "c", "partners"), "no firm named 'c'"),
        (lambda: rank(centrality(edges("a-b")), "a", "fame"), "no measure named 'fame'"),
    ],
)
def test_bad_input_is_told(make, message):
    with pytest.raises(ValueError, match=message):
        make()
