"""Work that is done ahead: in order, at once, and no more of it than can be held."""

import threading
import time

import pytest

from unjpeg.ahead import ahead


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_order(threads):
    def late(k):
        time.sleep(0.02 if k % 3 == 0 else 0)
        return k * k

    assert list(ahead(late, range(20), threads)) == [k * k for k in range(20)]
    assert list(ahead(late, [], threads)) == []


def test_threads_work_at_the_same_time():
    together = threading.Barrier(3, timeout=20)
    assert list(ahead(lambda k: together.wait() >= 0, range(6), 3)) == [True] * 6


def test_little_is_held():
    begun = []
    found = ahead(begun.append, range(100), 2)
    next(found)
    time.sleep(0.1)
    assert len(begun) <= 3
    found.close()
    assert len(begun) <= 3


def test_an_error_reaches_who_asks():
    def fails(k):
        return 1 / (3 - k)

    found = ahead(fails, range(10), 2)
    assert next(found) == 1 / 3
    with pytest.raises(ZeroDivisionError):
        list(found)
