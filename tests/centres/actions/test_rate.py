import pytest

from centres.actions.rate import rate
from centres.enums import Score, TicketState
from centres.models import Rating
from portal.errors import BadInput, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING


@pytest.fixture
def done(service):
    return make.TicketFactory(service=service, state=TicketState.DONE, finished_at=MORNING)


def test_a_visit_is_rated_once(done):
    rate(ticket=done, score=Score.GOOD, comment=" Nhanh ", at=MORNING)
    with pytest.raises(RuleBroken) as refused:
        rate(ticket=done, score=Score.BAD, at=MORNING)
    assert refused.value.code == "rated_already"
    assert Rating.objects.get().comment == "Nhanh"


def test_a_visit_that_goes_on_is_not_rated(ticket):
    with pytest.raises(RuleBroken) as refused:
        rate(ticket=ticket, score=Score.GOOD, at=MORNING)
    assert refused.value.code == "not_ended"


@pytest.mark.parametrize(("score", "comment"), [(0, ""), (4, ""), (3, "x" * 501)])
def test_what_cannot_be_kept_is_refused(done, score, comment):
    with pytest.raises(BadInput):
        rate(ticket=done, score=score, comment=comment, at=MORNING)
