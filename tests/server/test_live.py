"""The plant's news inside the server: heard at once, and nobody who listened holds up the end."""

import threading

from server.live import Live


def test_who_listens_hears_what_is_said_and_the_end() -> None:
    live = Live()
    with live.listening() as news:
        live.say("bench-1")
        live.close()
        assert [news.get_nowait(), news.get_nowait()] == ["bench-1", None]


def test_a_thread_that_waits_for_somebody_who_has_left_ends_at_once() -> None:
    live = Live()
    heard: list[str | None] = []
    with live.listening() as news:
        waiting = threading.Thread(target=lambda: heard.append(news.get(timeout=60)))
        waiting.start()
    waiting.join(20)
    assert heard == [None]


def test_somebody_who_leaves_with_a_full_queue_leaves() -> None:
    live = Live()
    with live.listening() as news:
        for _ in range(news.maxsize + 5):
            live.say("bench-1")
    assert news.get_nowait() == "bench-1"
