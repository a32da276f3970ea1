"""A new job from a request: the file streamed to the file store, its rows read by a child process, the key kept."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import PurePath

from litestar.types import Receive

from service.adapters.macros import GUARDED, Options, Preview, format_for
from service.core.jobs import Job, Order
from service.core.results import Caller
from service.errors import Conflict, DraftTooLong, JobsUnavailable, NoModel, OtherBody
from service.web.body import decode, read_body, require_json
from service.web.bulk_form import FORM_BYTES, boundary_of, read_form
from service.web.bulk_requests import BulkIn, FormIn, idempotency_key, order_of, read_fields, read_items
from service.web.front import Call
from service.web.seam import Coach

HEAD_BYTES = 8192
MAX_ITEMS_BYTES = 16 * 1024 * 1024
"""The largest body of items; a larger job comes as a file."""
READERS = 4
"""Files read at once by one process: each reader may take half a gigabyte."""
ITEMS_NAME = "items.jsonl"
_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that stands in the file store as a job's input."""

    filename: str
    head: bytes
    digest: str


class Intake:
    """Takes jobs in. Nothing of one that is refused stays."""

    def __init__(self, coach: Coach, limit: int) -> None:
        self._coach, self._limit = coach, limit
        self._readers = asyncio.Semaphore(READERS)

    async def take(self, call: Call, caller: Caller, receive: Receive) -> tuple[Job, bool]:
        """The job, and whether it was there already. Raises `CoachError`s before anything is acknowledged."""
        key = idempotency_key(call.headers.get(b"idempotency-key"))
        await self._coach.bulk.require_durable()
        job_id = self._coach.bulk.new_id()
        begun = False
        try:
            order, fingerprint = await self._read(call, caller, job_id, receive)
            async with self._coach.bulk.taking(caller.tenant, job_id, key, fingerprint) as reserved:
                if reserved.kind == "same":
                    return await self._coach.bulk.get(caller.tenant, reserved.job_id), True
                if reserved.kind == "taking":
                    raise Conflict("The job of this Idempotency-Key is just being taken in.")
                if reserved.kind == "other":
                    raise OtherBody("This Idempotency-Key came with another body before.")
                async with (
                    self._readers,
                    self._coach.bulk.files.local(self._coach.bulk.key(job_id, "input")) as source,
                ):
                    options = Options(order.text_field, order.context_fields)
                    rows = GUARDED[order.format].rows(source, options)
                    # From here on `take_in` alone knows whether the job came about, and cleans up behind itself.
                    begun = True
                    return await self._coach.bulk.take_in(caller.tenant, job_id, order, rows, key), False
        finally:
            if not begun:
                await self._forget(job_id)

    async def _forget(self, job_id: str) -> None:
        with contextlib.suppress(JobsUnavailable):
            await self._coach.bulk.files.delete(f"jobs/{job_id}")

    async def _read(self, call: Call, caller: Caller, job_id: str, receive: Receive) -> tuple[Order, str]:
        """The order, and what tells its body from others; the file stands in the store now."""
        content_type = call.headers.get(b"content-type")
        if (content_type or b"").lower().startswith(b"multipart/"):
            form, upload = await self.upload(call, job_id, receive)
            made = format_for(form.format, upload.filename, upload.head)
            order = order_of(form, made.NAME, upload.filename)
            digest = upload.digest
        else:
            require_json(content_type, call.headers.get(b"content-encoding"))
            most = min(MAX_ITEMS_BYTES, self._limit)
            body = await read_body(receive, call.headers.get(b"content-length"), most)
            # A list of many thousand texts takes longer to read than others should wait.
            sent = await asyncio.to_thread(lambda: read_items(decode(body)))
            order, digest = order_of(sent, "jsonl", ITEMS_NAME), hashlib.sha256(body).hexdigest()
            await self._coach.bulk.files.write(
                self._coach.bulk.key(job_id, "input"), _lines(sent), self._limit
            )
        self._coach.policy(order.policy, caller)
        if order.engine == "model" and not order.dry_run and self._coach.ready().model == "none":
            raise NoModel("No model is configured; use engine auto or phrasebook.")
        return order, hashlib.sha256(f"{order!r}\0{digest}".encode("utf-8", "surrogatepass")).hexdigest()

    async def upload(self, call: Call, job_id: str, receive: Receive) -> tuple[FormIn, Upload]:
        """The fields of a form, and its file, which now is the input of `job_id`."""
        boundary = boundary_of(call.headers.get(b"content-type"))
        length = call.headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._limit + FORM_BYTES:
            raise DraftTooLong(f"At most {self._limit:,} bytes are taken.")
        took: list[Upload] = []

        async def sink(filename: str, content: AsyncIterator[bytes]) -> None:
            digest, head = hashlib.sha256(), bytearray()

            async def passing() -> AsyncIterator[bytes]:
                async for piece in content:
                    digest.update(piece)
                    if len(head) < HEAD_BYTES:
                        head.extend(piece[: HEAD_BYTES - len(head)])
                    yield piece

            await self._coach.bulk.files.write(self._coach.bulk.key(job_id, "input"), passing(), self._limit)
            took.append(Upload(_bare(filename), bytes(head), digest.hexdigest()))

        form = read_fields(await read_form(receive, boundary, self._limit, sink))
        return form, took[0]

    async def preview(self, call: Call, receive: Receive) -> Preview:
        """What can be said of a file; nothing of it stays."""
        job_id = self._coach.bulk.new_id()
        try:
            form, upload = await self.upload(call, job_id, receive)
            made = GUARDED[format_for(form.format, upload.filename, upload.head).NAME]
            options = Options(form.text_field, tuple(form.context_fields or ()))
            async with (
                self._readers,
                self._coach.bulk.files.local(self._coach.bulk.key(job_id, "input")) as source,
            ):
                return await asyncio.to_thread(made.preview, source, options)
        finally:
            await self._forget(job_id)


async def _lines(sent: BulkIn) -> AsyncIterator[bytes]:
    """Items as JSON Lines: the file that such a job has."""
    for item in sent.items:
        text = json.dumps(item.model_dump(exclude_none=True), ensure_ascii=False)
        yield text.encode("utf-8", "surrogatepass") + b"\n"


def _bare(filename: str) -> str:
    """A file's name without the folders that some browsers send, and nothing that a terminal would obey."""
    name = PurePath(filename.replace("\\", "/")).name
    return "".join(char for char in name if char.isprintable())[-_NAME_CHARS:] or "upload"
