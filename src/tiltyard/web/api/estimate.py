"""A number with its interval, as JSON."""

from pydantic import BaseModel, ConfigDict


class EstimateOut(BaseModel):
    """A number with its interval."""

    model_config = ConfigDict(from_attributes=True)

    estimate: float
    lower: float
    upper: float
    standard_error: float
