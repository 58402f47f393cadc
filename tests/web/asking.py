"""Requests as the page makes them."""

import http.client
import json


def ask(address, body, query="", method="POST", path="/restore", **headers):
    """(status, answer): text of the page, else what its JSON says, with the pictures of a form as bytes."""
    connection = http.client.HTTPConnection(*address, timeout=60)
    headers = {"X-Unjpeg": "1", **{k.replace("_", "-"): v for k, v in headers.items()}}
    connection.request(method, f"{path}?{query}" if query else path, body, headers)
    response = connection.getresponse()
    found = response.read()
    connection.close()
    return response.status, read(response.headers, found)


def read(headers, body):
    kind = headers.get_content_type()
    if kind == "multipart/form-data":
        parts = body.split(f"--{headers.get_boundary()}".encode())
        assert parts[0] == b"" and parts[-1] == b"--\r\n"
        parts = dict(part[2:-2].split(b"\r\n\r\n", 1) for part in parts[1:-1])
        named = {head.split(b'name="')[1].split(b'"')[0].decode(): part for head, part in parts.items()}
        return json.loads(named.pop("answer")) | named
    return json.loads(body) if kind == "application/json" else body.decode()
