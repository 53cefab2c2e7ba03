"""What deploy/Caddyfile does, small enough for a test: one address, ``/live/`` to the stream, all else to the web server.

python -m tests.browser.proxy PORT WEB STREAM
"""

from __future__ import annotations

import sys

from aiohttp import ClientError, ClientSession, web

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"}
SESSION: web.AppKey[ClientSession] = web.AppKey("session", ClientSession)


def application(web_port: int, stream_port: int) -> web.Application:
    async def pass_on(request: web.Request) -> web.StreamResponse:
        port = stream_port if request.path.startswith("/live/") else web_port
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        headers["Accept-Encoding"] = "identity"
        body = await request.read()
        try:
            async with request.app[SESSION].request(
                request.method, f"http://127.0.0.1:{port}{request.raw_path}", headers=headers, data=body,
                allow_redirects=False,
            ) as answer:  # fmt: skip
                response = web.StreamResponse(status=answer.status)
                for name, value in answer.headers.items():
                    if name.lower() not in HOP_BY_HOP:
                        response.headers.add(name, value)
                await response.prepare(request)
                async for chunk in answer.content.iter_any():
                    await response.write(chunk)
                return response
        except (ClientError, OSError) as problem:
            raise web.HTTPBadGateway(text=type(problem).__name__) from None

    async def session(app: web.Application):  # type: ignore[no-untyped-def]
        async with ClientSession(auto_decompress=False) as app[SESSION]:
            yield

    app = web.Application()
    app.cleanup_ctx.append(session)
    app.router.add_route("*", "/{path:.*}", pass_on)
    return app


if __name__ == "__main__":
    own, web_port, stream_port = map(int, sys.argv[1:4])
    web.run_app(application(web_port, stream_port), host="127.0.0.1", port=own, print=None, shutdown_timeout=1)
