"""Addresses of the counter officer's screen."""

from django.urls import path

from applications.views.desk import matter, numbers, page, person, queue, refuse

patterns = [
    path("desk/", page.show, name="desk"),
    path("desk/queue/", page.queue, name="desk_queue"),
    path("desk/counters/<int:counter_id>/sit/", queue.sit_down, name="sit_down"),
    path("desk/pause/", queue.pause, name="pause"),
    path("desk/leave/", queue.leave_counter, name="leave_counter"),
    path("desk/next/", queue.call, name="call_next"),
    path("desk/again/", queue.call_again, name="call_again"),
    path("desk/aside/", queue.set_aside, name="set_aside"),
    path("desk/bring-back/<int:ticket_id>/", queue.bring_back, name="bring_back"),
    path("desk/not-here/", queue.not_here, name="not_here"),
    path("desk/pass-on/", queue.pass_on, name="pass_on"),
    path("desk/number/", numbers.call_one, name="call_one"),
    path("desk/number/priority/", numbers.give_class, name="give_class"),
    path("desk/number/missed/", numbers.missed_back, name="missed_back"),
    path("desk/hold/", numbers.hold_place, name="hold_place"),
    path("desk/end/", queue.end_visit, name="end_visit"),
    path("desk/person/", person.scan, name="scan"),
    path("desk/person/new/", person.add, name="add_person"),
    path("desk/person/unit/", person.unit, name="settle_unit"),
    path("desk/person/address/", person.lives_at, name="lives_at"),
    path("desk/person/applicant/", person.applicant, name="applicant"),
    path("desk/matters/", matter.choose, name="choose"),
    path("desk/matters/<int:application_id>/contact/", person.contact, name="contact"),
    path("desk/matters/<int:application_id>/answers/", matter.answer, name="answer"),
    path("desk/matters/<int:application_id>/told/", matter.tell, name="tell"),
    path("desk/matters/<int:application_id>/form/", matter.form, name="keep_form"),
    path("desk/matters/<int:application_id>/quantity/", matter.quantity, name="quantity"),
    path("desk/matters/<int:application_id>/drop/", matter.drop, name="drop"),
    path("desk/matters/<int:application_id>/refuse/", refuse.refuse, name="refuse"),
    path("desk/matters/<int:application_id>/receive/", matter.receive, name="receive"),
    path("desk/matters/<int:application_id>/papers/", matter.papers, name="papers"),
    path("desk/papers/<int:paper_id>/tick/", matter.tick, name="tick"),
    path("desk/papers/<int:paper_id>/original/", matter.keep_original, name="keep_original"),
    path("desk/matters/<int:application_id>/other-matter/", matter.other_matter, name="other_matter"),
    path("desk/papers/<int:paper_id>/held/<int:held_id>/", matter.use_held, name="use_held"),
]
