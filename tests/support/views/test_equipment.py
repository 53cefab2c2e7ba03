"""The pages of the inventory: what stays chosen, what a label opens for whom, labels, files."""

from __future__ import annotations

import subprocess
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock
from support.enums import IncidentState, Kind
from support.enums_equipment import EquipmentKind, EquipmentState
from support.equipment_labels import label_address
from support.models import Equipment, Incident
from tests.factories.centres import MORNING, CentreFactory, CounterFactory, DeviceFactory
from tests.factories.equipment import a_thing
from tests.factories.support import an_incident

pytestmark = pytest.mark.django_db
LIST = "/support/equipment/"


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


def shown(client, query: str = "") -> str:
    return client.get(LIST + query).content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_with_one_and_with_thirty(client, centre, supporter, officer, count):
    for number in range(count):
        device = DeviceFactory(centre=centre)
        kiosk = a_thing(centre, place=f"Cửa {number}", kind=EquipmentKind.KIOSK, name=f"Kiosk {number}", device=device)
        an_incident(centre, equipment=kiosk)
    client.force_login(supporter)
    shown(client)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = shown(client)
    assert len(queries) == 7, "\n".join(query["sql"] for query in queries)
    assert page.count("Kiosk ") >= count


@pytest.mark.parametrize("count", [1, 30])
def test_a_thing_costs_the_same_with_one_and_with_thirty_events(client, centre, supporter, count):
    row = a_thing(centre, place="Sảnh")
    client.force_login(supporter)
    for number in range(count):
        client.post(f"{LIST}{row.tag}/note/", {"note": f"Lần {number}"})
        an_incident(centre, equipment=row, what=f"{number}", at=MORNING + timedelta(minutes=number))
    client.get(f"{LIST}{row.tag}/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"{LIST}{row.tag}/").content.decode()
    assert len(queries) == 9, "\n".join(query["sql"] for query in queries)
    assert page.count("Lần ") == count


def test_what_was_chosen_stays_until_something_else_is(client, centre, supporter):
    a_thing(centre, name="Máy in A")
    a_thing(centre, name="Máy quét B", kind=EquipmentKind.SCANNER)
    client.force_login(supporter)
    assert "Máy quét B" not in shown(client, "?kind=printer&q=may")
    again = shown(client)
    assert "Máy in A" in again and "Máy quét B" not in again and 'value="may"' in again
    assert "Máy quét B" in shown(client, "?state=") and "Máy quét B" in shown(client)


def test_states_faults_and_warranties_can_be_asked_for(client, centre, supporter):
    a_thing(centre, name="Tốt")
    an_incident(centre, equipment=a_thing(centre, name="Hỏng"))
    a_thing(centre, name="Sắp hết", warranty_until=MORNING.date() + timedelta(days=9))
    client.force_login(supporter)
    client.post(f"{LIST}{a_thing(centre, name='Bỏ').tag}/discard/", {"note": "BB 1"})
    for state, found in (("broken", "Hỏng"), ("warranty", "Sắp hết"), ("discarded", "Bỏ")):
        page = shown(client, f"?state={state}")
        assert [name for name in ("Tốt", "Hỏng", "Sắp hết", "Bỏ") if f">{name}</a>" in page] == [found]
    assert ">Bỏ</a>" not in shown(client, "?state=") and ">Bỏ</a>" in shown(client, "?state=all")


def test_a_label_scanned_into_the_search_opens_its_thing(client, centre, supporter):
    row = a_thing(centre)
    client.force_login(supporter)
    for typed in (row.tag, label_address(row)):
        assert client.get(LIST, {"q": typed}).headers["Location"] == f"{LIST}{row.tag}/"
    assert client.get(LIST, {"q": "TB-222222"}).status_code == 200


def test_a_label_shows_an_officer_what_it_is_and_nothing_of_its_history(client, centre, officer, manager, stranger):
    row = a_thing(centre, place="Sảnh", serial="SN-1")
    address = f"{LIST}{row.tag}/"
    client.force_login(officer)
    page = client.get(address).content.decode()
    assert f"/support/report/?kind=printer&amp;equipment={row.pk}" in page
    assert "SN-1" not in page and "happened" not in page and '<form method="post" action="/support/equip' not in page
    assert client.post(f"{address}note/", {"note": "x"}).status_code == 403
    client.force_login(manager)
    page = client.get(address).content.decode()
    assert "SN-1" in page and "happened" in page and f"{address}note/" not in page
    client.force_login(stranger)
    assert client.get(address).status_code == 404


def test_a_fault_reported_from_the_label_is_about_that_thing(client, centre, officer):
    row = a_thing(centre, place="Sảnh", kind=EquipmentKind.SCANNER, name="Máy quét")
    client.force_login(officer)
    page = client.get(f"/support/report/?kind=scanner&equipment={row.pk}").content.decode()
    assert f'<option value="{row.pk}" selected' in page
    client.post("/support/report/", {"kind": "scanner", "severity": "3", "equipment": row.pk, "centre": centre.pk})
    made = Incident.objects.get()
    assert (made.equipment, made.kind, made.centre) == (row, Kind.SCANNER, centre)
    assert made.what in client.get(f"{LIST}{row.tag}/").content.decode()


def test_a_report_from_a_counter_is_about_its_printer_unless_said_otherwise(client, centre, officer):
    counter = CounterFactory(centre=centre, officer=officer, number=4, state="open")
    printer, elsewhere = a_thing(centre, counter), a_thing(centre, place="Sảnh")
    a_thing(centre, counter, kind=EquipmentKind.COMPUTER, name="Máy tính")
    client.force_login(officer)
    page = client.get("/support/report/?kind=printer").content.decode()
    assert f'<option value="{printer.pk}" selected' in page and f'<option value="{elsewhere.pk}"' not in page
    assert "selected>Máy tính" not in client.get("/support/report/?kind=other").content.decode()
    client.post("/support/report/", {"kind": "printer", "severity": "3", "equipment": printer.pk})
    client.post("/support/report/", {"kind": "printer", "severity": "3", "equipment": ""})
    assert [row.equipment for row in Incident.objects.order_by("pk")] == [printer, None]


def test_a_thing_of_another_centre_cannot_be_reported(client, centre, officer):
    other = a_thing(CentreFactory(), place="Sảnh")
    client.force_login(officer)
    answer = client.post("/support/report/", {"kind": "printer", "severity": "3", "equipment": other.pk})
    assert answer.status_code == 200 and Incident.objects.get().equipment is None


def test_each_step_is_done_on_the_page_and_a_refusal_keeps_what_was_typed(client, centre, supporter, officer):
    counter = CounterFactory(centre=centre, number=4)
    client.force_login(supporter)
    client.post(f"{LIST}new/", {"kind": "printer", "name": "Máy in", "serial": "1"})
    row = Equipment.objects.get()
    address = f"{LIST}{row.tag}/"
    client.post(f"{address}place/", {"as": "use", "counter": counter.pk, "holder": officer.pk})
    refused = client.post(f"{address}repair/", {"note": " "})
    assert refused.status_code == 400 and 'role="alert"' in refused.content.decode()
    steps = [
        ("repair", "in_repair"),
        ("place", "in_use"),
        ("lost", "lost"),
        ("place", "spare"),
        ("discard", "discarded"),
    ]
    for key, state in steps:
        said = {"note": "Hãng sửa", "as": "spare" if state == "spare" else "use", "place": "Kho"}
        assert client.post(f"{address}{key}/", said).status_code == 302, key
        row.refresh_from_db()
        assert row.state == state
    assert client.post(f"{address}repair/", {"note": "x"}).status_code == 409
    assert client.post(f"{address}place/", {"as": "use", "counter": CounterFactory().pk}).status_code == 400
    assert client.post(f"{address}nothing/").status_code == 404


def test_what_is_written_is_mended_and_a_wrong_serial_stands_beside_its_field(client, centre, supporter):
    a_thing(centre, serial="S1")
    row = a_thing(centre, serial="S2", name="Cũ")
    client.force_login(supporter)
    address = f"{LIST}{row.tag}/edit/"
    refused = client.post(address, {"kind": "printer", "name": "Mới", "serial": "S1"})
    assert refused.status_code == 400 and 'value="Mới"' in refused.content.decode()
    client.post(address, {"kind": "printer", "name": "Mới", "serial": "S2"})
    row.refresh_from_db()
    assert row.name == "Mới" and row.state == EquipmentState.SPARE


def test_labels_begin_where_the_sheet_is_still_whole(client, centre, manager):
    rows = [a_thing(centre, name=f"Máy in {number}", serial=f"S{number}") for number in range(25)]
    client.force_login(manager)

    def sheets(query: str) -> list[str]:
        answer = client.get(f"{LIST}labels.pdf{query}")
        assert answer["Content-Type"] == "application/pdf"
        done = subprocess.run(["pdftotext", "-", "-"], input=answer.content, capture_output=True, check=True)
        return done.stdout.decode().split("\f")[:-1]

    whole = sheets("")
    assert len(whole) == 2 and sum(row.tag in "".join(whole) for row in rows) == 25
    assert len(sheets("?first=24")) == 2 and len(sheets("?first=x")) == 2
    one = sheets(f"?tag={rows[3].tag}&first=24")
    assert len(one) == 1 and rows[3].tag in one[0] and "S3" in one[0]
    assert client.get(f"{LIST}labels.pdf?tag=TB-222222").status_code == 404


def test_a_file_goes_out_and_comes_in_or_says_which_lines_are_wrong(client, centre, supporter, manager):
    a_thing(centre, name="Máy in")
    client.force_login(supporter)
    out = client.get(f"{LIST}export.csv")
    assert out["Content-Disposition"].startswith("attachment")
    sent = SimpleUploadedFile("a.csv", out.content)
    assert client.post(f"{LIST}import/", {"file": sent}).status_code == 302
    wrong = SimpleUploadedFile("a.csv", f"centre,kind,name\n{centre.code},tàu,X\n".encode())
    answer = client.post(f"{LIST}import/", {"file": wrong})
    page = answer.content.decode()
    assert answer.status_code == 400 and '<td class="figure">2</td>' in page and "tàu" in page
    assert Equipment.objects.count() == 1
    assert client.post(f"{LIST}import/", {"file": SimpleUploadedFile("a.csv", b"\xff")}).status_code == 400
    client.force_login(manager)
    assert client.get(f"{LIST}import/").status_code == 403 and client.get(f"{LIST}export.csv").status_code == 200


def test_a_resolved_fault_stays_with_its_thing(client, centre, supporter):
    row = a_thing(centre, place="Sảnh")
    an_incident(centre, equipment=row, what="Kẹt giấy")
    Incident.objects.update(state=IncidentState.RESOLVED, resolved_at=MORNING)
    client.force_login(supporter)
    assert "Kẹt giấy" in client.get(f"{LIST}{row.tag}/").content.decode()
