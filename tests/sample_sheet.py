"""A small exercise sheet in source format, and the cells it is made of."""

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

# Stands for the course's checks: `...` is an unfilled blank, None what a function with a blank body returns.
CHECK = """
class sheet:
    def check(value):
        print("Not answered yet" if value is ... or value is None else "Answered")
"""


def marks(
    grade_id: str,
    *,
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    points: int = 0,
) -> dict:
    meta = {
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "schema_version": 3,
        "task": False,
    }
    return {"nbgrader": meta | ({"points": points} if points else {})}


def code(cell_id: str, source: str, **roles) -> NotebookNode:
    return new_code_cell(
        source.strip("\n"), id=cell_id, metadata=marks(cell_id, **roles) if roles else {}
    )


def text(cell_id: str, source: str, **roles) -> NotebookNode:
    return new_markdown_cell(
        source.strip("\n"), id=cell_id, metadata=marks(cell_id, **roles) if roles else {}
    )


def sample_sheet() -> NotebookNode:
    cells = [
        text("title", "# Practice sheet"),
        code("setup", CHECK, locked=True),
        code(
            "ask-1",
            """
# What the company is worth after the round (USD bn)
### BEGIN SOLUTION
_paid_in = 30 + 50 + 30
post_money = 730 + _paid_in
### END SOLUTION
post_money
""",
            solution=True,
        ),
        code(
            "ask-1-test",
            """
sheet.check(post_money)
### BEGIN HIDDEN TESTS
assert post_money == 840
### END HIDDEN TESTS
""",
            grade=True,
            locked=True,
            points=2,
        ),
        code(
            "ask-2",
            '''
def kept(pre_money, new_money):
    """The share of the company that old holders keep."""
    ### BEGIN SOLUTION
    worth_after = pre_money + new_money
    return pre_money / worth_after
    ### END SOLUTION
''',
            solution=True,
        ),
        code(
            "ask-2-test",
            """
sheet.check(kept(730, 110))
### BEGIN HIDDEN TESTS
assert abs(kept(300, 100) - 0.75) < 1e-9
### END HIDDEN TESTS
""",
            grade=True,
            locked=True,
            points=3,
        ),
        text(
            "ask-3",
            """
- 1 point: names who pays
- 1 point: names who is paid

### BEGIN SOLUTION
The chip maker pays in, and its chips are what the money buys.
### END SOLUTION
""",
            grade=True,
            solution=True,
            points=2,
        ),
    ]
    return new_notebook(cells=cells, metadata={"aicapital": {"points": 7}})
