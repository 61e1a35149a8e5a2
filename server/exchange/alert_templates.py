"""What an alert says before anybody has written a word: one template per kind of emergency, Vietnamese first.

`{place}` is replaced by the names of the areas. Everything can be changed by whoever composes; severity, urgency and
certainty are words of CAP 1.2 in small letters. `hours` is how long the alert stands when nothing else is said.
"""

from msgspec import Struct


class Words(Struct, frozen=True):
    """One language of a template."""

    event: str
    headline: str
    instruction: str


class Template(Struct, frozen=True, kw_only=True):
    """Sensible defaults of one kind of emergency."""

    kind: str
    category: str
    response_type: str
    urgency: str
    severity: str
    certainty: str
    hours: int
    vi: Words
    en: Words


TEMPLATES: dict[str, Template] = {
    one.kind: one
    for one in (
        Template(
            kind="flood",
            category="met",
            response_type="prepare",
            urgency="expected",
            severity="severe",
            certainty="likely",
            hours=24,
            vi=Words(
                "Lũ",
                "Cảnh báo lũ tại {place}",
                "Kê cao tài sản, đưa người già và trẻ em đến nơi an toàn. Không đi qua chỗ nước chảy xiết. "
                "Theo dõi thông báo của chính quyền địa phương.",
            ),
            en=Words(
                "Flood",
                "Flood warning for {place}",
                "Raise your belongings and bring the elderly and children to safety. Do not cross fast water. "
                "Follow the local authorities.",
            ),
        ),
        Template(
            kind="landslide",
            category="geo",
            response_type="evacuate",
            urgency="immediate",
            severity="extreme",
            certainty="likely",
            hours=12,
            vi=Words(
                "Sạt lở",
                "Cảnh báo sạt lở tại {place}",
                "Rời ngay khỏi khu vực bờ sông, sườn dốc có vết nứt. Không quay lại lấy tài sản. "
                "Báo chính quyền địa phương khi thấy vết nứt mới.",
            ),
            en=Words(
                "Landslide",
                "Landslide warning for {place}",
                "Leave cracked river banks and slopes at once. Do not go back for belongings. "
                "Tell the local authorities of new cracks.",
            ),
        ),
        Template(
            kind="thunderstorm",
            category="met",
            response_type="shelter",
            urgency="immediate",
            severity="severe",
            certainty="likely",
            hours=3,
            vi=Words(
                "Giông lốc",
                "Cảnh báo giông lốc tại {place}",
                "Vào nhà kiên cố, tránh xa cây lớn, cột điện, biển quảng cáo. Tàu thuyền vào bờ. Ngắt thiết bị điện.",
            ),
            en=Words(
                "Thunderstorm",
                "Thunderstorm and whirlwind warning for {place}",
                "Go into a solid house, away from trees, poles and signs. Boats return to shore. Unplug devices.",
            ),
        ),
        Template(
            kind="forest_fire",
            category="fire",
            response_type="avoid",
            urgency="immediate",
            severity="severe",
            certainty="observed",
            hours=12,
            vi=Words(
                "Cháy rừng",
                "Cảnh báo cháy rừng tại {place}",
                "Không vào khu vực đang cháy. Không đốt lửa, đốt đồng. Thấy khói, lửa hãy gọi 114.",
            ),
            en=Words(
                "Forest fire",
                "Forest fire warning for {place}",
                "Keep out of the burning area. Light no fires. Call 114 when you see smoke or flames.",
            ),
        ),
        Template(
            kind="epidemic",
            category="health",
            response_type="monitor",
            urgency="expected",
            severity="moderate",
            certainty="observed",
            hours=72,
            vi=Words(
                "Dịch bệnh",
                "Thông báo dịch bệnh tại {place}",
                "Giữ vệ sinh, theo dõi sức khỏe gia đình và vật nuôi. "
                "Có triệu chứng bất thường hãy báo trạm y tế hoặc thú y.",
            ),
            en=Words(
                "Epidemic",
                "Epidemic notice for {place}",
                "Keep clean, watch the health of family and animals. "
                "Report unusual symptoms to the health or veterinary station.",
            ),
        ),
        Template(
            kind="salinity",
            category="env",
            response_type="prepare",
            urgency="expected",
            severity="moderate",
            certainty="observed",
            hours=72,
            vi=Words(
                "Xâm nhập mặn",
                "Cảnh báo nước mặn tại {place}",
                "Trữ nước ngọt. Không lấy nước tưới khi độ mặn vượt ngưỡng. Kiểm tra độ mặn trước khi mở cống.",
            ),
            en=Words(
                "Saline intrusion",
                "Salt water warning for {place}",
                "Store fresh water. Do not irrigate while the water is too salty. Measure before opening a sluice.",
            ),
        ),
        Template(
            kind="other",
            category="other",
            response_type="monitor",
            urgency="unknown",
            severity="moderate",
            certainty="unknown",
            hours=24,
            vi=Words("Thông báo", "Thông báo cho {place}", ""),
            en=Words("Notice", "Notice for {place}", ""),
        ),
    )
}
