"""API addresses of this app."""

from django.urls import path

from centres.api import appointments, moves, views

urlpatterns = [
    path("centres/", views.CentreList.as_view(), name="api_centres"),
    path("centres/<slug:code>/", views.CentreDetail.as_view(), name="api_centre"),
    path("centres/<slug:code>/slots/<str:letter>/", appointments.Slots.as_view(), name="api_slots"),
    path("appointments/", appointments.Appointments.as_view(), name="api_appointments"),
    path("appointments/check-in", appointments.CheckIn.as_view(), name="api_appointment_check_in"),
    path("appointments/<str:token>/", appointments.AppointmentDetail.as_view(), name="api_appointment"),
    path("appointments/<str:token>/cancel", appointments.Cancel.as_view(), name="api_appointment_cancel"),
    path("appointments/<str:token>/move", appointments.Move.as_view(), name="api_appointment_move"),
    path("tickets/", views.TicketList.as_view(), name="api_tickets"),
    path("tickets/next", moves.Next.as_view(), name="api_ticket_next"),
    path("tickets/<int:ticket_id>/", views.TicketDetail.as_view(), name="api_ticket"),
    path("tickets/<int:ticket_id>/recall", moves.Recall.as_view(), name="api_ticket_recall"),
    path("tickets/<int:ticket_id>/arrive", moves.Arrive.as_view(), name="api_ticket_arrive"),
    path("tickets/<int:ticket_id>/park", moves.Park.as_view(), name="api_ticket_park"),
    path("tickets/<int:ticket_id>/unpark", moves.Unpark.as_view(), name="api_ticket_unpark"),
    path("tickets/<int:ticket_id>/transfer", moves.Transfer.as_view(), name="api_ticket_transfer"),
    path("tickets/<int:ticket_id>/no-show", moves.NoShow.as_view(), name="api_ticket_no_show"),
    path("tickets/<int:ticket_id>/call", moves.Call.as_view(), name="api_ticket_call"),
    path("tickets/<int:ticket_id>/priority", moves.ChangePriority.as_view(), name="api_ticket_priority"),
    path("tickets/<int:ticket_id>/hold", moves.Hold.as_view(), name="api_ticket_hold"),
    path("tickets/<int:ticket_id>/come-back", moves.ComeBack.as_view(), name="api_ticket_come_back"),
    path("tickets/<int:ticket_id>/return", moves.Return.as_view(), name="api_ticket_return"),
    path("tickets/<int:ticket_id>/leave", moves.Leave.as_view(), name="api_ticket_leave"),
    path("tickets/<int:ticket_id>/finish", moves.Finish.as_view(), name="api_ticket_finish"),
]
