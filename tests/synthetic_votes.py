"""A small arena with known truth: votes whose models, style effect and side bias were planted."""

import numpy as np
import polars as pl

MODELS = ("amber", "birch", "cedar", "dogwood", "elm", "fir")
STRENGTHS = np.linspace(0.9, -0.9, len(MODELS))
LENGTH_EFFECT = 1.2
SIDE_A = 0.2
TIES = 0.2


def synthetic_votes(votes: int = 6000, seed: int = 7) -> pl.DataFrame:
    """Draw votes; longer answers win more often, whoever gave them, and so does side a."""
    random = np.random.default_rng(seed)
    a = random.integers(0, len(MODELS), votes)
    b = (a + random.integers(1, len(MODELS), votes)) % len(MODELS)
    lengths = random.integers(40, 400, (votes, 2)) + 60 * np.column_stack([a, b])
    share = (lengths[:, 0] - lengths[:, 1]) / lengths.sum(axis=1)
    logit = STRENGTHS[a] - STRENGTHS[b] + LENGTH_EFFECT * share + SIDE_A
    won = random.random(votes) < 1 / (1 + np.exp(-logit))
    kind = random.random(votes)
    outcome = np.where(kind < TIES, "tie", np.where(won, "model_a", "model_b"))
    outcome = np.where(kind < TIES / 4, "tie (bothbad)", outcome)
    counts = {
        f"{name}_{side}": random.poisson(mean, votes)
        for name, mean in (("headers", 1.0), ("lists", 4.0), ("bold", 3.0))
        for side in "ab"
    }
    return pl.DataFrame(
        {
            "battle_id": [f"battle-{number}" for number in range(votes)],
            "model_a": np.array(MODELS)[a],
            "model_b": np.array(MODELS)[b],
            "winner": outcome,
            "voter": [f"voter-{number}" for number in random.integers(0, 400, votes)],
            "tstamp": 1.75e9 + 600.0 * np.arange(votes),
            "language": np.where(random.random(votes) < 0.7, "en", "de"),
            "is_code": random.random(votes) < 0.3,
            "anony": random.random(votes) < 0.95,
            "pair_probability": np.full(votes, 1 / 15),
            "length_a": lengths[:, 0],
            "length_b": lengths[:, 1],
            **counts,
        }
    )
