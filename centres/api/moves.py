"""What staff's own programs do with a number: the same actions as the desk's buttons."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.call_number import call_number
from centres.actions.change_priority import change_priority
from centres.actions.finish import finish
from centres.actions.hold import come_back, hold
from centres.actions.leave import leave
from centres.actions.miss import miss
from centres.actions.park import park
from centres.actions.recall import recall
from centres.actions.return_missed import return_missed
from centres.actions.transfer import transfer
from centres.actions.unpark import unpark
from centres.api import serializers
from centres.api.views import PROBLEMS, TicketView


def move(name: str, body: Any = None) -> Any:
    """The description that every move shares."""
    return extend_schema(
        operation_id=f"tickets_{name}", request=body, responses={200: serializers.TicketSerializer, **PROBLEMS}
    )


class Next(TicketView):
    # Who may call is asked in the same statement as who is next.
    permission_classes = (IsAuthenticated,)

    @move("next")
    def post(self, request: Request) -> Response:
        """Call whoever is next to the user's counter."""
        return self.answer(call_next(**self.now_by_user))


class Recall(TicketView):
    @move("recall")
    def post(self, request: Request, ticket_id: int) -> Response:
        """Call the same number again."""
        return self.answer(recall(ticket=self.to_move(ticket_id), **self.now_by_user))


class Arrive(TicketView):
    @move("arrive")
    def post(self, request: Request, ticket_id: int) -> Response:
        """The person has come to the counter."""
        return self.answer(arrive(ticket=self.to_move(ticket_id), **self.now_by_user))


class Park(TicketView):
    @move("park", serializers.ParkSerializer)
    def post(self, request: Request, ticket_id: int) -> Response:
        """Set the visit aside."""
        sent = self.sent(serializers.ParkSerializer)
        return self.answer(park(ticket=self.to_move(ticket_id), **sent, **self.now_by_user))


class Unpark(TicketView):
    @move("unpark")
    def post(self, request: Request, ticket_id: int) -> Response:
        """Bring the visit back to the queue."""
        return self.answer(unpark(ticket=self.to_move(ticket_id), **self.now_by_user))


class Transfer(TicketView):
    @move("transfer", serializers.TransferSerializer)
    def post(self, request: Request, ticket_id: int) -> Response:
        """Pass the visit on to another service of the centre."""
        sent = self.sent(serializers.TransferSerializer)
        return self.answer(transfer(ticket=self.to_move(ticket_id), **sent, **self.now_by_user))


class NoShow(TicketView):
    @move("no_show")
    def post(self, request: Request, ticket_id: int) -> Response:
        """The person was called and did not come."""
        return self.answer(miss(ticket=self.to_move(ticket_id), **self.now_by_user))


class Finish(TicketView):
    @move("finish")
    def post(self, request: Request, ticket_id: int) -> Response:
        """The visit is over."""
        return self.answer(finish(ticket=self.to_move(ticket_id), **self.now_by_user))


class Call(TicketView):
    @move("call", serializers.ReasonSerializer)
    def post(self, request: Request, ticket_id: int) -> Response:
        """Call this number out of turn. The reason and the officer are kept."""
        sent = self.sent(serializers.ReasonSerializer)
        return self.answer(call_number(ticket=self.to_move(ticket_id), **sent, **self.now_by_user))


class ChangePriority(TicketView):
    @move("priority", serializers.PrioritySerializer)
    def post(self, request: Request, ticket_id: int) -> Response:
        """Give somebody who waits the class of a ground that was seen."""
        sent = self.sent(serializers.PrioritySerializer)
        return self.answer(change_priority(ticket=self.to_move(ticket_id), **sent, **self.now_by_user))


class Hold(TicketView):
    @move("hold", serializers.HoldSerializer)
    def post(self, request: Request, ticket_id: int) -> Response:
        """Keep the place for somebody who leaves for a while."""
        sent = self.sent(serializers.HoldSerializer)
        return self.answer(hold(ticket=self.to_move(ticket_id), **sent, **self.now_by_user))


class ComeBack(TicketView):
    @move("come_back")
    def post(self, request: Request, ticket_id: int) -> Response:
        """The person is back before the time."""
        return self.answer(come_back(ticket=self.to_move(ticket_id), **self.now_by_user))


class Return(TicketView):
    @move("return")
    def post(self, request: Request, ticket_id: int) -> Response:
        """The person missed the call and is here now."""
        return self.answer(return_missed(ticket=self.to_move(ticket_id), **self.now_by_user))


class Leave(TicketView):
    @move("leave", serializers.LeaveSerializer)
    def post(self, request: Request, ticket_id: int) -> Response:
        """The person has gone."""
        sent = self.sent(serializers.LeaveSerializer)
        return self.answer(leave(ticket=self.to_move(ticket_id), **sent, **self.now_by_user))
