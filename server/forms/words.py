"""Sentences of form faults and warnings: code -> (Vietnamese, English). Codes are an interface: never rename one.

`{name}` places are filled by `faults.fault`. Sentences are for the author of the form: what is wrong and what to do.
"""

WORDS: dict[str, tuple[str, str]] = {
    # The file
    "file_empty": ("Tệp rỗng.", "The file is empty."),
    "file_too_large": ("Tệp lớn hơn {limit} MB.", "The file is larger than {limit} MB."),
    "file_xls": (
        "Đây là tệp Excel kiểu cũ (.xls). Hãy mở bằng Excel rồi lưu lại ở dạng .xlsx.",
        "This is an old Excel file (.xls). Open it in Excel and save it as .xlsx.",
    ),
    "file_encrypted": (
        "Tệp được đặt mật khẩu. Hãy bỏ mật khẩu rồi lưu lại.",
        "The file is protected by a password. Remove the password and save it again.",
    ),
    "file_ods": (
        "Đây là tệp OpenDocument (.ods). Hãy lưu lại ở dạng .xlsx.",
        "This is an OpenDocument file (.ods). Save it as .xlsx.",
    ),
    "file_not_xlsx": (
        "Tệp này không phải bảng tính .xlsx hoặc đã bị hỏng.",
        "This file is no .xlsx workbook, or it is damaged.",
    ),
    "file_unsafe": (
        "Tệp chứa khai báo XML không an toàn (DOCTYPE). Hãy lưu lại bằng Excel.",
        "The file holds an unsafe XML declaration (DOCTYPE). Save it again with Excel.",
    ),
    "file_too_heavy": (
        "Tệp phình ra quá lớn khi mở. Hãy xóa ảnh, trang và dòng không dùng rồi lưu lại.",
        "The file grows too large when opened. Remove pictures, sheets and rows that are not used.",
    ),
    "file_too_many_rows": (
        (
            "Tệp có hơn {limit} dòng, kể cả dòng trống có định dạng. Hãy xóa các dòng trống ở cuối, "
            "hoặc chuyển danh sách dài ra tệp CSV (select_one_from_file)."
        ),
        (
            "The file has more than {limit} rows, blank formatted ones included. Delete the blank rows below the data, "
            "or move long lists to a CSV file (select_one_from_file)."
        ),
    ),
    "conversion_too_long": (
        "Chuyển đổi biểu mẫu quá {limit} giây nên đã dừng. Hãy chia nhỏ hoặc rút gọn biểu mẫu.",
        "Converting the form took more than {limit} seconds and was stopped. Make the form smaller.",
    ),
    "conversion_too_much_memory": (
        "Chuyển đổi biểu mẫu cần quá nhiều bộ nhớ nên đã dừng. Hãy rút gọn biểu mẫu.",
        "Converting the form needed too much memory and was stopped. Make the form smaller.",
    ),
    "conversion_failed": (
        "Không chuyển đổi được biểu mẫu: {message}",
        "The form could not be converted: {message}",
    ),
    "macros_ignored": (
        "Tệp có macro. Macro không được chạy và không thuộc biểu mẫu.",
        "The file has macros. They are not run and are no part of the form.",
    ),
    # Sheets and headings
    "survey_missing": (
        "Không có trang “survey”. Đây không phải XLSForm, hoặc trang bị đặt sai tên.{similar}",
        "There is no “survey” sheet. This is no XLSForm, or the sheet has another name.{similar}",
    ),
    "survey_empty": ("Trang survey không có câu hỏi nào.", "The survey sheet has no questions."),
    "heading_missing": (
        "Trang này thiếu cột bắt buộc “{heading}”. Tên cột phải nằm ở dòng 1.",
        "This sheet lacks the column “{heading}”, which is required. Headings must be in row 1.",
    ),
    "heading_twice": ("Cột “{heading}” có hai lần.", "The column “{heading}” is there twice."),
    "cell_error": (
        "Ô này chứa lỗi của Excel ({value}). Hãy sửa công thức hoặc nhập giá trị.",
        "This cell holds an Excel error ({value}). Correct the formula or type the value.",
    ),
    "form_id_changed": (
        "Mã biểu mẫu được đổi thành “{form}” (chỉ gồm chữ không dấu, chữ số, dấu gạch và dấu chấm).",
        "The form id becomes “{form}” (letters, digits, hyphens, underscores and points only).",
    ),
    "form_id_missing": (
        "Không có form_id trong trang settings; mã biểu mẫu lấy theo tên tệp: “{form}”.",
        "The settings sheet has no form_id; the form id is taken from the file's name: “{form}”.",
    ),
    "version_missing": (
        "Không có version trong trang settings; phiên bản lấy theo nội dung tệp: {version}.",
        "The settings sheet has no version; it is taken from the content: {version}.",
    ),
    "version_changed": (
        "Phiên bản được ghi thành “{version}” (chỉ gồm chữ không dấu, chữ số, dấu gạch và dấu chấm).",
        "The version becomes “{version}” (letters, digits, hyphens, underscores and points only).",
    ),
    "version_taken": (
        "Phiên bản “{version}” đã được công bố với nội dung khác. Hãy đổi ô version trong trang settings.",
        "Version “{version}” was published with other content. Change version in the settings sheet.",
    ),
    # Questions
    "type_missing": (
        "Câu hỏi này chưa có kiểu (cột type).",
        "This question has no type.",
    ),
    "type_unknown": ("Không có kiểu câu hỏi “{value}”.", "There is no question type “{value}”."),
    "name_missing": ("Dòng này chưa có tên (cột name).", "This row has no name."),
    "name_invalid": (
        "Tên “{value}” không hợp lệ: phải bắt đầu bằng chữ cái hoặc dấu gạch dưới, không có dấu cách.",
        "The name “{value}” is not valid: it must begin with a letter or underscore and have no spaces.",
    ),
    "name_twice": (
        "Tên “{value}” bị trùng trong cùng một nhóm.",
        "The name “{value}” is used twice in the same group.",
    ),
    "name_reserved": (
        "Tên “{value}” được dành riêng, hãy chọn tên khác.",
        "The name “{value}” is reserved. Choose another.",
    ),
    "label_missing": (
        "Câu hỏi “{value}” không có nhãn, người điền sẽ chỉ thấy tên.",
        "The question “{value}” has no label; people will only see its name.",
    ),
    "list_unknown": (
        "Không có danh sách “{value}” trong trang choices.",
        "There is no list “{value}” in the choices sheet.",
    ),
    "group_not_closed": (
        "Nhóm hoặc lặp “{value}” không có dòng kết thúc.",
        "The group or repeat “{value}” is not ended.",
    ),
    "group_not_opened": ("Dòng kết thúc này không có dòng mở đầu tương ứng.", "This end has no begin that matches."),
    "choice_name_missing": ("Lựa chọn này chưa có tên (cột name).", "This choice has no name."),
    "choice_twice": (
        "Tên lựa chọn bị trùng trong cùng danh sách.",
        "This choice name is used twice in the same list.",
    ),
    "choice_label_missing": ("Lựa chọn này không có nhãn.", "This choice has no label."),
    "choice_with_space": (
        "Tên lựa chọn “{value}” có dấu cách, không dùng được với select_multiple.",
        "The choice name “{value}” has a space; that cannot be used with select_multiple.",
    ),
    "calculation_missing": ("Dòng calculate này chưa có biểu thức.", "This calculate has no calculation."),
    "parameter_invalid": ("Tham số không hợp lệ: {message}", "The parameters are not valid: {message}"),
    "or_other_with_filter": (
        "or_other không dùng cùng choice_filter được.",
        "or_other cannot be used with a choice_filter.",
    ),
    "row_skipped": (
        "Dòng này bị bỏ qua vì không có type và name.",
        "This row is left out: it has no type and no name.",
    ),
    "row_disabled": ("Dòng này bị tắt (cột disabled).", "This row is switched off (disabled column)."),
    # Expressions
    "brackets_unbalanced": (
        "Dấu ngoặc trong biểu thức không khớp: {expression}",
        "The brackets of the expression do not match: {expression}",
    ),
    "quotes_unclosed": (
        "Dấu nháy trong biểu thức chưa đóng: {expression}",
        "A quotation mark of the expression is not closed: {expression}",
    ),
    "operator_unknown": (
        "Biểu thức dùng dấu của ngôn ngữ khác (==, &&, ||, !, <>). Hãy dùng =, and, or, not(), !=: {expression}",
        "The expression uses signs of another language (==, &&, ||, !, <>). Use =, and, or, not(), !=: {expression}",
    ),
    "expression_invalid": (
        "Không hiểu được biểu thức: {expression}",
        "The expression cannot be understood: {expression}",
    ),
    "function_unknown": ("Không có hàm {function}().", "There is no function {function}()."),
    "arguments_wrong": (
        "Hàm {function}() cần {wanted} đối số nhưng được cho {given}.",
        "The function {function}() takes {wanted} arguments but was given {given}.",
    ),
    "reference_unknown": (
        "Không có câu hỏi nào tên “{name}”.",
        "There is no question named “{name}”.",
    ),
    "reference_ambiguous": (
        "Có nhiều câu hỏi tên “{name}” nên không rõ ${{{name}}} chỉ câu nào.",
        "Several questions are named “{name}”, so it is not clear which one ${{{name}}} means.",
    ),
    "reference_unclosed": (
        "Chỗ tham chiếu chưa đúng dạng ${{tên}}: {expression}",
        "A reference is not of the form ${{name}}: {expression}",
    ),
    "engine_refused": (
        "Bộ máy biểu mẫu trên điện thoại không mở được: {message}",
        "The form engine of the phone does not open it: {message}",
    ),
    "engine_missing": (
        "Chưa thử được bằng bộ máy biểu mẫu của điện thoại (máy chủ không có Node.js).",
        "The phone's form engine could not be tried: this server has no Node.js.",
    ),
    # Privacy
    "personal_data": (
        (
            "Câu hỏi “{label}” hỏi {what}. Báo cáo nói về vấn đề và địa bàn, không về con người. Hãy bỏ câu hỏi, "
            "hoặc nêu mục đích, lời đồng ý và số ngày lưu giữ khi công bố."
        ),
        (
            "The question “{label}” asks for {what}. Reports are about topics and places, never about persons. Remove "
            "it, or give purpose, consent text and retention days when publishing."
        ),
    ),
    "personal_data_stated": (
        "Câu hỏi “{label}” hỏi {what}; câu trả lời được giữ riêng và xóa sau {days} ngày.",
        "The question “{label}” asks for {what}; its answers are kept apart and deleted after {days} days.",
    ),
    "purpose_incomplete": (
        "Muốn thu thập dữ liệu cá nhân phải nêu đủ mục đích, lời đồng ý và số ngày lưu giữ. Còn thiếu: {missing}.",
        "Collecting personal data needs purpose, consent text and retention days, all three. Missing: {missing}.",
    ),
    "retention_invalid": (
        "Số ngày lưu giữ phải từ 1 đến 3650.",
        "Retention must be 1 to 3650 days.",
    ),
    # Attachments and languages
    "attachment_missing": (
        "Biểu mẫu dùng tệp “{name}” nhưng chưa được gửi kèm.",
        "The form uses the file “{name}”, which was not given.",
    ),
    "attachment_unused": ("Tệp kèm “{name}” không được biểu mẫu dùng.", "The file “{name}” is not used by the form."),
    "attachment_refused": (
        "Không nhận tệp kèm “{name}”: tên hoặc loại tệp không dùng được, hoặc tệp quá lớn.",
        "The file “{name}” is not taken: its name or type cannot be used, or it is too large.",
    ),
    "attachment_unreadable": (
        "Không đọc được tệp kèm “{name}”: {message}",
        "The file “{name}” cannot be read: {message}",
    ),
    "translation_missing": (
        "Thiếu bản dịch tiếng “{language}” ở {count} ô của cột “{column}”; đã dùng bản tiếng “{fallback}”.",
        "{count} cells of “{column}” have no “{language}” text; the “{fallback}” text is shown instead.",
    ),
    "choices_long": (
        "Danh sách “{name}” có {count} lựa chọn. Nên chuyển ra tệp CSV (select_one_from_file) để điện thoại mở nhanh.",
        "The list “{name}” has {count} choices. Move it to a CSV file (select_one_from_file): phones open it faster.",
    ),
    "external_choices_moved": (
        "Danh sách “{name}” của trang external_choices được chuyển thành tệp {file}.",
        "The list “{name}” of the external_choices sheet becomes the file {file}.",
    ),
    # What pyxform says
    "language_without_code": (
        "Tên ngôn ngữ chưa có mã: {value}. Nên viết như “Tiếng Việt (vi)”, “English (en)”.",
        "These languages have no code: {value}. Write “Tiếng Việt (vi)”, “English (en)”.",
    ),
    "or_other_untranslated": (
        "or_other không có bản dịch cho lựa chọn “Khác”. Nên tự thêm lựa chọn và câu hỏi ghi rõ.",
        "or_other has no translations of “Other”. Add the choice and a follow-up question yourself.",
    ),
    "list_name_twice": (
        "Tên “{value}” vừa là danh sách trong choices vừa là tên một tệp. Hãy đổi một trong hai.",
        "The name “{value}” is both a list of choices and a file. Rename one of them.",
    ),
    "image_size_advice": (
        "Nên thêm max-pixels vào cột parameters để ảnh gửi nhanh hơn.",
        "Add max-pixels to parameters, so that pictures are sent faster.",
    ),
    "pyxform_said": ("Công cụ chuyển đổi báo: {message}", "The converter says: {message}"),
}
