"""What is printed when the demo is ready: who can sign in, the screens' keys, and what to try, in two languages."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from applications.declaration_codes import spoken
from applications.demo.certify import sample_scan
from applications.demo.people import DIVIDED, HUSBAND, KNOWN_HERE, WIFE
from portal import demo

_ROLES = (
    "Quầy / counter",
    "Chuyên viên / specialist",
    "Lãnh đạo / leader",
    "Quản lý / manager",
    "Thành phố / city",
    "Hỗ trợ / support",
    "Sảnh / helper",
)
TO_TRY = (
    "1 Lấy số A ở kiosk, chọn từ 75 tuổi. / Draw a number for A at the kiosk, 75 or over.",
    "2 quay1: bấm gọi số tiếp theo, xem bảng gọi số. / quay1: press next, look at the board.",
    "3 Dán mã QR của ông Thử vào ô quét thẻ. / Paste Mr Thử's QR into the scan field.",
    "4 Chọn đổi địa chỉ đất, hai vợ chồng đứng tên, chứng thực bản thiếu. / Land, both spouses; certify the missing copy.",
    '  lanhdao ký ở “Chờ ký”; mã xác thực hiện ngay trên trang. / lanhdao signs at "To be signed"; the page shows the code.',
    "5 Tiếp nhận, in giấy hẹn, quét mã QR trên giấy. / Receive, print the receipt, follow its QR.",
    "6 chuyenvien1 trình, lanhdao ký. / chuyenvien1 proposes, lanhdao signs.",
    "7 quay1 trả kết quả; đánh giá trên trang của phiếu. / quay1 hands over; rate the visit on the slip's page.",
    "8 Khai sinh khai tại nhà: gõ mã ở ô quét, rồi dán thẻ bà Nháp. / Declared at home: its code, then Ms Nháp's card.",
    "9 quanly xem trang hôm nay. / quanly reads the day's page.",
    "10 quay1: Alt+B báo sự cố; hotro1 nhận. / quay1: Alt+B reports an incident; hotro1 answers.",
    '11 Kiosk: chạm “Tôi cần người giúp”; sanh1 nhận. / Kiosk: touch "I need someone"; sanh1 goes.',
    "12 quaymoi: học, trả lời đúng rồi mới mở được quầy. / quaymoi learns and passes before a counter opens.",
)


def lines() -> list[str]:
    """The text, line by line."""
    users = [" ".join(names) for _role, names in demo.SIGN_INS]
    return [
        settings.PUBLIC_URL + reverse("login"),
        f"Mật khẩu / password: {demo.PASSWORD}",
        *(f"{role:26} {names}" for role, names in zip(_ROLES, users, strict=True)),
        f"Ứng dụng xác thực của / authenticator of {demo.SIGNER}: {demo.SIGNER_SECRET}",
        f"Kiosk key: {demo.KIOSK_KEY}    Board key: {demo.BOARD_KEY}",
        f"Màn hình của công dân tại quầy 1 / citizen's screen at counter 1: {demo.SCREEN_KEY} ({settings.PUBLIC_URL}{reverse('applications:screen')})",
        "",
        *TO_TRY,
        "",
        f"Tờ khai tại nhà / declared at home: {spoken(demo.DECLARATION_CODE)}",
        f"  {settings.PUBLIC_URL}{reverse('applications:declare', args=[demo.DECLARATION_TOKEN])}",
        "Mã QR của thẻ, dán vào ô quét / card QRs to paste into the scan field:",
        *(f"  {person.card}" for person in (HUSBAND, WIFE, DIVIDED, KNOWN_HERE)),
        (
            f"  ({DIVIDED.full_name}: phường cũ đã chia / a divided ward. "
            f"{KNOWN_HERE.full_name}: có bản chứng thực / a certified copy on file)"
        ),
        f"Bản quét mẫu / sample scan: {sample_scan()}",
    ]
