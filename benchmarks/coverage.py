"""How often 95 % intervals hold the truth, in simulations."""

import numpy as np
from coverage_clusters import CLUSTERED
from coverage_resampled import RESAMPLED
from coverage_trials import SCENARIOS, Hits, Scenario, simulate

TRIALS = 2000
NOTE = (
    f"{TRIALS:,} simulated sets of votes each, seeded, on 8 models of uneven popularity; the truth "
    "is what they were drawn from. `covered` is over all intervals of a scenario, with the "
    "simulation's own standard error; `least` and `most` are over single parameters, of which "
    "each has a standard error of 0.5 %. Rows in italics show what the wrong interval does."
)


def report() -> str:
    """Simulate all scenarios and write the table."""
    lines = [
        "# Coverage of 95 % intervals",
        "",
        NOTE,
        "",
        "| votes and intervals | covered | least | most |",
        "|---|---|---|---|",
        *(
            _row(scenario, simulate(scenario, TRIALS))
            for scenario in SCENARIOS + CLUSTERED + RESAMPLED
        ),
    ]
    return "\n".join(lines) + "\n"


def _row(scenario: Scenario, hits: Hits) -> str:
    by_parameter, by_trial = hits.mean(axis=0), hits.mean(axis=1)
    error = by_trial.std() / np.sqrt(len(hits))
    cells = (
        f"{by_trial.mean():.1%} ± {error:.1%}",
        f"{by_parameter.min():.1%}",
        f"{by_parameter.max():.1%}",
    )
    name = scenario.name if scenario.meant else f"*{scenario.name}*"
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    print(report(), end="")
