"""How long 10,000 paths of the cash plan over ten years take: `python -m tests.bench.runway`."""

import statistics
import timeit

import numpy as np

from aicapital.labs.runway import contracts_due, new_money, plan_inputs, plan_ranges
from aicapital.models.runway import cash_paths, draw_inputs, draw_shocks

PATHS, YEARS, RUNS, TARGET_MS = 10_000, 10, 15, 300


def simulate() -> None:
    """Draw, work out, and take the fan and the part that ran dry, as the lesson does."""
    base = plan_inputs()
    drawn = draw_inputs(base, plan_ranges(), PATHS, seed=8)
    shocks = draw_shocks(base["growth_shock"], PATHS, YEARS, seed=9)
    paths = cash_paths(drawn, contracts_due(), new_money(base["round_2026"]), shocks)
    np.percentile(paths.cash, [10, 25, 50, 75, 90], axis=0)
    _ = paths.dry_by


def main() -> None:
    simulate()  # tables are read once
    taken = [1000 * seconds for seconds in timeit.repeat(simulate, number=1, repeat=RUNS)]
    print(
        f"{PATHS:,} paths x {YEARS} years: median {statistics.median(taken):.0f} ms, worst {max(taken):.0f} ms of {RUNS} "
        f"(target {TARGET_MS} ms on one core)"
    )


if __name__ == "__main__":
    main()
