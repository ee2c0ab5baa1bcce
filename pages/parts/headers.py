"""What the server tells every browser about its answers, beside what Streamlit tells."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware

from core import env

Message = MutableMapping[str, Any]


class Headers:
    """ASGI middleware that sets a few headers on every HTTP answer."""

    def __init__(self, app: Callable[..., Awaitable[None]], headers: dict[str, str]) -> None:
        self.app, self.headers = app, headers

    async def __call__(self, scope: Message, receive: Any, send: Callable[[Message], Awaitable[None]]) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, answer)


def middleware() -> list[Middleware]:
    """For st.App. Ends the process with a sentence when the environment says something that cannot be."""
    try:
        frames = env.frames()
    except env.BadEnvironment as error:
        raise SystemExit(str(error)) from error
    headers = {
        "Content-Security-Policy": f"frame-ancestors {frames}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # an address may hold the lecturer's key
    }
    return [Middleware(Headers, headers=headers)]
