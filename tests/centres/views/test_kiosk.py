import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from centres.enums import SEEN_GROUNDS, Priority, PriorityGround, TicketState
from centres.models import Device, Ticket
from centres.views import kiosk_visit
from portal import clock
from tests.factories import centres as make
from tests.factories.centres import MORNING


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def kiosk(client, centre):
    make.DeviceFactory(centre=centre, key_hash=Device.hash_of("khóa"))
    client.post(reverse("centres:kiosk_sign_in"), {"key": "khóa"})
    return client


def draw(kiosk, service, key=None, ground=""):
    sent = {"service": service.letter, "client_key": key or uuid4().hex, "ground": ground}
    return kiosk.post(reverse("centres:kiosk_draw"), sent)


def test_the_start_shows_at_most_six_open_services_with_how_many_are_before(kiosk, centre, service, ticket):
    for number, letter in enumerate("BCDEFGH"):
        make.ServiceFactory(centre=centre, letter=letter, order=number + 5)
    page = kiosk.get(reverse("centres:kiosk")).content.decode()
    assert len(re.findall(r'class="tile"', page)) == 6
    assert re.search(r'class="wait">\s*Trước bác còn 1 người', page)


def test_a_closed_service_has_no_tile(kiosk, service):
    service.is_open = False
    service.save()
    assert 'class="tile"' not in kiosk.get(reverse("centres:kiosk")).content.decode()


def test_outside_the_hours_the_start_says_when_it_opens(kiosk, centre, service):
    centre.keeps_hours = True
    centre.save()
    with clock.fixed(MORNING.replace(hour=18)):
        page = kiosk.get(reverse("centres:kiosk")).content.decode()
    assert 'class="tile"' not in page
    assert "08:00" in page and "24/11/2026" in page and "13:30" in page


def test_tiles_unchanged_cost_no_sql(kiosk, service, django_assert_num_queries):
    url = reverse("centres:kiosk_tiles")
    tag = kiosk.get(url).headers["ETag"]
    with django_assert_num_queries(0):
        assert kiosk.get(url, headers={"If-None-Match": tag}).status_code == 304


def test_drawing_leads_to_the_slip(kiosk, service):
    answer = draw(kiosk, service, ground=PriorityGround.AGE_60)
    ticket = Ticket.objects.get()
    assert answer.status_code == 302
    assert answer.url == reverse("centres:kiosk_ticket", kwargs={"token": ticket.token})
    assert (ticket.priority, ticket.device.centre) == (Priority.PRIORITY, service.centre)
    slip = kiosk.get(answer.url).content.decode()
    assert "A001" in slip
    assert "<svg" in slip
    assert 'data-idle="20"' in slip


def test_a_double_tap_a_reload_and_a_retry_give_one_number(kiosk, service):
    key = uuid4().hex
    first, second = draw(kiosk, service, key), draw(kiosk, service, key, PriorityGround.AGE_75)
    assert first.url == second.url
    for _reload in range(2):
        kiosk.get(first.url)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("page", ["/kiosk/draw/", "/kiosk/service/A/", "/kiosk/", "/kiosk/again/"])
def test_a_number_is_never_issued_by_get(kiosk, service, page):
    kiosk.get(page, {"service": "A", "client_key": uuid4().hex, "ground": ""})
    assert not Ticket.objects.exists()


def test_the_question_offers_every_ground_and_none(kiosk, service):
    page = kiosk.get(reverse("centres:kiosk_ground", kwargs={"letter": "A"})).content.decode()
    assert set(re.findall(r'name="ground" value="(\w*)"', page)) == {"", *SEEN_GROUNDS}
    assert re.search(r'name="client_key" value="[0-9a-f]{32}" data-client-key=', page)


def test_a_service_of_another_centre_is_not_there(kiosk, service):
    make.ServiceFactory(letter="H")
    assert kiosk.get(reverse("centres:kiosk_ground", kwargs={"letter": "H"})).status_code == 404
    assert kiosk.post(reverse("centres:kiosk_draw"), {"service": "H"}).status_code == 404


@pytest.mark.parametrize("bad", [{"client_key": ""}, {"client_key": "x"}, {"ground": "rich"}])
def test_what_the_kiosk_cannot_use_ends_in_a_sentence_and_a_way_back(kiosk, service, bad):
    sent = {"service": "A", "client_key": uuid4().hex, "ground": ""} | bad
    answer = kiosk.post(reverse("centres:kiosk_draw"), sent)
    assert answer.status_code == 400
    assert reverse("centres:kiosk_again") in answer.content.decode()
    assert not Ticket.objects.exists()


def test_a_slip_of_another_centre_is_not_shown(kiosk, service):
    other = make.TicketFactory(service=make.ServiceFactory(letter="B"))
    assert kiosk.get(reverse("centres:kiosk_ticket", kwargs={"token": other.token})).status_code == 404


def test_the_slip_counts_those_who_are_called_before(kiosk, service, other_service):
    make.TicketFactory(service=service, number=1, issued_at=MORNING - timedelta(minutes=9))
    make.TicketFactory(service=service, number=2, issued_at=MORNING - timedelta(days=1))
    make.TicketFactory(service=other_service, number=1)
    mine = make.TicketFactory(service=service, number=3)
    make.TicketFactory(service=service, number=4, issued_at=MORNING, priority=Priority.FIRST)
    make.TicketFactory(service=service, number=5, issued_at=MORNING + timedelta(minutes=1))
    kiosk.cookies[kiosk_visit.COOKIE] = mine.token
    slip = kiosk.get(reverse("centres:kiosk_ticket", kwargs={"token": mine.token}))
    assert slip.context["ahead"] == 2


def test_the_next_person_gets_vietnamese_and_normal_print(kiosk, service):
    kiosk.cookies["django_language"], kiosk.cookies["large_print"] = "en", "1"
    answer = kiosk.get(reverse("centres:kiosk_again"))
    assert answer.url == reverse("centres:kiosk")
    assert answer.cookies["django_language"]["max-age"] == answer.cookies["large_print"]["max-age"] == 0


def test_the_language_of_the_kiosk_goes_with_the_ticket(kiosk, service):
    kiosk.cookies["django_language"] = "ko"
    draw(kiosk, service)
    assert Ticket.objects.get().language == "ko"


def test_printed_again_it_is_the_same_slip_and_counted(kiosk, service):
    path = draw(kiosk, service).url
    assert "data-print-once" not in kiosk.get(path).content.decode()
    for times in (1, 2):
        answer = kiosk.post(f"{path}reprint/")
        assert answer.url == path
        ticket = Ticket.objects.get()
        assert ticket.reprints == times
        assert f'data-print-once="{ticket.token}-{times}"' in kiosk.get(path).content.decode()


def test_a_kiosk_with_a_printer_prints_each_slip_by_itself(kiosk, service):
    Device.objects.update(prints_itself=True)
    path = draw(kiosk, service).url
    assert f'data-print-once="{Ticket.objects.get().token}-0"' in kiosk.get(path).content.decode()


def test_the_worker_keeps_to_the_kiosk_and_names_files_that_exist(kiosk):
    answer = kiosk.get(reverse("centres:kiosk_worker"))
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/kiosk/" and "no-cache" in answer["Cache-Control"]
    files = re.findall(r'"/static/([^"]+)"', answer.content.decode())
    assert len(files) > 15 and all(finders.find(name) for name in files)


def test_the_page_for_later_speaks_the_language_of_its_address(kiosk, service):
    for language in ("vi", "en", "ko"):
        page = kiosk.get(f"{reverse('centres:kiosk_offline')}?lang={language}").content.decode()
        assert f'<html lang="{language}"' in page and 'data-letter="A"' in page
    assert '<html lang="vi"' in kiosk.get(f"{reverse('centres:kiosk_offline')}?lang=xx").content.decode()


def test_without_a_line_too_it_asks_only_what_a_person_can_say_of_themselves(kiosk, service):
    page = kiosk.get(reverse("centres:kiosk_offline")).content.decode()
    assert set(re.findall(r'data-ground="(\w*)"', page)) == {"", *SEEN_GROUNDS}


@pytest.mark.parametrize("when", ["ended", "yesterday"])
def test_a_slip_that_is_over_says_so_and_asks_nobody_to_wait(kiosk, ticket, when):
    kiosk.cookies["django_language"] = "en"
    if when == "ended":
        Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.LEFT, finished_at=ticket.issued_at)
    else:
        Ticket.objects.filter(pk=ticket.pk).update(day=ticket.day - timedelta(days=1))
    kiosk.cookies[kiosk_visit.COOKIE] = ticket.token
    page = kiosk.get(reverse("centres:kiosk_ticket", kwargs={"token": ticket.token})).content.decode()
    assert "not valid any more" in page
    assert "Please sit where" not in page


def test_the_next_person_does_not_find_the_slip_with_the_back_key(kiosk, service):
    kiosk.get(draw(kiosk, service)["Location"])
    kiosk.get(reverse("centres:kiosk_again"))
    token, start = Ticket.objects.get().token, reverse("centres:kiosk")
    for page in ("kiosk_ticket", "kiosk_sms"):
        assert kiosk.get(reverse(f"centres:{page}", args=[token])).headers["Location"] == start
    assert kiosk.post(reverse("centres:kiosk_reprint", args=[token])).headers["Location"] == start
    assert Ticket.objects.get().reprints == 0
    drawn = draw(kiosk, service)
    assert kiosk.get(drawn["Location"]).status_code == 200
    assert kiosk.get(reverse("centres:kiosk_ticket", args=[token])).status_code == 302


def test_the_slip_is_kept_by_no_browser(kiosk, service):
    slip = kiosk.get(draw(kiosk, service)["Location"])
    assert slip.status_code == 200
    assert "no-store" in slip["Cache-Control"]
