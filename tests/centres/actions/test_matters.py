import pytest

from centres.actions.matters import add_matter, finish_matter
from centres.actions.park import park
from centres.enums import TicketState
from centres.models import Matter, Ticket
from portal.errors import NotAllowed, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING


@pytest.fixture
def serving(service, counter):
    return make.TicketFactory(service=service, state=TicketState.SERVING, counter=counter, called_at=MORNING)


def test_the_visit_ends_with_its_last_matter(serving, officer):
    procedure = make.ProcedureFactory()
    first, second = (
        add_matter(ticket=serving, procedure=procedure, at=MORNING, acting_user=officer) for _each in range(2)
    )
    assert finish_matter(matter=first, at=MORNING, acting_user=officer).state == TicketState.SERVING
    assert finish_matter(matter=second, at=MORNING, acting_user=officer).state == TicketState.DONE
    stored = Ticket.objects.get(pk=serving.pk)
    assert (stored.state, stored.finished_at) == (TicketState.DONE, MORNING)


def test_a_matter_is_finished_once(serving, officer):
    matter = add_matter(ticket=serving, procedure=make.ProcedureFactory(), at=MORNING, acting_user=officer)
    finish_matter(matter=matter, at=MORNING, acting_user=officer)
    with pytest.raises(RuleBroken) as refused:
        finish_matter(matter=matter, at=MORNING, acting_user=officer)
    assert refused.value.code == "matter_done"


def test_a_visit_that_is_set_aside_stays_so(serving, officer):
    matter = add_matter(ticket=serving, procedure=make.ProcedureFactory(), at=MORNING, acting_user=officer)
    park(ticket=serving, at=MORNING, acting_user=officer)
    assert finish_matter(matter=matter, at=MORNING, acting_user=officer).state == TicketState.PARKED
    assert Matter.objects.get().done_at == MORNING


@pytest.mark.parametrize("state", [TicketState.WAITING, TicketState.DONE, TicketState.LEFT, TicketState.NO_SHOW])
def test_no_matter_begins_away_from_the_counter(service, officer, state):
    ended = {} if state == TicketState.WAITING else {"finished_at": MORNING}
    ticket = make.TicketFactory(service=service, state=state, **ended)
    with pytest.raises(RuleBroken):
        add_matter(ticket=ticket, procedure=make.ProcedureFactory(), at=MORNING, acting_user=officer)


def test_others_add_and_finish_nothing(serving, officer, stranger):
    procedure = make.ProcedureFactory()
    with pytest.raises(NotAllowed):
        add_matter(ticket=serving, procedure=procedure, at=MORNING, acting_user=stranger)
    matter = add_matter(ticket=serving, procedure=procedure, at=MORNING, acting_user=officer)
    with pytest.raises(NotAllowed):
        finish_matter(matter=matter, at=MORNING, acting_user=stranger)
