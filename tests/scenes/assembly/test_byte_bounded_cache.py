"""The bounded cache keeps what was used last, and never more bytes than its limit."""

from hypothesis import given
from hypothesis import strategies as st

from myriorama.scenes.assembly.cache import ByteBoundedCache


@given(st.lists(st.tuples(st.integers(0, 9), st.just(0)), max_size=60), st.integers(1, 40))
def test_never_holds_more_than_its_limit_and_always_answers_right(asked: list[tuple[int, int]], limit: int) -> None:
    cache: ByteBoundedCache[bytes] = ByteBoundedCache(limit, len)
    for key, _ in asked:
        value = cache.get_or_make(key, lambda key=key: bytes([key]) * (key + 1))  # type: ignore[misc]
        assert value == bytes([key]) * (key + 1)
        assert cache.nbytes <= limit


def test_keeps_what_was_used_last() -> None:
    made: list[str] = []

    def make(name: str) -> bytes:
        made.append(name)
        return b"1234"

    cache: ByteBoundedCache[bytes] = ByteBoundedCache(8, len)
    for name in ("a", "b", "a", "c", "a", "b"):
        cache.get_or_make(name, lambda name=name: make(name))  # type: ignore[misc]
    # c pushed b out, because a had been used in between
    assert made == ["a", "b", "c", "b"]


def test_a_value_larger_than_the_limit_is_handed_out_and_pushes_nothing_out() -> None:
    cache: ByteBoundedCache[bytes] = ByteBoundedCache(4, len)
    cache.get_or_make("small", lambda: b"12")
    assert cache.get_or_make("large", lambda: b"1234567") == b"1234567"
    assert len(cache) == 1
