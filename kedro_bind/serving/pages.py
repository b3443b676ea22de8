"""The pages of a server: the models with a form to try one, and the description by Swagger UI; both work offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kedro_bind.serving.made_up import example_request

if TYPE_CHECKING:
    from starlette.requests import Request

    from kedro_bind.serving.endpoint import Endpoints
    from kedro_bind.serving.served_model import ServedModel

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
        return JSONResponse([_summary(model) for model in endpoints.models])

    return [
        Route("/", index),
        Route("/docs", docs),
        Route("/models", models),
        Mount("/static/swagger", StaticFiles(directory=swagger)),
        Mount("/static", StaticFiles(directory=_HERE)),
    ]


def _summary(model: ServedModel) -> dict[str, Any]:
    signature = model.pyfunc.metadata.signature
    inputs, params = (signature.inputs, signature.params) if signature is not None else (None, None)
    path = f"models/{model.name}" + (f"/versions/{model.version}" if model.version else "")
    return {
        "name": model.name,
        "version": model.version,
        "description": model.description,
        "row_wise": model.plan.row_wise if model.plan is not None else None,
        "invocations": f"{path}/invocations",
        "inputs": inputs.to_dict() if inputs is not None else None,
        "outputs": signature.outputs.to_dict() if signature is not None and signature.outputs is not None else None,
        "params": params.to_dict() if params is not None else None,
        "example": example_request(inputs, params),
    }
