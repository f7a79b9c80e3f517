from synthetic_votes import synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.price_frontier import price_frontier
from tiltyard.boards.ranking import rank

BOARD = rank(Battles.from_frame(synthetic_votes(3000)))
PRICES = {"amber": 10.0, "birch": 12.0, "cedar": 1.0, "dogwood": 2.0, "elm": 0.0, "fir": 0.1}


def test_the_frontier_is_who_is_best_for_less() -> None:
    found = {model.standing.model: model.best for model in price_frontier(BOARD, PRICES)}
    assert found == {"fir": True, "cedar": True, "dogwood": False, "amber": True, "birch": False}
