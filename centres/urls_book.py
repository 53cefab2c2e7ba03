"""Addresses of booking: the citizen's, the kiosk's and the manager's."""

from django.urls import path

from centres.views import appointments, book, book_mine, kiosk_booking, opening

patterns = [
    path("book/", book.choose_centre, name="book"),
    path("book/b/<str:token>/", book_mine.mine, name="book_mine"),
    path("book/b/<str:token>/calendar.ics", book_mine.calendar, name="book_calendar"),
    path("book/b/<str:token>/check-in/", book_mine.check_in_here, name="book_check_in"),
    path("book/b/<str:token>/cancel/", book_mine.cancel, name="book_cancel"),
    path("book/b/<str:token>/move/", book_mine.move_day, name="book_move"),
    path("book/b/<str:token>/move/<str:day>/", book_mine.move_slot, name="book_move_slot"),
    path("book/<slug:code>/", book.choose_service, name="book_service"),
    path("book/<slug:code>/<str:letter>/", book.choose_matter, name="book_matter"),
    path("book/<slug:code>/<str:letter>/days/", book.choose_day, name="book_day"),
    path("book/<slug:code>/<str:letter>/<str:day>/", book.choose_slot, name="book_slot"),
    path("book/<slug:code>/<str:letter>/<str:day>/<str:hour>/", book.details, name="book_details"),
    path("kiosk/booked/", kiosk_booking.booked, name="kiosk_booked"),
    path("kiosk/booked/ordinary/", kiosk_booking.ordinary, name="kiosk_booked_ordinary"),
    path("kiosk/book/<str:letter>/", kiosk_booking.book_instead, name="kiosk_book"),
    path("kiosk/appointment/<str:token>/", kiosk_booking.shown, name="kiosk_appointment"),
    path("day/bookings/", appointments.of_day, name="day_bookings"),
    path("day/number/", appointments.give_number, name="day_number"),
    path("day/hours/", opening.calendar, name="day_hours"),
    path("day/hours/remove/", opening.remove, name="day_hours_remove"),
]
