"""API addresses of this app."""

from django.urls import path

from centres.api import appointments, views

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
    path("tickets/next", views.Next.as_view(), name="api_ticket_next"),
    path("tickets/<int:ticket_id>/", views.TicketDetail.as_view(), name="api_ticket"),
    path("tickets/<int:ticket_id>/recall", views.Recall.as_view(), name="api_ticket_recall"),
    path("tickets/<int:ticket_id>/arrive", views.Arrive.as_view(), name="api_ticket_arrive"),
    path("tickets/<int:ticket_id>/park", views.Park.as_view(), name="api_ticket_park"),
    path("tickets/<int:ticket_id>/unpark", views.Unpark.as_view(), name="api_ticket_unpark"),
    path("tickets/<int:ticket_id>/transfer", views.Transfer.as_view(), name="api_ticket_transfer"),
    path("tickets/<int:ticket_id>/no-show", views.NoShow.as_view(), name="api_ticket_no_show"),
    path("tickets/<int:ticket_id>/finish", views.Finish.as_view(), name="api_ticket_finish"),
]
