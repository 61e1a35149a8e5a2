"""“Phản ánh nhanh”: one thing that people in a place are worried about, written down in two minutes."""

from server.demo.forms.sheets import YES_NO, FormSheets, ask, begin, choices, end

_FUTURE = ". <= today()"

SURVEY = [
    ask(
        "note",
        "loi_dau",
        (
            "Mỗi lần ghi một vấn đề bà con đang quan tâm. **Không ghi tên, số điện thoại hay giấy tờ của bất kỳ ai.**",
            "One report for each thing people are worried about. **Never write anybody's name, number or papers.**",
        ),
    ),
    begin("group", "viec", ("Bà con nói gì", "What people say"), appearance="field-list"),
    ask(
        "date",
        "ngay_nghe",
        ("Nghe được ngày nào?", "On which day did you hear it?"),
        default="today()",
        required="yes",
        limit=(_FUTURE, "Ngày nghe không thể sau hôm nay.", "The day cannot be after today."),
    ),
    ask(
        "select_one chu_de",
        "chu_de",
        ("Thuộc nhóm vấn đề nào?", "Which kind of topic is it?"),
        required="yes",
        appearance="minimal",
    ),
    ask(
        "text",
        "chu_de_khac",
        ("Vấn đề khác là gì?", "What other topic?"),
        required="yes",
        relevant="${chu_de} = 'khac'",
    ),
    ask(
        "text",
        "noi_dung",
        ("Bà con nói gì?", "What do people say?"),
        (
            "Ghi gần lời bà con nhất có thể. Nếu trong lời có tên ai, thay bằng “một người”.",
            "Stay close to people's own words. Where they name somebody, write “a person”.",
        ),
        required="yes",
        appearance="multiline",
        limit=(
            "string-length(.) >= 10",
            "Xin ghi rõ hơn, ít nhất mười chữ cái.",
            "Please say a little more (ten letters).",
        ),
    ),
    end("group"),
    begin(
        "group",
        "nuoc_ngap",
        ("Nước ngập, sạt lở", "Flood and erosion"),
        relevant="${chu_de} = 'ngap_lut'",
        appearance="field-list",
    ),
    ask("select_one kieu_ngap", "kieu", ("Chuyện gì đang xảy ra?", "What is happening?"), required="yes"),
    ask(
        "integer",
        "do_sau_cm",
        ("Chỗ sâu nhất khoảng bao nhiêu xăng-ti-mét?", "How deep is the deepest spot, in centimetres?"),
        (
            "Ngang mắt cá khoảng 10, ngang gối khoảng 50, ngang bụng khoảng 100.",
            "Ankle about 10, knee about 50, waist about 100.",
        ),
        relevant="${kieu} = 'ngap' or ${kieu} = 'trieu_cuong'",
        required="yes",
        limit=(". >= 1 and . <= 500", "Độ sâu từ 1 đến 500 cm.", "Depth is 1 to 500 cm."),
    ),
    ask(
        "integer",
        "so_met_sat_lo",
        ("Đoạn bờ bị sạt dài khoảng bao nhiêu mét?", "How many metres of bank are gone?"),
        relevant="${kieu} = 'sat_lo'",
        required="yes",
        limit=(". >= 1 and . <= 5000", "Chiều dài từ 1 đến 5.000 m.", "Length is 1 to 5,000 m."),
    ),
    ask(
        "select_one duong_di",
        "duong_di",
        ("Đường vào còn đi được không?", "Is the way in still passable?"),
        required="yes",
    ),
    ask(
        "note",
        "nguy_hiem",
        (
            "Nước đã sâu hơn 1 mét: nếu có người đang gặp nguy hiểm, hãy gọi ngay 114 rồi mới ghi tiếp.",
            "The water is over 1 metre: if anybody is in danger, call 114 first, then go on.",
        ),
        relevant="${do_sau_cm} > 100",
    ),
    end("group"),
    begin("group", "muc", ("Mức độ", "How much it matters"), appearance="field-list"),
    ask(
        "select_one bao_nhieu",
        "so_nguoi",
        ("Khoảng bao nhiêu người nhắc đến?", "How many people mentioned it?"),
        required="yes",
    ),
    ask("select_one muc_do", "muc_do", ("Cần xử lý gấp đến đâu?", "How urgent is it?"), required="yes"),
    ask(
        "text", "vi_sao_gap", ("Vì sao khẩn cấp?", "Why is it urgent?"), relevant="${muc_do} = 'urgent'", required="yes"
    ),
    ask(
        "select_one co_khong", "da_bao", ("Ấp hoặc xã đã biết việc này chưa?", "Do the hamlet or commune know already?")
    ),
    ask(
        "select_multiple nguon",
        "nguon",
        ("Nghe ở đâu?", "Where did you hear it?"),
        ("Có thể chọn nhiều nơi.", "Several may be chosen."),
    ),
    end("group"),
    begin("group", "noi", ("Ở đâu", "Where")),
    ask(
        "text",
        "ap",
        ("Khóm, ấp nào?", "Which hamlet?"),
        ("Chỉ ghi tên khóm, ấp; không ghi số nhà.", "The hamlet only, no house number."),
    ),
    ask(
        "geopoint",
        "vi_tri",
        ("Vị trí (không bắt buộc)", "Position (optional)"),
        ("Được làm tròn đến khoảng một ki-lô-mét ngay trên điện thoại.", "Rounded to about a kilometre on the phone."),
        appearance="decimals-2",
    ),
    ask(
        "image",
        "anh",
        ("Ảnh (không bắt buộc)", "Picture (optional)"),
        ("Chụp cảnh vật, không chụp mặt người hay giấy tờ.", "Take the place, no faces and no papers."),
        parameters="max-pixels=1280",
    ),
    end("group"),
]

CHOICES = [
    *choices(
        "chu_de",
        ("nuoc_sach", "Nước sạch", "Clean water"),
        ("ngap_lut", "Ngập, triều cường, sạt lở", "Flood, tide, erosion"),
        ("nong_nghiep", "Lúa, cây trồng, vật nuôi, thủy sản", "Rice, crops, animals, fish"),
        ("gia_ca", "Giá cả, việc làm, vay vốn", "Prices, work, loans"),
        ("duong_sa", "Đường, cầu, phà", "Roads, bridges, ferries"),
        ("dien", "Điện, sóng điện thoại", "Power, phone signal"),
        ("moi_truong", "Rác, khói bụi, nguồn nước ô nhiễm", "Waste, smoke, polluted water"),
        ("y_te", "Khám chữa bệnh, dịch bệnh", "Health care, epidemics"),
        ("hoc_hanh", "Trường lớp, học hành", "Schools, learning"),
        ("chinh_sach", "Thủ tục, chính sách, sáp nhập xã", "Procedures, policies, merged communes"),
        ("tin_don", "Tin đồn, thông tin chưa rõ", "Rumours, unclear news"),
        ("khac", "Vấn đề khác", "Something else"),
    ),
    *choices(
        "kieu_ngap",
        ("ngap", "Mưa ngập", "Flooded by rain"),
        ("trieu_cuong", "Triều cường, nước sông lên", "High tide, river rising"),
        ("sat_lo", "Sạt lở bờ", "The bank slides"),
    ),
    *choices(
        "duong_di",
        ("di_duoc", "Đi được bình thường", "Passable"),
        ("kho_di", "Đi được nhưng khó", "Passable with difficulty"),
        ("khong_di_duoc", "Không đi được", "Not passable"),
    ),
    *choices(
        "bao_nhieu",
        ("1", "Một người", "One"),
        ("2_5", "2 đến 5 người", "2 to 5"),
        ("6_20", "6 đến 20 người", "6 to 20"),
        ("tren_20", "Hơn 20 người", "More than 20"),
    ),
    *choices(
        "muc_do",
        ("low", "Để biết", "For information"),
        ("medium", "Nên trả lời trong tháng", "Should be answered this month"),
        ("high", "Cần xử lý trong tuần", "Needs action this week"),
        ("urgent", "Khẩn cấp, trong hôm nay", "Urgent, today"),
    ),
    *choices(
        "nguon",
        ("hop_ap", "Họp ấp, họp tổ", "Hamlet meeting"),
        ("cho", "Ở chợ, quán", "Market, coffee shop"),
        ("ngoai_dong", "Ngoài đồng, bến ghe", "Fields, landing"),
        ("nha_dan", "Đến thăm nhà", "Visiting homes"),
        ("mang", "Nhóm trên mạng", "Online groups"),
        ("khac", "Nơi khác", "Elsewhere"),
    ),
    *YES_NO,
]

FORM = FormSheets(
    "phan-anh-nhanh",
    (
        "Phản ánh nhanh",
        "phan-anh-nhanh",
        "2026112601",
        "Tiếng Việt (vi)",
        "concat(jr:choice-name(${chu_de}, '${chu_de}'), ' · ', ${ngay_nghe})",
    ),
    SURVEY,
    CHOICES,
)
