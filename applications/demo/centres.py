"""The demo's centres: the city's, its branches and points, and branch no. 3 with its counters, people and screens.

Codes of agencies below H26.30 and most addresses were not found in any source (facts §1.2, §7): they are configuration
to be confirmed before anybody goes live with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import make_password

from applications.demo.bank import open_account
from applications.demo.signers import set_up_signers
from centres.enums import DeviceKind, Role, ServiceKind
from centres.models import Centre, Counter, Device, Membership, Service
from citizens.models import User
from portal import demo
from procedures.enums import UnitKind
from procedures.models import Field, Unit

SINCE = date(2025, 7, 1)
BRANCH = 3
BRANCHES = 12
ADDRESSES = {
    1: "258 Võ Chí Công",
    3: "71 Tôn Đức Thắng",
    7: "2 Hà Cầu",
}

# letter, kind, field, title, hint, as on the kiosk's first screen.
SERVICES = (
    (
        "A",
        ServiceKind.FIELD,
        "land",
        {"vi": "Nhà đất, sổ đỏ", "en": "Land and house", "ko": "토지·주택"},
        {
            "vi": "Đổi địa chỉ trên giấy chứng nhận, đăng ký biến động",
            "en": "Change of address on the certificate, registration of changes",
            "ko": "증서 주소 변경, 변동 등록",
        },
    ),
    (
        "B",
        ServiceKind.FIELD,
        "civil_status",
        {"vi": "Khai sinh, kết hôn", "en": "Birth, marriage", "ko": "출생·혼인 신고"},
        {
            "vi": "Khai tử, tình trạng hôn nhân, trích lục",
            "en": "Death, marital status, extracts",
            "ko": "사망 신고, 혼인 관계, 초본",
        },
    ),
    (
        "C",
        ServiceKind.FIELD,
        "certification",
        {"vi": "Chứng thực bản sao, chữ ký", "en": "Certified copies, signatures", "ko": "사본·서명 인증"},
        {"vi": "Mang theo bản chính", "en": "Please bring the original", "ko": "원본을 가져오세요"},
    ),
    (
        "D",
        ServiceKind.RESULTS,
        None,
        {"vi": "Nhận kết quả", "en": "Collect a result", "ko": "결과 수령"},
        {"vi": "Mang theo giấy hẹn", "en": "Please bring your receipt", "ko": "접수증을 가져오세요"},
    ),
    (
        "E",
        ServiceKind.OTHER,
        None,
        {"vi": "Việc khác, chưa rõ", "en": "Something else, not sure", "ko": "기타 문의"},
        {"vi": "Nhân viên sẽ ra hỏi bác", "en": "A member of staff will ask you", "ko": "직원이 도와드립니다"},
    ),
)
# What each counter can do.
SKILLS = {1: "AE", 2: "B", 3: "AC", 4: "BD", 5: "B", 6: "CDE"}

# As in portal.demo.SIGN_INS; the names are nobody's.
STAFF = (
    ("quay1", "Trần Thị Mẫu", Role.COUNTER_OFFICER),
    ("quay2", "Phạm Văn Thử", Role.COUNTER_OFFICER),
    ("quay3", "Hoàng Thị Ví Dụ", Role.COUNTER_OFFICER),
    ("quay4", "Vũ Văn Mẫu", Role.COUNTER_OFFICER),
    ("quay5", "Đặng Thị Thử", Role.COUNTER_OFFICER),
    ("quay6", "Bùi Văn Nháp", Role.COUNTER_OFFICER),
    ("chuyenvien1", "Đỗ Thị Thử", Role.SPECIALIST),
    ("chuyenvien2", "Ngô Văn Mẫu", Role.SPECIALIST),
    ("lanhdao", "Phan Văn Mẫu", Role.LEADER),
    ("quanly", "Dương Thị Mẫu", Role.MANAGER),
    ("thanhpho", "Lý Văn Thử", Role.CITY_ADMIN),
    ("hotro1", "Ngô Thị Ví Dụ", Role.SUPPORT),
    ("hotro2", "Đào Văn Thử", Role.SUPPORT),
    ("sanh1", "Hà Thị Mẫu", Role.HELPER),
    ("sanh2", "Cao Văn Nháp", Role.HELPER),
)


@dataclass(frozen=True)
class Place:
    """Branch no. 3, ready to work."""

    centre: Centre
    services: dict[str, Service]
    counters: list[Counter]
    officers: list[User]
    specialists: list[User]
    leader: User
    kiosk: Device


def set_up(at: datetime, today: date) -> Place:
    """Make what is missing; what is there, and what somebody changed about it, stays."""
    head = _head_office()
    branch = _branches(head)[BRANCH]
    _points(head)
    services = _services(branch)
    people = _staff(branch)
    for number, letters in SKILLS.items():
        counter, is_new = Counter.objects.get_or_create(centre=branch, number=number)
        if is_new:
            counter.services.set([services[letter] for letter in letters])
    kiosk = _device(branch, DeviceKind.KIOSK, "Kiosk cửa chính", demo.KIOSK_KEY, at)
    _device(branch, DeviceKind.BOARD, "Bảng gọi số sảnh chờ", demo.BOARD_KEY, at)
    screen = _device(branch, DeviceKind.SCREEN, "Màn hình quầy 1", demo.SCREEN_KEY, at)
    if screen.counter_id is None:
        screen.counter = Counter.objects.get(centre=branch, number=1)
        screen.save(update_fields=["counter"])
    open_account(branch, today)
    set_up_signers(branch, people[Role.LEADER], people[Role.CITY_ADMIN][0], at)
    return Place(
        centre=branch,
        services=services,
        counters=list(Counter.objects.filter(centre=branch).order_by("number")),
        officers=people[Role.COUNTER_OFFICER],
        specialists=people[Role.SPECIALIST],
        leader=people[Role.LEADER][0],
        kiosk=kiosk,
    )


def _head_office() -> Centre:
    head, _is_new = Centre.objects.get_or_create(
        code="ha-noi",
        defaults={
            "agency_code": "H26.30",
            "name": {
                "vi": "Trung tâm Phục vụ hành chính công thành phố Hà Nội",
                "en": "Public Administrative Service Centre of Hanoi",
                "ko": "하노이시 공공행정서비스센터",
            },
            "short_name": {"vi": "Trung tâm thành phố", "en": "City centre", "ko": "시 센터"},
            "address": "197 Nghi Tàm",
        },
    )
    return head


def _branches(head: Centre) -> dict[int, Centre]:
    branches = {}
    for number in range(1, BRANCHES + 1):
        branches[number], _is_new = Centre.objects.get_or_create(
            code=f"chi-nhanh-{number}",
            defaults={
                "agency_code": f"{head.agency_code}.{number}",
                "parent": head,
                "name": {
                    "vi": f"Chi nhánh số {number}, {head.name['vi']}",
                    "en": f"Branch no. {number}, {head.name['en']}",
                    "ko": f"{head.name['ko']} 제{number}지점",
                },
                "short_name": {"vi": f"Chi nhánh số {number}", "en": f"Branch no. {number}", "ko": f"제{number}지점"},
                "address": ADDRESSES.get(number, ""),
            },
        )
    return branches


def _points(head: Centre) -> None:
    """A point in every ward and commune of today."""
    present = set(Centre.objects.filter(code__startswith="diem-").values_list("code", flat=True))
    fresh = []
    for number, unit in enumerate(Unit.objects.current().order_by("code"), start=1):
        code = f"diem-{unit.code}"
        if code in present:
            continue
        fresh.append(
            Centre(
                code=code,
                # The agencies' own codes were not found; this part only keeps them apart.
                agency_code=f"H26.31.{number}",
                parent=head,
                name={"vi": f"Điểm Phục vụ hành chính công {unit.name}", "en": f"Service point of {unit.name}"},
                short_name={"vi": f"Điểm {unit.name}", "en": f"Point {unit.name}"},
                unit_code=unit.code,
                in_ward=unit.kind == UnitKind.WARD,
                address=unit.centre_address,
            )
        )
    Centre.objects.bulk_create(fresh)


def _services(branch: Centre) -> dict[str, Service]:
    fields = {field.code: field for field in Field.objects.all()}
    made = {}
    for order, (letter, kind, field, title, hint) in enumerate(SERVICES):
        made[letter], _is_new = Service.objects.get_or_create(
            centre=branch,
            letter=letter,
            defaults={
                "kind": kind,
                "field": fields[field] if field else None,
                "title": title,
                "hint": hint,
                "order": order,
                "is_quick": kind == ServiceKind.RESULTS,
            },
        )
    return made


def _staff(branch: Centre) -> dict[str, list[User]]:
    """One user a sign-in; the password is hashed once for all, which takes a third of a second."""
    hashed = ""
    by_role: dict[str, list[User]] = {}
    for username, full_name, role in STAFF:
        user = User.objects.filter(username=username).first()
        if user is None:
            hashed = hashed or make_password(demo.PASSWORD)
            is_admin = role == Role.CITY_ADMIN
            user = User.objects.create(
                username=username, full_name=full_name, password=hashed, is_staff=is_admin, is_superuser=is_admin
            )
        Membership.objects.get_or_create(
            user=user,
            centre=None if role == Role.CITY_ADMIN else branch,
            role=role,
            defaults={"valid_from": SINCE},
        )
        by_role.setdefault(role, []).append(user)
    return by_role


def _device(branch: Centre, kind: DeviceKind, name: str, key: str, at: datetime) -> Device:
    """With a key that is known beforehand, which no real device has."""
    device, _is_new = Device.objects.get_or_create(
        key_hash=Device.hash_of(key), defaults={"centre": branch, "kind": kind, "name": name, "created_at": at}
    )
    return device
