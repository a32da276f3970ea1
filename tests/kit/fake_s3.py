"""A bucket that speaks as much S3 as a file store needs, kept in memory; it can be told to fail."""

import re
import secrets
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

KEY_ID, SECRET = "fake-key", "fake-secret"


class FakeS3:
    """One bucket, `drafts`, on loopback. `objects` is what stands in it; `uploads` the uploads that never ended."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.requests: list[str] = []
        self.failing = 0
        """The status that every request is answered with; 0 when they are served."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("_Of", (_Handler,), {"bucket": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The setting that names it."""
        return f"s3://drafts/some/prefix?endpoint=http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers for one bucket; a class of its own is made for each."""

    bucket: FakeS3
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _take(self) -> tuple[str, dict[str, str], bytes] | None:
        """The key, the query and the body; None when the call is refused."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.bucket.requests.append(f"{self.command} {self.path}")
        signed = f"AWS4-HMAC-SHA256 Credential={KEY_ID}/" in (self.headers.get("authorization") or "")
        status = self.bucket.failing or (0 if signed else 403)
        if status:
            self._answer(status, b"<Error><Code>Fake</Code><Message>SECRET WORDS</Message></Error>")
            return None
        found = re.fullmatch(r"/drafts/?(.*)", parts.path)
        assert found is not None, self.path
        return found[1], query, body

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "content_length" not in headers:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _keep(self, key: str, body: bytes) -> None:
        self.bucket.objects[key] = (body, datetime.now(UTC))

    def do_PUT(self) -> None:
        """An object, or a part of an upload."""
        if (taken := self._take()) is None:
            return
        key, query, body = taken
        if "uploadId" in query:
            self.bucket.uploads[query["uploadId"]][int(query["partNumber"])] = body
        else:
            self._keep(key, body)
        self._answer(200, etag='"e"')

    def do_POST(self) -> None:
        """The beginning or the end of an upload in parts."""
        if (taken := self._take()) is None:
            return
        key, query, _ = taken
        if "uploads" in query:
            upload = secrets.token_hex(4)
            self.bucket.uploads[upload] = {}
            names = f"<Bucket>drafts</Bucket><Key>{escape(key)}</Key><UploadId>{upload}</UploadId>"
            body = f"<InitiateMultipartUploadResult>{names}</InitiateMultipartUploadResult>"
        else:
            parts = self.bucket.uploads.pop(query["uploadId"])
            self._keep(key, b"".join(parts[number] for number in sorted(parts)))
            body = "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"
        self._answer(200, body.encode())

    def do_DELETE(self) -> None:
        """An object, or an upload."""
        if (taken := self._take()) is None:
            return
        key, query, _ = taken
        self.bucket.uploads.pop(query.get("uploadId", ""), None)
        self.bucket.objects.pop(key, None)
        self._answer(204)

    def do_HEAD(self) -> None:
        """What stands under a key, without its bytes."""
        self.do_GET()

    def do_GET(self) -> None:
        """An object or a range of it, or the list of keys."""
        if (taken := self._take()) is None:
            return
        key, query, _ = taken
        if "list-type" in query:
            self._answer(200, _listed(self.bucket, query.get("prefix", "")).encode())
            return
        if key not in self.bucket.objects:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        body, at = self.bucket.objects[key]
        head = {"etag": '"e"', "last_modified": at.strftime("%a, %d %b %Y %H:%M:%S GMT")}
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range") or "")
        if asked is None:
            self._answer(200, body, content_length=str(len(body)), **head)
            return
        start, end = int(asked[1]), min(int(asked[2]) + 1, len(body))
        if start >= len(body):
            self._answer(416)
            return
        self._answer(206, body[start:end], content_range=f"bytes {start}-{end - 1}/{len(body)}", **head)


def _listed(bucket: FakeS3, prefix: str) -> str:
    rows = [
        f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size><ETag>e</ETag>"
        f"<LastModified>{at.strftime('%Y-%m-%dT%H:%M:%S.000Z')}</LastModified></Contents>"
        for key, (body, at) in sorted(bucket.objects.items())
        if key.startswith(prefix)
    ]
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(rows)}</ListBucketResult>"
