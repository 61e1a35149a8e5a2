"""The API's own description (OpenAPI 3.1) at /api, as JSON and YAML, for enrolled devices like everything else."""

from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from server.http.actor import COOKIE

DESCRIPTION = OpenAPIConfig(
    title="Lắng Nghe",
    version="1",
    description="Failures are problem documents (RFC 9457) with a stable `code`; server/problem_table.py lists them.",
    path="/api",
    use_handler_docstrings=True,
    components=Components(
        security_schemes={"session": SecurityScheme(type="apiKey", name=COOKIE, security_scheme_in="cookie")}
    ),
    security=[{"session": []}],
    render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"]), YamlRenderPlugin(path="/openapi.yaml")],
)
