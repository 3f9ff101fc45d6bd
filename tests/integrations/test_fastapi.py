"""consentgate.starlette, in FastAPI."""

from __future__ import annotations

from typing import Annotated

import pytest
from starlette.testclient import TestClient

from consentgate import Consent
from consentgate.starlette import ConsentMiddleware, require_consent

from .test_starlette import accept, gate

# Not there where the oldest versions are tested.
fastapi = pytest.importorskip("fastapi")


def test_fastapi_asks_for_consent_as_for_any_dependency() -> None:
    inner = fastapi.FastAPI()

    @inner.get("/stats")
    async def stats(consent: Annotated[Consent, fastapi.Depends(require_consent("performance"))]) -> bool:
        return consent.allows("stats")

    @inner.get("/plain", dependencies=[fastapi.Depends(require_consent("stats"))])
    def plain() -> str:
        return "counted"

    @inner.websocket("/chat")
    async def talk(
        websocket: fastapi.WebSocket,
        consent: Annotated[Consent, fastapi.Depends(require_consent("performance"))],
    ) -> None:
        await websocket.accept()
        await websocket.send_json(consent.allows("stats"))
        await websocket.close()

    client = TestClient(ConsentMiddleware(inner, gate()))
    assert client.get("/stats").status_code == client.get("/plain").status_code == 403
    assert client.get("/stats").json() == {"detail": "This needs your consent to: performance"}
    with pytest.raises(Exception), client.websocket_connect("/chat"):  # noqa: B017  # Starlette's own choice
        pass
    accept(client)
    assert (client.get("/stats").json(), client.get("/plain").json()) == (True, "counted")
    with client.websocket_connect("/chat") as socket:
        assert socket.receive_json() is True
