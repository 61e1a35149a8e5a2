"""An invented report as answers of the demo's quick report form (server/demo/forms/quick_report.py). Pure."""

from datetime import UTC, datetime, timedelta

from server.demo.publish import QUICK_REPORT
from server.demo.reports import Report

KINDS = {
    "gia-lua": "gia_ca",
    "vat-tu": "gia_ca",
    "viec-lam": "gia_ca",
    "nuoc-sach": "nuoc_sach",
    "nuoc-man": "nong_nghiep",
    "gia-suc": "nong_nghiep",
    "sat-lo": "ngap_lut",
    "rac-thai": "moi_truong",
    "chay-rung": "moi_truong",
    "duong": "duong_sa",
    "cau": "duong_sa",
    "tau": "duong_sa",
    "dien": "dien",
    "thu-tuc": "chinh_sach",
    "truong": "hoc_hanh",
    "y-te": "y_te",
}
"""Concern -> choice of the form's question `chu_de`."""
VIETNAM = timedelta(hours=7)


def answer_quick_report(report: Report, made_at_ms: int, version: str) -> dict[str, str]:
    """Form, its version and the answers, as a phone would send them."""
    day = (datetime.fromtimestamp(made_at_ms / 1000, UTC) + VIETNAM).date().isoformat()
    flood = {
        "/data/nuoc_ngap/kieu": "sat_lo",
        "/data/nuoc_ngap/so_met_sat_lo": str(5 + report.heard),
        "/data/nuoc_ngap/duong_di": "khong_di_duoc" if report.urgency == "high" else "kho_di",
    }
    return {
        "form": QUICK_REPORT,
        "form_version": version,
        "/data/viec/ngay_nghe": day,
        "/data/viec/chu_de": KINDS[report.concern],
        "/data/viec/noi_dung": report.text,
        **(flood if report.concern == "sat-lo" else {}),
        "/data/muc/so_nguoi": "2_5" if report.heard < 6 else "6_20" if report.heard < 20 else "tren_20",
        "/data/muc/muc_do": report.urgency,
        "/data/muc/nguon": "hop_ap" if report.heard > 5 else "nha_dan",
    }
