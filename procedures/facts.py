"""The facts that conditions of papers, fees and limits may name, as far as they come with the portal.

A fact is a yes/no question, worded so that the officer or the citizen can answer it, or something the portal finds out
itself. ``doc`` tells the person who writes rules what it means. More of them are written as data (``Question``);
``procedures.questions`` knows both.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class AnsweredBy(models.TextChoices):
    CITIZEN = "citizen", _("The citizen")
    OFFICER = "officer", _("The officer")
    PORTAL = "portal", _("The portal itself")


@dataclass(frozen=True, slots=True)
class Fact:
    """One yes/no question. ``doc`` is for the author of rules, ``question`` for the person at the counter."""

    key: str
    by: AnsweredBy
    question: dict[str, str]
    doc: str


def _fact(key: str, by: AnsweredBy, vi: str, en: str, ko: str, doc: str) -> Fact:
    return Fact(key, by, {"vi": vi, "en": en, "ko": ko}, doc)


_CITIZEN, _OFFICER, _PORTAL = AnsweredBy.CITIZEN, AnsweredBy.OFFICER, AnsweredBy.PORTAL

_ALL = (
    # -- who asks ---------------------------------------------------------------------------------------------------
    _fact(
        "authorised",
        _CITIZEN,
        "Nộp thay cho người khác theo uỷ quyền?",
        "Are you acting for someone else, with their authorisation?",
        "다른 사람의 위임을 받아 신청하십니까?",
        "Someone else than the applicant hands the dossier in, on a written authorisation.",
    ),
    _fact(
        "represented",
        _CITIZEN,
        "Làm thủ tục thông qua người đại diện?",
        "Is this done through a representative?",
        "대리인을 통하여 신청하십니까?",
        "A representative acts in a land matter (Decree 101/2024): a paper on the representation is needed.",
    ),
    _fact(
        "fee_exempt",
        _CITIZEN,
        "Thuộc hộ nghèo, là người khuyết tật hoặc gia đình có công?",
        "Poor household, person with a disability or family of merit?",
        "빈곤 가구, 장애인 또는 국가유공자 가족에 해당하십니까?",
        "Exempt from civil-status fees (Law on Civil Status 60/2014 art. 11).",
    ),
    _fact(
        "online",
        _PORTAL,
        "Hồ sơ nộp trực tuyến?",
        "Is this filed online?",
        "온라인으로 신청하십니까?",
        "The dossier comes through the National Public Service Portal.",
    ),
    _fact(
        "digital_citizen",
        _PORTAL,
        "Là công dân số (định danh điện tử mức độ 2, đã tích hợp đủ 5 giấy tờ)?",
        "Is this a digital citizen (e-identity level 2, the five basic papers integrated)?",
        "디지털 시민(전자신분 2등급, 기본 서류 5종 연동)입니까?",
        "Said by the identity system, not by the citizen (Resolution 66.22/2026, Circular 117/2026).",
    ),
    _fact(
        "data_not_found",
        _OFFICER,
        "Không tra cứu được dữ liệu trong cơ sở dữ liệu?",
        "Was the information not found in the databases?",
        "데이터베이스에서 정보를 확인할 수 없습니까?",
        "The officer looked the data up and did not find it, or it is wrong: only then may the paper be asked for "
        "(Decree 118/2025 art. 4.2a as amended by 309/2026).",
    ),
    _fact(
        "verification",
        _OFFICER,
        "Cần xác minh thêm?",
        "Is further verification needed?",
        "추가 확인이 필요합니까?",
        "The agency must verify before it decides: a longer limit applies.",
    ),
    _fact(
        "other_territory",
        _OFFICER,
        "Nhận thay cho cơ quan có thẩm quyền ở nơi khác?",
        "Is this taken in for a competent office elsewhere?",
        "다른 지역의 관할 기관을 대신하여 접수합니까?",
        "The office that decides is another one: the dossier is handed on, and the time counts from when that office has it "
        "(Decree 118/2025 art. 14, 17.3 as amended by 309/2026).",
    ),
    # -- land ---------------------------------------------------------------------------------------------------------
    _fact(
        "in_ward",
        _OFFICER,
        "Thửa đất ở phường?",
        "Is the land in a ward (not a commune)?",
        "토지가 동(프엉)에 있습니까?",
        "The parcel lies in a ward today; otherwise it lies in a commune.",
    ),
    _fact(
        "unit_rearrangement",
        _CITIZEN,
        "Địa chỉ đổi do sắp xếp đơn vị hành chính?",
        "Did the address change only because units were merged?",
        "행정구역 개편으로 주소가 바뀌었습니까?",
        "The change comes from a resolution on administrative units, which the officer looks up: no proof is asked for.",
    ),
    _fact(
        "joint_owners",
        _CITIZEN,
        "Hai vợ chồng cùng đứng tên?",
        "Are husband and wife both named as owners?",
        "부부 공동 명의입니까?",
        "The certificate names, or shall name, both spouses.",
    ),
    _fact(
        "restriction_of_right",
        _OFFICER,
        "Đăng ký hạn chế quyền đối với thửa đất liền kề?",
        "Is a restriction of right being registered?",
        "권리 제한 등록입니까?",
        "The change registers or alters a restriction of right.",
    ),
    _fact(
        "landslide",
        _OFFICER,
        "Giảm diện tích do sạt lở tự nhiên?",
        "Was land lost to a natural landslide?",
        "자연 붕괴로 면적이 줄었습니까?",
        "The area shrank by a natural landslide.",
    ),
    # -- civil status -------------------------------------------------------------------------------------------------
    _fact(
        "late_registration",
        _PORTAL,
        "Đăng ký quá hạn?",
        "Is the registration late?",
        "신고 기한이 지났습니까?",
        "More than 60 days after the birth or 15 days after the death. Late is charged, never refused.",
    ),
    _fact(
        "parents_married",
        _CITIZEN,
        "Cha mẹ có đăng ký kết hôn?",
        "Are the parents married?",
        "부모가 혼인신고를 하였습니까?",
        "The parents have a registered marriage.",
    ),
    _fact(
        "father_recognised",
        _CITIZEN,
        "Đồng thời làm thủ tục nhận cha, mẹ, con?",
        "Is parentage being recognised at the same time?",
        "친생자 인지도 함께 신청하십니까?",
        "Recognition of father, mother or child together with the birth (1.000689).",
    ),
    _fact(
        "no_birth_paper",
        _CITIZEN,
        "Không có giấy chứng sinh?",
        "Is there no certificate from the maternity ward?",
        "출생증명서가 없습니까?",
        "No paper from the birth facility: a witness, failing that a declaration, replaces it.",
    ),
    _fact(
        "no_witness",
        _CITIZEN,
        "Không có người làm chứng việc sinh?",
        "Is there no witness of the birth?",
        "출생을 목격한 사람이 없습니까?",
        "No birth paper and no witness: the applicant declares the birth.",
    ),
    _fact(
        "abandoned_child",
        _OFFICER,
        "Trẻ bị bỏ rơi?",
        "Is this an abandoned child?",
        "유기된 아동입니까?",
        "A record on the abandoned child replaces the birth paper.",
    ),
    _fact(
        "surrogacy",
        _CITIZEN,
        "Trẻ sinh ra do mang thai hộ?",
        "Was the child born by surrogacy?",
        "대리 출산입니까?",
        "A confirmation of surrogacy by the medical facility is needed.",
    ),
    _fact(
        "one_parent_foreign",
        _CITIZEN,
        "Cha hoặc mẹ là người nước ngoài?",
        "Is one parent a foreigner?",
        "부모 중 한 명이 외국인입니까?",
        "One parent is a foreign national: an agreement on the child's nationality is needed.",
    ),
    _fact(
        "married_before",
        _CITIZEN,
        "Đã từng kết hôn (ly hôn hoặc vợ, chồng đã mất)?",
        "Divorced or widowed?",
        "이혼 또는 사별하셨습니까?",
        "An earlier marriage ended by divorce or death.",
    ),
    _fact(
        "reissue",
        _CITIZEN,
        "Đã được cấp giấy này trước đây?",
        "Was this paper issued to you before?",
        "이 서류를 전에 발급받은 적이 있습니까?",
        "An earlier paper of the same kind is given back.",
    ),
    _fact(
        "under_14",
        _OFFICER,
        "Người được cải chính chưa đủ 14 tuổi?",
        "Is the person under 14?",
        "대상자가 만 14세 미만입니까?",
        "The person whose record is changed is under 14: the lower fee.",
    ),
    _fact(
        "supplement_only",
        _OFFICER,
        "Chỉ bổ sung thông tin hộ tịch?",
        "Is information only being added?",
        "정보 보충만 하십니까?",
        "Information is added to a record, nothing in it is changed.",
    ),
    # -- certification, residence, business -----------------------------------------------------------------------------
    _fact(
        "many_pages",
        _OFFICER,
        "Nhiều trang hoặc nhiều loại giấy tờ?",
        "Are there very many pages or kinds of papers?",
        "쪽수나 서류 종류가 많습니까?",
        "So many pages or papers that the copies cannot be certified the same day (Decree 23/2015 art. 21).",
    ),
    _fact(
        "in_vneid",
        _CITIZEN,
        "Bản chính đã có trên VNeID?",
        "Is the original shown in VNeID?",
        "원본이 VNeID에 있습니까?",
        "The original is shown through VNeID or read from a database: it is not asked for on paper "
        "(Decree 23/2015 art. 9.8, 9.9 as amended by 280/2025).",
    ),
    _fact(
        "farm_credit",
        _CITIZEN,
        "Giấy tờ để vay vốn nông nghiệp, nông thôn?",
        "Is this for a farm or rural loan?",
        "농업·농촌 대출용 서류입니까?",
        "The copies or the contract are for a mortgage of a farm or rural loan: no fee (Circular 226/2016 art. 5).",
    ),
    _fact(
        "address_renamed",
        _CITIZEN,
        "Chỉ đổi địa chỉ hộ kinh doanh do sắp xếp đơn vị hành chính?",
        "Does only the address of the business change, because units were merged?",
        "행정구역 개편으로 사업장 주소만 바뀌었습니까?",
        "Nothing but the written address changes: no fee (Resolution 78/2026 of the city's council).",
    ),
    _fact(
        "household_members",
        _CITIZEN,
        "Hộ kinh doanh do các thành viên hộ gia đình đăng ký?",
        "Do members of a household register together?",
        "가족 구성원이 공동으로 등록하십니까?",
        "Members of one household register the business and authorise one of them.",
    ),
    # -- linked services (Decree 63/2024 as amended by 301/2026) ----------------------------------------------------
    _fact(
        "child_identity_card",
        _CITIZEN,
        "Làm luôn thẻ căn cước cho trẻ?",
        "Is an identity card for the child wanted, too?",
        "아동의 신분증도 함께 신청하십니까?",
        "The linked birth services issue an identity card for a child under 6 where it is asked for.",
    ),
    _fact(
        "social_insured",
        _CITIZEN,
        "Người mất đang đóng hoặc đang hưởng bảo hiểm xã hội?",
        "Did the deceased pay into social insurance, or receive a benefit from it?",
        "고인이 사회보험 가입자 또는 수급자였습니까?",
        "Social insurance pays the funeral allowance and the survivors' benefit.",
    ),
    _fact(
        "social_assisted",
        _CITIZEN,
        "Người mất đang hưởng trợ cấp xã hội, trợ cấp hưu trí xã hội?",
        "Did the deceased receive social assistance or the social pension?",
        "고인이 사회부조 또는 사회연금 수급자였습니까?",
        "The health agency gives the support for the funeral costs.",
    ),
    _fact(
        "meritorious",
        _CITIZEN,
        "Người mất là người có công hoặc thân nhân đang hưởng trợ cấp?",
        "Was the deceased a person of merit, or a relative of one with an allowance?",
        "고인이 국가유공자 또는 수당을 받는 가족이었습니까?",
        "Home affairs settle what is due after a person of merit (Ordinance 02/2020).",
    ),
)

# What else a page of questions asks for, by its name there: no question may go by it.
RESERVED = frozenset({"pages", "copies"})
FACTS: dict[str, Fact] = {fact.key: fact for fact in _ALL}
