"""SIGTERM while a run is under way, and who had it before."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress

import pytest

from kedro_bind.process.termination import Terminated, Termination


@pytest.fixture
def received():
    """What a handler gets that was there before."""
    numbers = []
    before = signal.signal(signal.SIGTERM, lambda number, _: numbers.append(number))
    yield numbers
    signal.signal(signal.SIGTERM, before)


def test_the_signal_raises_while_a_run_is_under_way_and_the_previous_handler_is_restored(received):
    handler, termination = signal.getsignal(signal.SIGTERM), Termination()
    with termination.watched(), termination.watched(), pytest.raises(Terminated) as info:
        signal.raise_signal(signal.SIGTERM)
    assert info.value.code == 143
    assert received == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) == handler


def test_an_exception_that_was_suppressed_is_raised_again(received):
    termination = Termination()
    with termination.watched():
        with suppress(Terminated):
            signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Terminated):
            termination.raise_if_received()
        with termination.uninterrupted():
            termination.raise_if_received()
            signal.raise_signal(signal.SIGTERM)  # the runs are being ended: once is enough
    termination.raise_if_received()


def test_a_signal_while_runs_are_being_ended_is_raised_afterwards(received):
    termination = Termination()
    with termination.watched():
        with termination.uninterrupted():
            with termination.uninterrupted():
                signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)
            termination.raise_if_received()
        with pytest.raises(Terminated):
            termination.raise_if_received()
        with pytest.raises(Terminated):
            signal.raise_signal(signal.SIGTERM)


def test_a_thread_that_ends_runs_does_not_keep_the_signal_from_the_main_thread(received):
    termination, begun, done = Termination(), threading.Event(), threading.Event()

    @termination.uninterrupted()
    def end_runs():
        begun.set()
        done.wait(30)

    thread = threading.Thread(target=end_runs)
    with termination.watched():
        thread.start()
        begun.wait(30)
        with pytest.raises(Terminated):
            signal.raise_signal(signal.SIGTERM)
        done.set()
        thread.join()


def test_a_handler_that_is_set_meanwhile_stays_and_may_call_ours(received):
    termination = Termination()
    with termination.watched():
        ours = signal.getsignal(signal.SIGTERM)

        def theirs(number, frame):
            ours(number, frame)

        signal.signal(signal.SIGTERM, theirs)
    assert signal.getsignal(signal.SIGTERM) is theirs
    signal.raise_signal(signal.SIGTERM)
    assert received == [signal.SIGTERM]


def test_a_signal_that_is_ignored_and_one_outside_of_the_main_thread_is_left_alone(received):
    handler, termination, begun = signal.getsignal(signal.SIGTERM), Termination(), []
    thread = threading.Thread(target=lambda: begun.append(termination.begin()))
    thread.start()
    thread.join()
    assert begun == [False]
    assert signal.getsignal(signal.SIGTERM) is handler
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    assert termination.begin() is False
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN


def test_a_forked_process_ends_as_without_a_handler():
    with Termination().watched():
        child = os.fork()
        if not child:
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            finally:
                os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
