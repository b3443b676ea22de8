"""The pages of a server: the models with a form to try one, and the description by Swagger UI; both work offline."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kedro_bind.serving.summaries import summary_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from kedro_bind.serving.endpoint import Endpoints

__all__ = ["page_routes"]

_HERE = Path(__file__).with_name("static")


def page_routes(endpoints: Endpoints) -> list[Route | Mount]:
    """Return the routes of the pages and of what they load."""
    import flask_swagger_ui

    swagger = Path(flask_swagger_ui.__file__).with_name("dist")

    async def index(_: Request) -> Response:
        return HTMLResponse((_HERE / "index.html").read_text(encoding="utf-8"))

    async def docs(_: Request) -> Response:
        return HTMLResponse((_HERE / "docs.html").read_text(encoding="utf-8"))

    async def models(_: Request) -> Response:
        return JSONResponse([asdict(summary_of(model)) for model in endpoints.models])

    return [
        Route("/", index),
        Route("/docs", docs),
        Route("/models", models),
        Mount("/static/swagger", StaticFiles(directory=swagger)),
        Mount("/static", StaticFiles(directory=_HERE)),
    ]
