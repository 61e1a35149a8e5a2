"""Does a question ask for somebody's name, phone, identity number, email or address? In Vietnamese, English, French;
any label.

Reports are about topics and places, never about persons (DESIGN, section 1). A form that asks anyway is refused
unless purpose, consent text and retention are stated. Only questions that take free input count: "Do you own a
phone?" with yes and no is no phone number, "Tên ấp" no person's name. Text is compared without diacritics, case and
camelCase.
"""

import re
import unicodedata
from collections.abc import Iterator

from msgspec import Struct

from server.forms.faults import Fault, Place, fault
from server.forms.paths import kind_of_row, walk
from server.forms.sheets import Row, Sheet, Workbook

_FREE_INPUT = re.compile(
    r"(add |q )?(text|string|integer|int|decimal|barcode|image|photo|picture|file|audio|video)( prompt)?\b",
    re.IGNORECASE,
)
_PERSON = (
    "nguoi|ong ba|anh chi|chu ho|ho dan|dai dien|can bo|cong tac vien|ctv|khao sat vien|dieu tra vien|thanh vien|"
    "hoc sinh|benh nhan|nan nhan|chu (ho|nha|co so|doanh nghiep|tau|ghe|rung|ruong)"
)
_KIN = "ong|ba|anh|chi|em|ban|con|vo|chong|bo|me|cha"
_PERSON_EN = (
    "respondent|person|people|informant|interviewee|interviewer|enumerator|head|household head|head of household|"
    "farmer|owner|patient|child|mother|father|spouse|wife|husband|member|contact|participant|caregiver|beneficiary|"
    "victim|student|teacher|resident|citizen|applicant|complainant|reporter|data collector|surveyor|user|staff|officer"
)

KINDS: dict[str, tuple[str, str]] = {
    "name": ("họ tên một người", "a person's name"),
    "phone": ("số điện thoại hoặc tài khoản liên lạc", "a phone number or contact account"),
    "identity": ("số giấy tờ tùy thân", "an identity number"),
    "email": ("địa chỉ thư điện tử", "an email address"),
    "address": ("địa chỉ nhà một người", "a person's address"),
}

_PHRASES: dict[str, str] = {
    "name": (
        r"ho (va |, )?(chu )?(dem |lot )?(va )?ten|hoten|ten (that|day du|khai sinh|dem|lot|thuong goi|goi khac|rieng)|"
        rf"ten( goi)?( day du)?( cua)? ({_PERSON})|ten( goi)? cua ({_KIN})|^ten (cac )?({_KIN})$|({_KIN}) ten (la )?gi|"
        r"quy danh|danh tinh|"
        r"(first|last|full|given|family|middle|sur|maiden|nick|legal|your|own|user) ?names?|surname|fullname|firstname|"
        rf"lastname|name(s)? of (the |each |your |a )?({_PERSON_EN})s?|({_PERSON_EN})s? ?(s )?(full )?names?|"
        r"what is (your|his|her|their) name|who are you|prenoms?|nom (de famille|complet|et prenom|du repondant)|"
        r"nombre completo|apellidos?"
    ),
    "phone": (
        r"so (dien thoai|dt|dd|di dong|phone|zalo|lien (he|lac))|sdt|so may( ban)?$|"
        r"dien thoai (lien (he|lac)|di dong|cua|nha|ban|rieng)|"
        r"(tai khoan|nick|dia chi) (zalo|facebook|fb|viber|telegram|mang xa hoi)|zalo (cua|id)|"
        r"(tele|cell|mobile |home |work |your |contact )?phone( ?(no|nos|num|numbers?)\b)|"
        r"(your|contact|mobile|home|respondent|personal|primary|secondary) (tele|cell)?phone|telephone of|"
        r"mobile (no|num|number)|(contact|whatsapp|cell|tel) (no|num|number|phone|details?|info|information)|"
        r"whatsapp (number|account)|numero (de )?(contact|telephone|portable)|(telephone|portable) (du|de la|de l)|"
        r"phone_?number"
    ),
    "identity": (
        r"cccd|cmnd|cmtnd|can cuoc|chung minh (nhan dan|thu)|so dinh danh|ma dinh danh|ho chieu|giay to tuy than|"
        r"(ma |so )+(so )?(ca nhan|bhxh|bhyt|bao hiem (xa hoi|y te)|the (bao hiem|bhyt|bhxh)|ho khau)|thue ca nhan|"
        r"so tai khoan|identity (card|no|num|number|document)|identification (card|no|num|number|document)|"
        r"(national|citizen|personal|voter|social security|tax) ?(id|identity|identification|no|number)\b|"
        r"\bid (card|no|num|number|document)|passport( no| num| number)?|social security|cnic|\bnin\b|aadhaar|"
        r"bank account|carte d ?identite|numero d ?identite"
    ),
    "email": r"e ?mail|thu dien tu|hop thu|courriel|correo electronico",
    "address": (
        r"dia chi (nha|thuong tru|tam tru|lien (he|lac)|noi o|cu tru|cua|ho|gia dinh|nguoi|ca nhan|o|hien (nay|tai))|"
        r"noi (thuong|tam) tru|noi cu tru|so nha (va |cua )?(ten )?(duong|ho|nguoi)|"
        r"(residential|home|postal|street|mailing|household|your|personal|permanent|"
        r"physical|current|respondent) address|address of (the |your )?(respondent|person|household|head)|"
        r"adresse (residentielle|postale|personnelle|du domicile|de residence|actuelle)"
    ),
}
_BARE = {
    "name": {"ten", "name", "names", "nom", "nombre", "ten anh chi", "your name", "ho ten"},
    "phone": {
        "dien thoai",
        "phone",
        "telephone",
        "mobile",
        "tel",
        "zalo",
        "facebook",
        "lien he",
        "contact",
        "contacts",
    },
    "identity": {"id card", "nic"},
    "email": {"mail"},
    "address": {"dia chi", "so nha", "noi o", "address", "adresse", "direccion"},
}
_COMPILED = {kind: re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])") for kind, pattern in _PHRASES.items()}


class Personal(Struct, frozen=True):
    """One question that asks for personal data: its field path, kind, label and place."""

    field: str
    kind: str
    label: str
    place: Place

    def refused(self) -> Fault:
        """The fault while purpose, consent and retention are not stated."""
        vi, en = KINDS[self.kind]
        told = fault("personal_data", self.place, label=self.label, what="{what}")
        return _with(told, vi, en)

    def stated(self, days: int) -> Fault:
        """The warning once they are."""
        vi, en = KINDS[self.kind]
        return _with(fault("personal_data_stated", self.place, label=self.label, what="{what}", days=days), vi, en)


def _with(told: Fault, vi: str, en: str) -> Fault:
    return Fault(
        told.code,
        told.vi.replace("{what}", vi),
        told.en.replace("{what}", en),
        told.sheet,
        told.row,
        told.column,
        told.heading,
    )


def find_personal(workbook: Workbook, root: str) -> list[Personal]:
    """Every question that asks for personal data, with the place of the words that say so."""
    survey, found = workbook.sheet("survey"), list[Personal]()
    for row, path in walk(survey, root):
        kind = kind_of_row(survey, row)
        if _FREE_INPUT.match(kind) or " or other" in kind:
            found += list(_find_in_row(survey, row, path))
    return found


def _find_in_row(survey: Sheet, row: Row, path: str) -> Iterator[Personal]:
    labels = [heading for column in ("label", "hint") for heading in survey.of(column) if row.cells.get(heading.text)]
    texts = [(heading, row.cells[heading.text], heading.column == "label") for heading in labels]
    texts += [(heading, row.cells[heading.text], False) for heading in survey.of("name") if heading.text in row.cells]
    shown = next((text for _, text, is_label in texts if is_label), survey.value(row, "name"))
    for heading, text, is_label in texts:
        if kind := kind_of(text, bare=is_label):
            yield Personal(path, kind, shown, survey.place(row, heading=heading))
            return


def kind_of(text: str, *, bare: bool = True) -> str:
    """Which of KINDS a text asks for; empty when none. `bare` also counts a label that is nothing but "Name" or "Địa
    chỉ".
    """
    folded = fold(text)
    for kind, pattern in _COMPILED.items():
        if pattern.search(folded) or (bare and folded.strip(" :?*.") in _BARE[kind]):
            return kind
    return ""


def fold(text: str) -> str:
    """Words in lower case without diacritics, đ as d, camelCase and snake_case apart, punctuation as spaces."""
    text = re.sub(r"(?<=[a-zà-ỹ])(?=[A-Z][a-zà-ỹA-Z])", " ", text)
    text = re.sub(r"<[^>]*>|\$\{[^}]*\}", " ", text)
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare.replace("đ", "d")).split())
