"""“Khảo sát quý”: how life goes in a commune this quarter, as a collaborator hears and sees it. No household, no person."""

from server.demo.forms.quarterly_lists import LISTS
from server.demo.forms.sheets import FormSheets, ask, begin, end

_MARK = "start=1 end=5 step=1"
_MARKED = ("diem_nuoc", "diem_dien", "diem_duong", "diem_y_te", "diem_hoc", "diem_thu_tuc")
_ALL_MARKED = " and ".join(f"${{{name}}} != ''" for name in _MARKED)
_SUM = " + ".join(f"${{{name}}}" for name in _MARKED)
_PERCENT = (". >= 0 and . <= 100", "Tỷ lệ từ 0 đến 100.", "A share is 0 to 100.")
_COUNT = (". >= 0 and . <= 10000", "Con số từ 0 đến 10.000.", "A number from 0 to 10,000.")

_FRAME = [
    ask(
        "note",
        "loi_dau",
        (
            (
                "Phiếu này ghi nhận tình hình chung của địa bàn trong quý, theo điều bà con nói và điều thấy tận mắt. "
                "**Không ghi tên hay thông tin của bất kỳ ai.** Có thể lưu lại và điền tiếp lúc khác."
            ),
            (
                "This survey is about the place as a whole this quarter, as people tell it and as you see it. **Nobody's name or "
                "data.** You may stop and go on later."
            ),
        ),
    ),
    begin("group", "dot", ("Đợt khảo sát", "The round"), appearance="field-list"),
    ask(
        "integer",
        "nam",
        ("Năm", "Year"),
        required="yes",
        default="2026",
        limit=(". >= 2025 and . <= 2035", "Năm từ 2025 đến 2035.", "Year is 2025 to 2035."),
    ),
    ask("select_one quy", "quy", ("Quý", "Quarter"), required="yes", appearance="horizontal"),
    ask(
        "date",
        "ngay_dien",
        ("Ngày điền phiếu", "Day of filling"),
        required="yes",
        default="today()",
        limit=(". <= today()", "Ngày điền không thể sau hôm nay.", "The day cannot be after today."),
    ),
    ask(
        "select_multiple cach_nghe",
        "cach_nghe",
        ("Thông tin trong phiếu lấy từ đâu?", "Where does it come from?"),
        required="yes",
    ),
    ask(
        "integer",
        "so_cuoc_tro_chuyen",
        ("Khoảng bao nhiêu cuộc trò chuyện trong quý?", "About how many conversations this quarter?"),
        required="yes",
        limit=_COUNT,
    ),
    end("group"),
]

_LIVING = [
    begin("group", "doi_song", ("Đời sống, thu nhập", "Living and income"), appearance="field-list"),
    ask(
        "select_one so_voi_truoc",
        "doi_song_so_voi_truoc",
        (
            "So với quý trước, đời sống bà con nhìn chung thế nào?",
            "Compared with last quarter, how is life on the whole?",
        ),
        required="yes",
    ),
    ask(
        "text",
        "doi_song_vi_sao",
        ("Vì sao kém hơn?", "Why is it worse?"),
        required="yes",
        appearance="multiline",
        relevant="${doi_song_so_voi_truoc} = 'kem_hon'",
    ),
    ask(
        "select_multiple nguon_thu",
        "nguon_thu",
        ("Bà con sống chủ yếu bằng gì?", "What do people mainly live on?"),
        ("Chọn tối đa ba.", "Three at most."),
        required="yes",
        limit=("count-selected(.) <= 3", "Chỉ chọn tối đa ba mục.", "Choose three at most."),
    ),
    ask("rank noi_lo", "noi_lo", ("Sắp xếp các nỗi lo từ nhiều đến ít", "Order the worries, the greatest first")),
    ask(
        "integer",
        "phan_tram_lam_xa",
        (
            "Khoảng bao nhiêu phần trăm người trong tuổi lao động đi làm xa?",
            "About what share of working-age people work far away?",
        ),
        limit=_PERCENT,
    ),
    ask(
        "integer",
        "phan_tram_tai_cho",
        ("Còn làm tại địa phương (%)", "Working here (%)"),
        calculation="if(${phan_tram_lam_xa} != '', 100 - ${phan_tram_lam_xa}, '')",
        readonly="yes",
    ),
    end("group"),
]

_FARMING = [
    begin(
        "group",
        "san_xuat",
        ("Sản xuất", "Farming and fishing"),
        relevant="selected(${nguon_thu}, 'lua') or "
        "selected(${nguon_thu}, 'cay_trai') or selected(${nguon_thu}, 'thuy_san') or selected(${nguon_thu}, 'chan_nuoi')",
    ),
    begin("group", "lua", ("Lúa", "Rice"), relevant="selected(${nguon_thu}, 'lua')", appearance="field-list"),
    ask("select_one vu_lua", "vu", ("Vụ đang làm", "Which crop")),
    ask(
        "decimal",
        "nang_suat",
        ("Năng suất khoảng bao nhiêu tấn một công?", "Yield, tonnes per công (1,000 m²)?"),
        ("Một công là 1.000 mét vuông.", "One công is 1,000 square metres."),
        limit=(". >= 0 and . <= 2", "Năng suất từ 0 đến 2 tấn một công.", "Yield is 0 to 2 tonnes."),
    ),
    ask(
        "integer",
        "gia_lua",
        ("Giá lúa tươi tại ruộng (đồng/kg)", "Price of fresh paddy (đồng/kg)"),
        appearance="thousands-sep",
        limit=(". >= 1000 and . <= 30000", "Giá từ 1.000 đến 30.000 đồng.", "Price is 1,000 to 30,000 đồng."),
    ),
    ask(
        "decimal",
        "thu_moi_cong",
        ("Thu mỗi công (triệu đồng)", "Income per công (million đồng)"),
        readonly="yes",
        calculation="if(${nang_suat} != '' and ${gia_lua} != '', round(${nang_suat} * ${gia_lua} div 1000, 2), '')",
    ),
    ask("select_multiple kho_khan_lua", "kho_khan", ("Khó khăn lớn nhất?", "Greatest difficulties?")),
    end("group"),
    begin(
        "group",
        "thuy_san",
        ("Thủy sản", "Fish"),
        relevant="selected(${nguon_thu}, 'thuy_san')",
        appearance="field-list",
    ),
    ask(
        "select_one so_voi_truoc",
        "gia_ca",
        ("Giá cá tra, cá lóc so với quý trước?", "Fish prices against last quarter?"),
    ),
    ask("select_one co_khong", "ca_benh", ("Có dịch bệnh trên cá, tôm không?", "Disease among fish or shrimp?")),
    ask("text", "ca_benh_mo_ta", ("Mô tả dịch bệnh", "Describe it"), relevant="${ca_benh} = 'co'", required="yes"),
    end("group"),
    ask(
        "select_one co_khong",
        "thieu_nuoc_san_xuat",
        ("Có nơi nào thiếu nước sản xuất không?", "Any place short of water?"),
    ),
    ask("select_one co_khong", "nhiem_man", ("Nước có bị nhiễm mặn, nhiễm phèn không?", "Is water saline or acid?")),
    end("group"),
]

_SERVICES = [
    begin("group", "dich_vu", ("Dịch vụ công và hạ tầng", "Services and infrastructure"), appearance="field-list"),
    ask(
        "range",
        "diem_nuoc",
        ("Nước sinh hoạt (1 rất kém, 5 rất tốt)", "Household water (1 very poor, 5 very good)"),
        parameters=_MARK,
    ),
    ask("range", "diem_dien", ("Điện", "Power"), parameters=_MARK),
    ask("range", "diem_duong", ("Đường, cầu, phà", "Roads, bridges, ferries"), parameters=_MARK),
    ask("range", "diem_y_te", ("Trạm y tế", "Health station"), parameters=_MARK),
    ask("range", "diem_hoc", ("Trường học", "Schools"), parameters=_MARK),
    ask(
        "range",
        "diem_thu_tuc",
        ("Thủ tục ở xã sau sắp xếp đơn vị hành chính", "Procedures since the communes were merged"),
        parameters=_MARK,
    ),
    ask(
        "calculate",
        "diem_chung",
        calculation=f"if({_ALL_MARKED}, round(({_SUM}) div {len(_MARKED)}, 1), '')",
    ),
    ask(
        "note",
        "diem_chung_la",
        ("Điểm trung bình: **${diem_chung}**", "Mean mark: **${diem_chung}**"),
        relevant="${diem_chung} > 0",
    ),
    end("group"),
    begin(
        "group",
        "thu_tuc",
        ("Thủ tục hành chính", "Procedures"),
        relevant="${diem_thu_tuc} <= 2",
        appearance="field-list",
    ),
    ask(
        "select_multiple vuong_mac", "vuong_mac", ("Bà con vướng mắc điều gì?", "What gets in the way?"), required="yes"
    ),
    ask(
        "integer",
        "quang_duong_km",
        ("Đi đến trung tâm hành chính xa khoảng bao nhiêu ki-lô-mét?", "How far is the office, km?"),
        limit=(". >= 0 and . <= 100", "Quãng đường từ 0 đến 100 km.", "Distance is 0 to 100 km."),
    ),
    end("group"),
]

_PROBLEMS = [
    begin("repeat", "van_de", ("Vấn đề nổi lên", "Emerging problem")),
    begin("group", "mot_van_de", ("Một vấn đề", "One problem"), appearance="field-list"),
    ask("select_one linh_vuc", "linh_vuc", ("Lĩnh vực", "Field"), required="yes", appearance="minimal"),
    ask(
        "select_one van_de_cu_the",
        "cu_the",
        ("Cụ thể là gì?", "What exactly?"),
        required="yes",
        appearance="minimal",
        choice_filter="linh_vuc = ${linh_vuc}",
    ),
    ask(
        "text",
        "cu_the_khac",
        ("Ghi rõ vấn đề", "Describe it"),
        relevant="ends-with(${cu_the}, '_khac')",
        required="yes",
    ),
    ask("text", "khom_ap", ("Xảy ra ở khóm, ấp nào?", "In which hamlets?")),
    ask(
        "integer",
        "so_ho",
        ("Khoảng bao nhiêu hộ bị ảnh hưởng?", "About how many households are affected?"),
        required="yes",
        limit=_COUNT,
    ),
    ask("select_one xu_huong", "xu_huong", ("Xu hướng trong quý", "Trend this quarter"), required="yes"),
    ask("select_one co_khong", "da_tra_loi", ("Bà con đã được trả lời chưa?", "Have people been answered?")),
    ask(
        "select_one hai_long",
        "hai_long",
        ("Bà con thấy câu trả lời thế nào?", "What do people think of the answer?"),
        relevant="${da_tra_loi} = 'co'",
    ),
    end("group"),
    end("repeat"),
    ask("calculate", "so_van_de", calculation="count(${van_de})"),
    ask("calculate", "tong_so_ho", calculation="sum(${so_ho})"),
    ask(
        "note",
        "tong_ket",
        (
            "Đã ghi **${so_van_de}** vấn đề, tổng cộng khoảng **${tong_so_ho}** hộ.",
            "**${so_van_de}** problems, about **${tong_so_ho}** households in all.",
        ),
    ),
]

_DISASTER = [
    begin("group", "thien_tai", ("Thiên tai trong quý", "Disasters this quarter"), appearance="field-list"),
    ask(
        "select_one co_khong",
        "co_thien_tai",
        ("Trong quý có ngập, sạt lở, giông lốc không?", "Any flood, erosion or storm?"),
        required="yes",
    ),
    ask(
        "select_multiple loai_thien_tai",
        "loai",
        ("Loại nào?", "Which?"),
        relevant="${co_thien_tai} = 'co'",
        required="yes",
    ),
    ask(
        "integer",
        "nha_hu_hai",
        ("Số căn nhà bị hư hại", "Houses damaged"),
        relevant="${co_thien_tai} = 'co'",
        limit=_COUNT,
    ),
    ask(
        "integer",
        "nha_sap",
        ("Trong đó sập hoàn toàn", "Of these destroyed"),
        relevant="${co_thien_tai} = 'co'",
        limit=(". <= ${nha_hu_hai}", "Không thể nhiều hơn số nhà bị hư hại.", "Cannot be more than the damaged ones."),
    ),
    ask(
        "select_one co_khong",
        "nhan_canh_bao",
        ("Bà con có nhận được cảnh báo trước không?", "Were people warned in time?"),
        relevant="${co_thien_tai} = 'co'",
    ),
    ask(
        "select_multiple kenh",
        "kenh_canh_bao",
        ("Nhận qua kênh nào?", "By which channel?"),
        relevant="${nhan_canh_bao} = 'co'",
    ),
    ask(
        "geopoint",
        "noi_nang_nhat",
        ("Nơi bị nặng nhất (không bắt buộc)", "The worst place (optional)"),
        ("Được làm tròn đến khoảng một ki-lô-mét.", "Rounded to about a kilometre."),
        relevant="${co_thien_tai} = 'co'",
        appearance="decimals-2",
    ),
    ask(
        "image",
        "anh",
        ("Ảnh (không bắt buộc)", "Picture (optional)"),
        ("Không chụp mặt người.", "No faces."),
        relevant="${co_thien_tai} = 'co'",
        parameters="max-pixels=1280",
    ),
    end("group"),
]

_END = [
    begin("group", "thong_tin", ("Thông tin và ý kiến", "News and opinions"), appearance="field-list"),
    ask(
        "select_multiple kenh",
        "kenh_tin",
        ("Bà con biết tin tức chủ yếu qua đâu?", "Where do people get their news?"),
        required="yes",
    ),
    ask("select_one co_khong", "tin_don", ("Có tin đồn nào làm bà con lo không?", "Any rumour that worries people?")),
    ask(
        "text",
        "tin_don_noi_dung",
        ("Tin đồn nói gì?", "What does it say?"),
        ("Không ghi ai nói.", "Not who says it."),
        relevant="${tin_don} = 'co'",
        required="yes",
        appearance="multiline",
    ),
    ask(
        "text",
        "dieu_tot",
        ("Điều gì bà con thấy hài lòng nhất?", "What are people most content with?"),
        appearance="multiline",
    ),
    ask(
        "text",
        "kien_nghi",
        ("Kiến nghị quan trọng nhất gửi xã, tỉnh", "The most important request to commune and province"),
        appearance="multiline",
    ),
    end("group"),
    ask(
        "acknowledge",
        "xac_nhan",
        (
            "Tôi đã xem lại: phiếu không có tên hay thông tin của ai.",
            "I have checked: there is nobody's name or data in this survey.",
        ),
        required="yes",
    ),
]

FORM = FormSheets(
    "khao-sat-quy",
    ("Khảo sát quý", "khao-sat-quy", "2026112601", "Tiếng Việt (vi)", "concat('Quý ', ${quy}, '/', ${nam})"),
    [*_FRAME, *_LIVING, *_FARMING, *_SERVICES, *_PROBLEMS, *_DISASTER, *_END],
    LISTS,
    ("linh_vuc",),
)
