import pytest

from portal.vn.speech import say_call, say_number


@pytest.mark.parametrize(
    ("ticket", "said"), [("A047", "A, không, bốn, bảy"), ("b9", "B, chín"), ("Đ-10", "Đ, một, không")]
)
def test_ticket_numbers_are_said_sign_by_sign(ticket, said):
    assert say_number(ticket) == said


@pytest.mark.parametrize("counter", ["Quầy 3", "quầy  3", "3"])
def test_call_names_number_then_counter(counter):
    assert say_call("A047", counter) == "Mời số A, không, bốn, bảy, đến quầy ba."


def test_counter_numbers_are_words_for_recorded_voices():
    assert say_call("A1", "Quầy 12 – Đất đai") == "Mời số A, một, đến quầy mười hai – Đất đai."
