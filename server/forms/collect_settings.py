"""ODK Collect's own settings as text for a QR code: JSON, deflated, in base64. Pure."""

import base64
import zlib

import msgspec


def settings_qr(url: str, username: str, password: str, name: str) -> str:
    """What Collect reads under "Add project": server, user and password; forms follow what the server lists."""
    general = {"server_url": url, "username": username, "password": password, "form_update_mode": "match_exactly"}
    document = msgspec.json.encode({"general": general, "admin": {}, "project": {"name": name, "icon": "🌾"}})
    return base64.b64encode(zlib.compress(document)).decode()
