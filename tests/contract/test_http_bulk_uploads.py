"""Uploads of all sorts through HTTP: broken, hostile, too large, too slow. None harms anybody, and none stays (R47)."""

import asyncio
import csv
import io
import json
import resource
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.adapters.files_folder import FolderFiles
from service.errors import BadBody
from service.web import bulk_form
from tests.kit import workbooks
from tests.kit.app import LOCAL, Bench, FakeCoach
from tests.kit.in_loop import client_of
from tests.kit.memory_jobs import memory_bulk, work_off
from tests.kit.server import listening, talk

LIMIT = 200_000
FLAT_BYTES = 40_000_000
CSV = "编号,话术\r\ng1,不知道，你找领导去。\r\n".encode()
HEADER = ["编号", "话术", "备注"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files of jobs are kept."""
    return tmp_path / "files"


@pytest.fixture
def bench(folder: Path) -> Bench:
    """The application with a folder for files and a limit for uploads."""
    coach = FakeCoach(bulk=replace(memory_bulk(), files=FolderFiles(folder)))
    return Bench(coach, max_upload_bytes=LIMIT)


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    async with client_of(bench.app) as made:
        yield made


def _kept(folder: Path) -> list[str]:
    """Every file that is left."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def _form(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


def _field(name: str, value: bytes) -> bytes:
    return b'content-disposition: form-data; name="%s"\r\n\r\n' % name.encode() + value


def _file(data: bytes = CSV, name: bytes = b"a.csv") -> bytes:
    return b'content-disposition: form-data; name="file"; filename="%s"\r\n\r\n' % name + data


BROKEN: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"nonsense", 400),
    (_form(), 400),
    (_form(_field("mode", b"polish")), 400),
    (_form(_file(), _file()), 400),
    (_form(_file(), end=b""), 400),
    (_form(_file())[:-4], 400),
    (_form(_file())[:60], 400),
    (_form(b"no header at all"), 400),
    (_form(_file(), _field("colour", b"red")), 400),
    (_form(_file(), _field("mode", b"harsh")), 400),
    (_form(_file(), _field("dry_run", b"perhaps")), 400),
    (_form(_file(), _field("mode", b"polish"), _field("mode", b"minimal")), 400),
    (_form(_file(), _field("text_field", b"\xff")), 400),
    (_form(_file(), _field("text_field", b"x" * 10_001)), 400),
    (_form(_file(), *[_field("context_fields", b"x") for _ in range(60)]), 400),
    (_form(_file(), _field("format", b"word")), 422),
    (_form(_file(), _field("policy", b"other")), 422),
    (_form(_file(), _field("engine", b"model")), 422),
    (_form(_file(), _field("text_field", "没有".encode())), 422),
    (_form(_file(b"")), 422),
    (_form(_file(name=b"a.xlsm")), 422),
    (_form(b"x-long: " + b"y" * 9000 + b"\r\n" + _file()), 400),
]


@pytest.mark.parametrize(("body", "status"), BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_form_is_refused(
    client: httpx.AsyncClient, folder: Path, body: bytes, status: int
) -> None:
    """Whatever is wrong with a form is a problem with a stable code, and nothing of it is kept."""
    head = {"content-type": "multipart/form-data; boundary=b"}
    answer = await client.post("/bulk", content=body, headers=head)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
        answer.text
    )
    assert _kept(folder) == []
    preview = await client.post("/bulk/preview", content=body, headers=head)
    assert preview.status_code < 500
    assert _kept(folder) == []


@pytest.mark.parametrize(
    "kind",
    [
        "", "text/csv", "multipart/form-data", "multipart/mixed; boundary=b", "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=", f"multipart/form-data; boundary={'b' * 300}", "application/jsonl",
    ],
)  # fmt: skip
async def test_another_media_type_is_a_415(client: httpx.AsyncClient, kind: str) -> None:
    """Only a form with a boundary and JSON are taken."""
    answer = await client.post("/bulk", content=_form(_file()), headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("size", [1, 3, 17, 4096])
async def test_a_form_may_come_in_any_pieces(client: httpx.AsyncClient, size: int) -> None:
    """However the network cuts the body, the file is the same to the byte and the fields are understood."""
    data = CSV + b"g2,--b\r\n" + b"g3,\r\n--x\r\n"
    body = _form(_field("mode", b"minimal"), _file(data), _field("context_fields", "编号".encode()))

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), size):
            yield body[at : at + size]

    head = {"content-type": 'multipart/form-data; boundary="b"'}
    answer = await client.post("/bulk", content=pieces(), headers=head)
    assert (answer.status_code, answer.json()["mode"]) == (202, "minimal")
    assert answer.json()["counts"]["total"] == 4


async def test_a_file_beyond_the_limit_is_refused_before_it_is_taken_in(bench: Bench, folder: Path) -> None:
    """413 on the head alone: who announces too much need not send it."""
    head = (
        b"POST /bulk HTTP/1.1\r\nhost: a\r\ncontent-type: multipart/form-data; boundary=b\r\n"
        b"content-length: 900000000\r\n\r\n"
    )
    with listening(bench.app) as port:
        answer = await asyncio.to_thread(talk, port, head)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"too_large"' in answer
    assert _kept(folder) == []


async def test_a_file_that_does_not_end_is_cut_off(client: httpx.AsyncClient, folder: Path) -> None:
    """Without a length the upload is taken up to the limit and no further, and nothing of it is kept."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b"--b\r\n" + _file(CSV)
        while True:
            sent += 65536
            yield b"g,\xe4\xbd\xa0" * 13107
            await asyncio.sleep(0)

    head = {"content-type": "multipart/form-data; boundary=b"}
    answer = await client.post("/bulk", content=endless(), headers=head)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert sent < 3 * LIMIT + bulk_form.FORM_BYTES
    assert _kept(folder) == []


async def test_a_slow_upload_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that comes a byte now and then holds nobody up for long."""
    monkeypatch.setattr(bulk_form, "READ_WITHIN_S", 0.3)
    begun = [b"--b\r\n" + _file(CSV)]

    async def receive() -> Any:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": begun.pop() if begun else b"x", "more_body": True}

    with pytest.raises(BadBody, match="too slowly"):
        await asyncio.wait_for(bulk_form.read_form(receive, "b", LIMIT, _drain), 5)


async def _drain(name: str, pieces: AsyncIterator[bytes]) -> None:
    async for _ in pieces:
        pass


async def test_an_upload_that_breaks_off_leaves_nothing(bench: Bench, folder: Path) -> None:
    """A browser that is closed in the middle of an upload leaves no job and no file."""
    head = (
        b"POST /bulk HTTP/1.1\r\nhost: a\r\ncontent-type: multipart/form-data; boundary=b\r\n"
        b"content-length: 100000\r\n\r\n--b\r\n"
    )
    with listening(bench.app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + _file(CSV * 100))
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.close()
        await writer.wait_closed()
        for _ in range(100):
            if bench.log_lines() and _kept(folder) == []:
                break
            await asyncio.sleep(0.05)
    assert _kept(folder) == []
    assert bench.coach.bulk.jobs.all == {}  # type: ignore[attr-defined]


def _hostile() -> Iterator[tuple[str, str, bytes]]:
    rows, texts = workbooks.shared([HEADER, ["a", "您好", "x"]])
    sound = workbooks.parts(rows, texts)
    bomb = {**sound, "xl/media/big.bin": bytes(90_000_000)}
    yield "bomb", "a.xlsx", workbooks.packed(bomb)
    yield (
        "external entity",
        "a.xlsx",
        workbooks.packed(
            workbooks.parts(rows, texts, doctype='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>')
        ),
    )
    yield "no workbook", "a.xlsx", b"PK\x03\x04" + bytes(5000)
    yield "half a workbook", "a.xlsx", workbooks.packed(sound)[:-200]
    yield "NUL", "a.csv", "编号,话术\r\n1,坏\0了\r\n".encode()
    yield "two encodings", "a.csv", "编号,话术\r\n1,您好\r\n2,".encode() + "再见\r\n".encode("gb18030")
    yield "UTF-16", "a.csv", "编号,话术\r\n1,您好\r\n".encode("utf-16")
    yield "open quote", "a.csv", '编号,话术\r\n1,"您好\r\n'.encode()
    yield "deep", "a.json", b'[{"short_code":"a","content":' + b"[" * 90_000
    yield "no macros", "a.json", b'{"macros": 3}'
    yield "broken line", "a.jsonl", '{"draft": "您好"}\n{"draft": '.encode()


HOSTILE = tuple(_hostile())


@pytest.mark.parametrize(("name", "data"), [one[1:] for one in HOSTILE], ids=[one[0] for one in HOSTILE])
async def test_a_hostile_file_is_refused_and_nothing_stays(
    client: httpx.AsyncClient, folder: Path, name: str, data: bytes
) -> None:
    """Bombs, entities, broken and half files are a 422 that says why; the service goes on, and no byte of them is kept."""
    for path in ("/bulk", "/bulk/preview"):
        answer = await client.post(path, files={"file": (name, data)})
        assert answer.status_code in ((422,) if path == "/bulk" else (200, 422)), answer.text
        assert _kept(folder) == []
    assert (await client.get("/health/live")).status_code == 200


async def test_a_far_corner_costs_nothing(client: httpx.AsyncClient) -> None:
    """A workbook of two cells, one of them in the last column of row 20,000, is read as what it is."""
    rows, texts = workbooks.shared([["编号", "话术"], ["a", "不知道。"]])
    rows += '<row r="20000"><c r="XFD20000"><v>1</v></c></row>'
    data = workbooks.packed(workbooks.parts(rows, texts))
    answer = await client.post("/bulk", files={"file": ("a.xlsx", data)})
    assert answer.status_code in (202, 422)
    assert answer.elapsed.total_seconds() < 60


async def test_a_long_cell_is_a_text_like_any_other(client: httpx.AsyncClient, bench: Bench) -> None:
    """A cell of 150 kB is taken; too long for a draft, it waits for a person and comes back untouched."""
    data = "话术\r\n".encode() + "长".encode() * 50_001 + "\r\n不知道。\r\n".encode()
    answer = await client.post("/bulk", files={"file": ("a.csv", data)})
    assert answer.status_code == 202
    await work_off(bench.coach.bulk, bench.coach, LOCAL)
    rows = (await client.get(f"{answer.json()['links']['items']}")).json()["items"]
    assert [(row["status"], row["reasons"], row["text"] is None) for row in rows] == [
        ("needs_review", ["too_long"], True), ("rewritten", [], False),
    ]  # fmt: skip


async def test_no_formula_leaves_alive(client: httpx.AsyncClient, bench: Bench) -> None:
    """Results as a table cannot run anything, whatever texts and ids begin with."""
    starts = "=+-@\t\r＝＋－＠"
    items = [{"custom_id": f"{start}cmd", "draft": f"{start}1+1"} for start in starts]
    answer = await client.post("/bulk", json={"items": items, "dry_run": True})
    await work_off(bench.coach.bulk, bench.coach, LOCAL)
    here = f"/bulk/{answer.json()['id']}/output"
    table = (await client.get(f"{here}?format=csv")).content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(table, newline="")) for cell in row]
    assert [cell for cell in cells if cell[:1] and cell[0] in starts] == []
    book = workbooks.cells((await client.get(f"{here}?format=xlsx")).content)
    assert {cell.data_type for row in book for cell in row} <= {"s", "n"}
    assert [cell for row in book for cell in row if cell.data_type == "n" and cell.value is not None] == []


async def test_surrogates_and_controls_pass_through(client: httpx.AsyncClient, bench: Bench) -> None:
    """Names and texts with anything that a file may hold break neither the answer nor a header."""
    data = b'{"draft": "\\ud800 \\u0007 \\u202e", "id": "\\udfff"}\n'
    answer = await client.post("/bulk", files={"file": ("../../\u202e\x07名.jsonl", data)})
    assert answer.status_code in (202, 422)
    if answer.status_code == 202:
        await work_off(bench.coach.bulk, bench.coach, LOCAL)
        job = answer.json()["id"]
        for path in (
            "",
            "/items",
            "/report",
            "/report?format=json",
            "/output",
            "/output?format=csv",
            "/events",
        ):
            assert (await client.get(f"/bulk/{job}{path}")).status_code == 200


async def test_memory_stays_flat_while_a_file_is_taken_in(folder: Path) -> None:
    """An upload of 60 MB passes through: our own process does not grow with it."""
    coach = FakeCoach(bulk=replace(memory_bulk(), files=FolderFiles(folder)))
    bench = Bench(coach, max_upload_bytes=64 * 1024 * 1024)
    line = (json.dumps({"draft": "您好" * 500}, ensure_ascii=False) + "\n").encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"--b\r\n" + b'content-disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n'
        for _ in range(60_000_000 // (20 * len(line))):
            yield line * 20
        yield b"\r\n--b--\r\n"

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with client_of(bench.app) as client:
        head = {"content-type": "multipart/form-data; boundary=b"}
        answer = await client.post("/bulk/preview", content=pieces(), headers=head)
    assert (answer.status_code, answer.json()["text_field"]) == (200, "draft")
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < FLAT_BYTES
