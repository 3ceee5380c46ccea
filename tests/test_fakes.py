from datetime import timedelta

import pytest

from guardian.io.fakes import FakeClock, FakeGpio, Level

PIN, BUTTON = 18, 23


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def gpio(clock: FakeClock) -> FakeGpio:
    made = FakeGpio(clock, busy=(5,))
    made.setwarnings(True)  # noqa: FBT003 - the library's signature
    made.setmode(FakeGpio.BCM)
    return made


def test_a_fake_clock_stands_still_until_it_is_moved_and_moves_both_clocks(clock: FakeClock):
    before = clock.moment()
    assert clock.moment() == before
    assert clock.advance(2.5) == clock() == clock.monotonic() == before.monotonic + 2.5
    assert clock.moment().wall == before.wall + timedelta(seconds=2.5)


def test_a_step_of_the_wall_clock_moves_it_alone(clock: FakeClock):
    before = clock.moment()
    clock.step_wall(-3_600)
    after = clock.moment()
    assert after.monotonic == before.monotonic
    assert after.wall == before.wall - timedelta(hours=1)


def test_a_fake_clock_does_not_go_back(clock: FakeClock):
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(-1)


def test_a_level_is_kept_with_its_time(gpio: FakeGpio, clock: FakeClock):
    gpio.setup(PIN, FakeGpio.OUT, initial=FakeGpio.LOW)
    clock.advance(1.0)
    gpio.output(PIN, FakeGpio.HIGH)
    assert gpio.input(PIN) == FakeGpio.HIGH
    assert gpio.history == [Level(1_000.0, PIN, 0), Level(1_001.0, PIN, 1)]


def test_a_button_to_ground_is_low_while_it_is_held(gpio: FakeGpio, clock: FakeClock):
    gpio.setup(BUTTON, FakeGpio.IN, pull_up_down=FakeGpio.PUD_UP)
    assert gpio.input(BUTTON) == FakeGpio.HIGH
    gpio.hold(BUTTON, 1.0)
    assert gpio.input(BUTTON) == FakeGpio.LOW
    clock.advance(1.0)
    assert gpio.input(BUTTON) == FakeGpio.HIGH


def test_a_button_that_is_let_go_is_high_again(gpio: FakeGpio):
    gpio.setup(BUTTON, FakeGpio.IN, pull_up_down=FakeGpio.PUD_UP)
    gpio.hold(BUTTON, 10.0)
    gpio.hold(BUTTON, 0)
    assert gpio.input(BUTTON) == FakeGpio.HIGH


def test_without_its_pull_up_a_button_cannot_be_read(gpio: FakeGpio):
    gpio.setup(BUTTON, FakeGpio.IN)
    assert gpio.input(BUTTON) == FakeGpio.LOW


def test_it_refuses_what_the_library_refuses(clock: FakeClock, gpio: FakeGpio):
    with pytest.raises(RuntimeError, match="numbering mode"):
        FakeGpio(clock).setup(PIN, FakeGpio.OUT)
    with pytest.raises(RuntimeError, match="busy"):
        gpio.setup(5, FakeGpio.OUT)
    with pytest.raises(RuntimeError, match="OUTPUT"):
        gpio.output(PIN, FakeGpio.HIGH)
    with pytest.raises(RuntimeError, match="setup"):
        gpio.input(BUTTON)


def test_pins_that_were_given_back_must_be_claimed_again(gpio: FakeGpio):
    gpio.setup(PIN, FakeGpio.OUT)
    gpio.setup(BUTTON, FakeGpio.IN, pull_up_down=FakeGpio.PUD_UP)
    gpio.cleanup((PIN, BUTTON))
    with pytest.raises(RuntimeError, match="OUTPUT"):
        gpio.output(PIN, FakeGpio.HIGH)
    with pytest.raises(RuntimeError, match="setup"):
        gpio.input(BUTTON)


def test_a_broken_chip_fails_every_call(gpio: FakeGpio):
    gpio.setup(PIN, FakeGpio.OUT)
    gpio.broken = OSError(5, "gone")
    calls = (
        lambda: gpio.setmode(FakeGpio.BCM),
        lambda: gpio.setup(PIN, FakeGpio.OUT),
        lambda: gpio.output(PIN, 1),
        lambda: gpio.input(PIN),
        lambda: gpio.cleanup((PIN,)),
    )
    for call in calls:
        with pytest.raises(OSError, match="gone"):
            call()
