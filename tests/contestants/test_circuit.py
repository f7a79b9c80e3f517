from tiltyard.contestants.circuit import FAILURES, LONGEST_REST_S, REST_S, Circuit


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def state(circuit: Circuit) -> str:
    return circuit.state.value


def opened(clock: Clock) -> Circuit:
    circuit = Circuit(clock)
    assert [circuit.fail("answered 500") for _ in range(FAILURES)][-1]
    return circuit


def test_a_circuit_opens_after_failures_in_a_row() -> None:
    circuit = Circuit(Clock())
    for _ in range(FAILURES - 1):
        assert not circuit.fail("answered 500")
    assert state(circuit) == "closed"
    assert circuit.fail("answered 502")
    assert state(circuit) == "open"
    assert circuit.last_problem == "answered 502"


def test_an_answer_between_failures_starts_the_count_anew() -> None:
    circuit = Circuit(Clock())
    for _ in range(3 * FAILURES):
        assert not circuit.fail("answered 500")
        circuit.succeed()
    assert state(circuit) == "closed"


def test_after_its_rest_the_next_answer_decides() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += REST_S - 1
    assert (state(circuit), circuit.rests_s) == ("open", 1.0)
    clock.now += 1
    assert state(circuit) == "half_open"
    assert circuit.fail("answered 500"), "one failure is enough"
    assert state(circuit) == "open"
    clock.now += REST_S
    circuit.succeed()
    assert state(circuit) == "closed"
    assert not circuit.fail("answered 500"), "and the count begins anew"


def test_after_its_rest_one_trial_goes_through_and_no_more_until_it_has_ended() -> None:
    clock = Clock()
    circuit = opened(clock)
    assert not circuit.admit()
    clock.now += REST_S
    assert [circuit.admit() for _ in range(4)] == [True, True, False, False]
    assert not circuit.lets_through
    circuit.fail("answered 500")
    assert (state(circuit), circuit.rests_s) == ("open", 2 * REST_S)
    clock.now += 2 * REST_S
    assert circuit.admit()
    circuit.succeed()
    assert all(circuit.admit() for _ in range(4))


def test_a_trial_of_which_nothing_is_heard_is_followed_by_another() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += REST_S
    assert [circuit.admit() for _ in range(3)] == [True, True, False]
    clock.now += REST_S
    assert [circuit.admit() for _ in range(3)] == [True, True, False]


def test_failures_that_were_under_way_do_not_prolong_the_rest() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += REST_S / 2
    assert not circuit.fail("answered 500")
    assert circuit.rests_s == REST_S / 2


def test_each_failed_trial_doubles_the_rest_up_to_ten_minutes() -> None:
    clock = Clock()
    circuit = opened(clock)
    rests = []
    for _ in range(7):
        rests.append(circuit.rests_s)
        clock.now += circuit.rests_s
        assert circuit.fail("answered 500")
    assert rests == [30.0, 60.0, 120.0, 240.0, 480.0, 600.0, 600.0]
    assert rests[-1] == LONGEST_REST_S
    circuit.succeed()
    for _ in range(FAILURES):
        circuit.fail("answered 500")
    assert circuit.rests_s == REST_S, "who has answered begins anew"
