"""Sample files of every kind that is read, made here: Word, mail, archives, Telegram exports."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

SENTENCES = (
    "La ville de Kiev est encerclée par les troupes russes depuis mercredi, selon le maire.",
    "Les habitants se préparent à l’assaut, « sans peur », dit-il.",
)
HTML = f"<html lang=fr><body><article>{''.join(f'<p>{s}</p>' for s in SENTENCES)}</article></body></html>"


def zipped(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in files.items():
            raw = data.encode() if isinstance(data, str) else data
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return out.getvalue()


def tarred_members(*members: tarfile.TarInfo) -> bytes:
    """A ``.tar.gz`` of members without bytes: links, devices, folders."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for member in members:
            archive.addfile(member)
    return out.getvalue()


def paragraph(text: str, style: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}<w:r><w:t>{text}</w:t></w:r></w:p>"


def word(body: str, before: str = "", space: str = WORD) -> bytes:
    """A Word file with this XML as its body; ``before`` stands before the root element."""
    xml = f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": xml})


def mail(
    text: str = "",
    html: str = "",
    subject: str = "Kiev résiste",
    sender: str = "Le Journal <lettre@exemple.fr>",
    date: str = "Wed, 02 Mar 2022 18:03:00 +0100",
    message_id: str = "",
    **headers: str,
) -> EmailMessage:
    made = EmailMessage()
    for name, value in {"Subject": subject, "From": sender, "Date": date, "Message-ID": message_id, **headers}.items():
        if value:
            made[name.replace("_", "-")] = value
    if text:
        made.set_content(text)
    if html and text:
        made.add_alternative(html, subtype="html")
    elif html:
        made.set_content(html, subtype="html")
    return made


def mbox(*mails: bytes) -> bytes:
    return b"".join(b"From someone Wed Mar  2 18:03:00 2022\n" + one.rstrip(b"\n") + b"\n\n" for one in mails)


def message(number: int, text: str | Sequence[Any], **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "message",
        "date": "2022-03-02T18:03:00",
        "date_unixtime": str(1646240580 + 60 * number),
        "from": "Nouvelles",
        "from_id": "channel1234",
        "text": text,
        **more,
    }


def export(*messages: Mapping[str, Any], **more: Any) -> bytes:
    channel = {"name": "Nouvelles", "type": "public_channel", "id": 1234, **more, "messages": messages}
    return json.dumps(channel, ensure_ascii=False, indent=1).encode()
