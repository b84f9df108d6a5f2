"""Exercise sheets for a class: their release from one source, and the grading of what comes back.

`release` makes the learner's sheets. `batch` runs the grading: `warm` forks a learner's process (`learner`, in
the `sandbox`) and a judge (`judge`, `proxies`) for each submission; `codec` carries plain data between the two,
`plan` rebuilds the sheet from our source, `feedback`, `report`, `marks` and `gradebook` write down what comes out.
"""
