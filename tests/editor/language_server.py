"""A client of the language server protocol, for one server over standard input and output."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

MODULES = Path(__file__).with_name("node_modules")
SERVER = MODULES / "yaml-language-server" / "bin" / "yaml-language-server"
SETTINGS = {
    "yaml": {
        "schemaStore": {"enable": False},
        "completion": True,
        "hover": True,
        "validate": True,
        "format": {"enable": False},
    },
    "http": {},
}


class LanguageServer:
    """The YAML language server that editors start, with SchemaStore off: it fetches nothing."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        self._last = 0
        self._diagnostics: dict[str, list[Any]] = {}
        root = {"uri": folder.as_uri(), "name": folder.name}
        self.request(
            "initialize",
            processId=None,
            rootUri=folder.as_uri(),
            workspaceFolders=[root],
            capabilities={
                "workspace": {"configuration": True, "workspaceFolders": True},
                "textDocument": {
                    "completion": {"completionItem": {"snippetSupport": True}},
                    "hover": {"contentFormat": ["markdown"]},
                    "publishDiagnostics": {},
                },
            },
        )
        self._send(method="initialized", params={})
        self._send(method="workspace/didChangeConfiguration", params={"settings": SETTINGS})

    def __enter__(self) -> LanguageServer:  # noqa: PYI034 - typing has Self from Python 3.11 on
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def open(self, path: Path, text: str) -> None:
        """Show a text to the server as the content of a file."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._send(method="textDocument/didOpen", params={"textDocument": document})

    def at(self, method: str, path: Path, line: int, column: int) -> Any:
        """Request something about a place; line and column count from 1."""
        position = {"line": line - 1, "character": column - 1}
        return self.request(f"textDocument/{method}", textDocument={"uri": path.as_uri()}, position=position)

    def diagnostics(self, path: Path) -> list[Any]:
        """Wait until the server has checked a file, and return what it found."""
        while path.as_uri() not in self._diagnostics:
            self._receive()
        return self._diagnostics[path.as_uri()]

    def request(self, method: str, **params: Any) -> Any:
        """Send a request, and return the result."""
        self._last += 1
        self._send(id=self._last, method=method, params=params)
        while True:
            message = self._receive()
            if message.get("id") == self._last and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def _send(self, **message: Any) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server has ended"
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and "method" in message:
            asked = message["params"].get("items", []) if message["method"] == "workspace/configuration" else None
            result = None if asked is None else [SETTINGS.get(item["section"], {}) for item in asked]
            self._send(id=message["id"], result=result)
        return message
