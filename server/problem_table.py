"""The one table of problems: every error that crosses HTTP, with its stable code, status and words in both languages.

Codes are an interface: never rename one. `{key}` in a sentence is filled from the details that the problem carries.
Vietnamese is written as an office would write to a citizen; English says the same.
"""

from typing import NamedTuple


class Kind(NamedTuple):
    """One line of the table: HTTP status, title and sentence in Vietnamese and in English."""

    status: int
    title_vi: str
    title_en: str
    detail_vi: str
    detail_en: str


PROBLEMS: dict[str, Kind] = {
    # What was sent cannot be read
    "body_malformed": Kind(
        400,
        "Nội dung gửi lên không đúng cấu trúc",
        "The body is malformed",
        "Không đọc được nội dung gửi lên: {fault}.",
        "The body could not be read: {fault}.",
    ),
    "query_malformed": Kind(
        400,
        "Tham số không hợp lệ",
        "A parameter is not valid",
        "Tham số trong địa chỉ hoặc tiêu đề yêu cầu không hợp lệ: {fault}.",
        "A parameter of the address or a header is not valid: {fault}.",
    ),
    "protocol_unsupported": Kind(
        400,
        "Phiên bản giao thức không được hỗ trợ",
        "This protocol version is not supported",
        "Ứng dụng dùng giao thức phiên bản {asked}, máy chủ hỗ trợ từ {oldest} đến {newest}. Hãy cập nhật ứng dụng; "
        "dữ liệu trên máy vẫn được giữ nguyên.",
        "The app speaks protocol {asked}; the server speaks {oldest} to {newest}. Update the app; nothing on the phone "
        "is lost.",
    ),
    "body_too_large": Kind(
        413,
        "Nội dung gửi lên quá lớn",
        "The body is too large",
        "Nội dung gửi lên vượt quá giới hạn {limit} byte.",
        "The body is larger than the limit of {limit} bytes.",
    ),
    "content_type_wrong": Kind(
        415,
        "Kiểu nội dung không phù hợp",
        "The content type is wrong",
        "Địa chỉ này chỉ nhận nội dung kiểu {expected}.",
        "This address takes {expected} only.",
    ),
    "encoding_unsupported": Kind(
        415,
        "Kiểu nén không được hỗ trợ",
        "The content encoding is not supported",
        "Chỉ nhận nội dung không nén hoặc nén bằng gzip.",
        "Only gzip or no content encoding is taken.",
    ),
    # Who is asking
    "not_enrolled": Kind(
        401,
        "Thiết bị chưa được đăng ký",
        "This device is not enrolled",
        "Thiết bị chưa đăng ký hoặc phiên đã kết thúc. Hãy mở đường dẫn mời do cán bộ phụ trách cấp.",
        "This device is not enrolled or its session has ended. Open the invitation link your coordinator gave you.",
    ),
    "device_revoked": Kind(
        401,
        "Thiết bị đã bị thu hồi quyền truy cập",
        "This device has been revoked",
        "Thiết bị này đã bị thu hồi quyền truy cập. Dữ liệu vừa gửi được lưu riêng để cán bộ xem xét, không bị mất. "
        "Hãy liên hệ cán bộ phụ trách.",
        "This device has been revoked. What it just sent is kept apart for review, not lost. Contact your coordinator.",
    ),
    "origin_wrong": Kind(
        403,
        "Yêu cầu đến từ trang khác",
        "The request came from another site",
        "Yêu cầu thay đổi dữ liệu phải được gửi từ chính ứng dụng này.",
        "Requests that change data must come from this app itself.",
    ),
    "not_allowed": Kind(
        403,
        "Không có quyền thực hiện",
        "You may not do this",
        "Vai trò hoặc địa bàn của bạn không cho phép thực hiện thao tác này.",
        "Your role or areas do not allow this.",
    ),
    # What is asked for
    "address_unknown": Kind(
        404,
        "Không có địa chỉ này",
        "No such address",
        "Máy chủ không có địa chỉ này.",
        "The server has no such address.",
    ),
    "item_unknown": Kind(
        404,
        "Không tìm thấy",
        "Not found",
        "Không tìm thấy mục được yêu cầu trong phạm vi của bạn.",
        "There is no such item within your scope.",
    ),
    "method_wrong": Kind(
        405,
        "Phương thức không phù hợp",
        "The method is wrong",
        "Địa chỉ này chỉ nhận phương thức {allowed}.",
        "This address takes {allowed} only.",
    ),
    # Enrolment
    "invitation_unknown": Kind(
        404,
        "Mã mời không đúng",
        "This invitation is unknown",
        "Không có mã mời này. Hãy kiểm tra lại đường dẫn hoặc xin mã mời mới.",
        "There is no such invitation. Check the link or ask for a new one.",
    ),
    "invitation_used": Kind(
        409,
        "Mã mời đã được sử dụng",
        "This invitation has been used",
        "Mã mời này đã được một thiết bị khác sử dụng. Mỗi mã chỉ dùng được một lần; hãy xin mã mời mới.",
        "Another device has used this invitation. Each works once only; ask for a new one.",
    ),
    "invitation_expired": Kind(
        410,
        "Mã mời đã hết hạn",
        "This invitation has expired",
        "Mã mời đã hết hạn. Hãy xin mã mời mới.",
        "This invitation has expired. Ask for a new one.",
    ),
    "public_key_invalid": Kind(
        400,
        "Khóa công khai không hợp lệ",
        "The public key is not valid",
        "Khóa công khai của thiết bị phải là khóa P-256: SPKI mã hóa base64url, hoặc JWK.",
        "The device's public key must be a P-256 key: SPKI in base64url, or a JWK.",
    ),
    "sheet_unreadable": Kind(
        422,
        "Không đọc được tệp Excel",
        "The spreadsheet cannot be read",
        "Tệp này không phải là bảng tính .xlsx, hoặc quá lớn. Hãy dùng mẫu rồi thử lại.",
        "This is no .xlsx spreadsheet, or it is too large. Use the template and try again.",
    ),
    "sheet_faulty": Kind(
        422,
        "Bảng tính còn lỗi",
        "The spreadsheet has faults",
        "Có dòng còn lỗi, chưa lưu gì cả. Hãy sửa các dòng được nêu rồi tải lên lại.",
        "Some rows have faults, so nothing was saved. Correct the rows that are named and upload it again.",
    ),
    "person_unknown": Kind(
        404,
        "Không tìm thấy người này",
        "No such person",
        "Không có người này trong phạm vi của bạn.",
        "There is no such person within your scope.",
    ),
    "device_unknown": Kind(
        404,
        "Không tìm thấy thiết bị",
        "No such device",
        "Không có thiết bị này trong phạm vi của bạn.",
        "There is no such device within your scope.",
    ),
    # Sync
    "replica_taken": Kind(
        409,
        "Mã bản sao thuộc thiết bị khác",
        "This replica belongs to another device",
        "Mã bản sao {replica} thuộc thiết bị khác. Ứng dụng phải tạo mã bản sao mới.",
        "Replica {replica} belongs to another device. The app must make a new replica id.",
    ),
    "cursor_unreadable": Kind(
        400,
        "Con trỏ đồng bộ không hợp lệ",
        "The cursor is not readable",
        "Con trỏ đồng bộ không hợp lệ. Ứng dụng cần đồng bộ lại từ đầu.",
        "The cursor is not readable. The app should sync from the start.",
    ),
    # Forms
    "form_unknown": Kind(
        404,
        "Không tìm thấy biểu mẫu",
        "No such form",
        "Không có biểu mẫu hoặc phiên bản này.",
        "There is no such form or version.",
    ),
    "form_invalid": Kind(
        422,
        "Biểu mẫu có lỗi",
        "The form has faults",
        "Tệp biểu mẫu chưa thể công bố: {fault}",
        "The form file cannot be published: {fault}",
    ),
    "form_unreadable": Kind(
        422,
        "Tệp không phải XLSForm",
        "The file is no XLSForm",
        "Không đọc được tệp như một XLSForm: {fault}",
        "The file could not be read as an XLSForm: {fault}",
    ),
    "form_version_taken": Kind(
        409,
        "Phiên bản đã được công bố",
        "This version is published already",
        "Phiên bản {version} của biểu mẫu {form} đã công bố với nội dung khác. Hãy đổi ô version ở trang settings.",
        "Version {version} of form {form} was published with other content. Change version in the settings sheet.",
    ),
    # Attachments
    "attachment_unknown": Kind(
        404,
        "Không tìm thấy tệp đính kèm",
        "No such attachment",
        "Không có tệp đính kèm này trong phạm vi của bạn.",
        "There is no such attachment within your scope.",
    ),
    "attachment_incomplete": Kind(
        409,
        "Tệp đính kèm chưa tải lên xong",
        "The attachment is not complete yet",
        "Máy chủ mới nhận {received}/{size} byte của tệp này.",
        "The server has {received} of {size} bytes of this file.",
    ),
    "offset_wrong": Kind(
        409,
        "Vị trí tải tiếp không khớp",
        "The upload offset does not match",
        "Máy chủ đang ở byte thứ {offset}. Hãy tải tiếp từ đó.",
        "The server is at byte {offset}. Continue from there.",
    ),
    "hash_wrong": Kind(
        422,
        "Tệp đính kèm không khớp mã băm",
        "The attachment does not match its hash",
        "Nội dung nhận được không khớp mã SHA-256 đã báo. Hãy tải lại từ đầu.",
        "What arrived does not match the SHA-256 that was announced. Upload it again from the start.",
    ),
    "type_not_taken": Kind(
        415,
        "Loại tệp không được nhận",
        "This type of file is not taken",
        "Không nhận tệp loại {type}, hoặc nội dung tệp không đúng loại đã báo.",
        "Files of type {type} are not taken, or the content is not what it claims to be.",
    ),
    "image_unreadable": Kind(
        422,
        "Không đọc được ảnh",
        "The image cannot be read",
        "Không giải mã được ảnh này hoặc ảnh quá lớn. Hãy chụp lại.",
        "This image cannot be decoded or is too large. Take it again.",
    ),
    "tus_unsupported": Kind(
        412,
        "Phiên bản tải lên không được hỗ trợ",
        "This upload protocol version is not supported",
        "Máy chủ dùng tus 1.0.0 cho tệp đính kèm.",
        "The server speaks tus 1.0.0 for attachments.",
    ),
    "storage_full": Kind(
        507,
        "Máy chủ hết chỗ lưu tệp",
        "The server is out of space",
        "Máy chủ tạm hết chỗ lưu tệp đính kèm. Tệp vẫn còn trên máy của bạn và sẽ được tải lên sau.",
        "The server is out of space for attachments. The file is still on your phone and is sent later.",
    ),
    # Webpush and alerts
    "subscription_invalid": Kind(
        422,
        "Đăng ký nhận thông báo không hợp lệ",
        "The webpush subscription is not valid",
        "Địa chỉ hoặc khóa nhận thông báo không hợp lệ: {fault}.",
        "The webpush address or keys are not valid: {fault}.",
    ),
    "subscription_unknown": Kind(
        404,
        "Thiết bị chưa đăng ký nhận thông báo",
        "No webpush subscription",
        "Thiết bị này chưa đăng ký nhận thông báo.",
        "This device has no webpush subscription.",
    ),
    "alert_unknown": Kind(
        404,
        "Không tìm thấy cảnh báo",
        "No such alert",
        "Không có cảnh báo này trong phạm vi của bạn.",
        "There is no such alert within your scope.",
    ),
    "alert_invalid": Kind(
        422, "Cảnh báo chưa hợp lệ", "The alert is not valid", "Cảnh báo chưa gửi được: {fault}.", "The alert: {fault}."
    ),
    "alert_state_wrong": Kind(
        409,
        "Trạng thái cảnh báo không cho phép",
        "The alert's state does not allow this",
        "Cảnh báo đang ở trạng thái {state} nên không thể thực hiện thao tác này.",
        "The alert is {state}, which does not allow this.",
    ),
    "approval_needs_another": Kind(
        403,
        "Cần người thứ hai phê duyệt",
        "A second person must approve",
        "Người soạn cảnh báo không thể tự phê duyệt. Hãy nhờ một người khác có quyền.",
        "Whoever wrote the alert cannot approve it. Ask another person who may.",
    ),
    # The server itself
    "too_many_requests": Kind(
        429,
        "Gửi quá nhiều yêu cầu",
        "Too many requests",
        "Thiết bị gửi quá nhiều yêu cầu. Hãy thử lại sau {retry_after_s} giây.",
        "This device sent too many requests. Try again in {retry_after_s} seconds.",
    ),
    "busy": Kind(
        503,
        "Máy chủ đang bận",
        "The server is busy",
        "Máy chủ đang bận. Ứng dụng sẽ tự thử lại sau {retry_after_s} giây.",
        "The server is busy. The app tries again in {retry_after_s} seconds.",
    ),
    "unexpected": Kind(
        500,
        "Lỗi ngoài dự kiến",
        "Something unexpected happened",
        "Máy chủ gặp lỗi ngoài dự kiến. Dữ liệu chưa được xác nhận vẫn còn trên máy của bạn. Mã tra cứu: {trace}.",
        "The server met an unexpected error. Whatever was not confirmed is still on your phone. Reference: {trace}.",
    ),
}
