"""Reads SQLite's files without SQLite: pages, cells and where they lie, overflow chains, what is free, and the log.

After the file format at sqlite.org/fileformat2.html. What is damaged or half written is passed over: a copy that was
made while the file was written may hold anything."""

import struct
from dataclasses import dataclass, field

INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE = 2, 5, 10, 13
KINDS = (INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE)


@dataclass
class Cell:
    """One row or index entry as it lies in its page."""

    page: int
    offset: int
    payload: bytes
    rowid: int | None
    overflow: list = field(default_factory=list)

    @property
    def values(self):
        return record(self.payload)


@dataclass
class Frame:
    """One frame of the write-ahead log, in the order of the file. Frames that are not `live` are from before."""

    number: int
    page: int
    commit: int
    image: bytes
    live: bool


def varint(data, at):
    value = 0
    for count in range(8):
        byte = data[at + count]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + count + 1
    return value << 8 | data[at + 8], at + 9


def record(payload):
    """The columns of a record; a text as text, a blob as bytes. Columns that are cut off are left out."""
    values, kinds = [], []
    try:
        end, at = varint(payload, 0)
        while at < end:
            kind, at = varint(payload, at)
            kinds.append(kind)
        at = end
        for kind in kinds:
            value, size = column(kind, payload, at)
            if at + size > len(payload):
                break
            values.append(value)
            at += size
    except (IndexError, struct.error):
        pass
    return values


def column(kind, data, at):
    if kind >= 12:
        size = (kind - 12) // 2
        part = bytes(data[at : at + size])
        return (part if kind % 2 == 0 else part.decode("utf-8", "replace")), size
    if kind == 7:
        return struct.unpack(">d", data[at : at + 8])[0], 8
    if kind in (8, 9):
        return kind - 8, 0
    size = (0, 1, 2, 3, 4, 6, 8)[kind] if kind <= 6 else 0
    return (int.from_bytes(data[at : at + size], "big", signed=True) if size else None), size


class DatabaseFile:
    """A database file with its write-ahead log, as bytes."""

    def __init__(self, data, wal=b""):
        self.frames, size = frames(wal)
        first = data if len(data) >= 100 else next((f.image for f in self.frames if f.page == 1), b"")
        self.is_database = first[:16] == b"SQLite format 3\x00"
        found = int.from_bytes(first[16:18], "big") if self.is_database else 0
        self.page_size = 65_536 if found == 1 else found or size or 4_096
        self.usable = self.page_size - (first[20] if self.is_database else 0)
        step = self.page_size
        self.base = {at // step + 1: data[at : at + step] for at in range(0, len(data) - step + 1, step)}
        self.pages = dict(self.base)
        last = max((f.number for f in self.frames if f.live and f.commit), default=-1)
        for frame in self.frames:
            if frame.number <= last:
                self.pages[frame.page] = frame.image

    # The schema.

    def trees(self):
        """Name, table, root page and SQL of every table and index."""
        found = [("sqlite_schema", "sqlite_schema", 1, "")]
        for cell in self.cells(1):
            values = cell.values
            if len(values) >= 5 and isinstance(values[3], int) and values[3] > 0:
                found.append((values[1], values[2], values[3], values[4] or ""))
        return found

    # Trees and cells.

    def cells(self, root):
        """All cells of a tree that hold rows, in the order of keys."""
        out, seen = [], set()
        self.descend(root, out, seen)
        return out

    def descend(self, number, out, seen):
        page = self.pages.get(number)
        if page is None or number in seen:
            return
        seen.add(number)
        start = 100 if number == 1 else 0
        kind = page[start]
        if kind not in KINDS:
            return
        for offset in pointers(page, start):
            if offset < start or offset + 4 > len(page):
                continue
            if kind in (INTERIOR_INDEX, INTERIOR_TABLE):
                self.descend(int.from_bytes(page[offset : offset + 4], "big"), out, seen)
            if kind != INTERIOR_TABLE:
                cell = self.cell(number, page, kind, offset)
                if cell is not None:
                    out.append(cell)
        if kind in (INTERIOR_INDEX, INTERIOR_TABLE):
            self.descend(int.from_bytes(page[start + 8 : start + 12], "big"), out, seen)

    def cell(self, number, page, kind, offset):
        """The cell at an offset of a page, with what lies in its overflow pages."""
        try:
            at = offset + 4 if kind == INTERIOR_INDEX else offset
            size, at = varint(page, at)
            rowid = None
            if kind == LEAF_TABLE:
                rowid, at = varint(page, at)
            local = self.local(size, kind)
            cell = Cell(number, offset, page[at : at + local], rowid)
            if local < size:
                following = int.from_bytes(page[at + local : at + local + 4], "big")
                cell.overflow, more = self.chain(following, size - local)
                cell.payload += more
            return cell
        except IndexError:
            return None

    def local(self, size, kind):
        """How many bytes of a payload lie in the page itself."""
        most = self.usable - 35 if kind == LEAF_TABLE else (self.usable - 12) * 64 // 255 - 23
        if size <= most:
            return size
        least = (self.usable - 12) * 32 // 255 - 23
        fitting = least + (size - least) % (self.usable - 4)
        return fitting if fitting <= most else least

    def chain(self, number, size):
        numbers, parts = [], []
        while number in self.pages and size > 0 and number not in numbers:
            numbers.append(number)
            part = self.pages[number][4 : min(self.usable, 4 + size)]
            parts.append(part)
            size -= len(part)
            number = int.from_bytes(self.pages[number][:4], "big")
        return numbers, b"".join(parts)

    # What is free.

    def freelist(self):
        """The numbers of the free pages, in the order of the list."""
        first, numbers = self.pages.get(1, b""), []
        trunk = int.from_bytes(first[32:36], "big")
        while trunk in self.pages and trunk not in numbers:
            page = self.pages[trunk]
            numbers.append(trunk)
            count = min(int.from_bytes(page[4:8], "big"), self.usable // 4 - 2)
            numbers += struct.unpack(f">{count}I", page[8 : 8 + 4 * count])
            trunk = int.from_bytes(page[:4], "big")
        return numbers

    def unallocated(self, number, page=None):
        """Offset and bytes of what no cell of a tree's page takes: the gap in the middle, free blocks, and the tail."""
        page = self.pages[number] if page is None else page
        start = 100 if number == 1 else 0
        if page[start] not in KINDS:
            return []
        table = start + (12 if page[start] in (INTERIOR_INDEX, INTERIOR_TABLE) else 8)
        gap = table + 2 * int.from_bytes(page[start + 3 : start + 5], "big")
        content = int.from_bytes(page[start + 5 : start + 7], "big") or 65_536
        parts = [(gap, page[gap:content])]
        block = int.from_bytes(page[start + 1 : start + 3], "big")
        for _ in range(len(page) // 4):
            if not 0 < block <= len(page) - 4:
                break
            size = int.from_bytes(page[block + 2 : block + 4], "big")
            parts.append((block + 4, page[block + 4 : block + size]))
            block = int.from_bytes(page[block : block + 2], "big")
        return parts


def pointers(page, start):
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    table = start + (12 if page[start] in (INTERIOR_INDEX, INTERIOR_TABLE) else 8)
    count = min(count, (len(page) - table) // 2)
    return struct.unpack(f">{count}H", page[table : table + 2 * count])


def frames(wal):
    """The frames of a write-ahead log, those of earlier rounds behind its end included, and its page size."""
    if len(wal) < 32 or wal[:3] != b"\x37\x7f\x06":
        return [], 0
    size = int.from_bytes(wal[8:12], "big")
    if size < 512 or size > 65_536:
        return [], 0
    found, live = [], True
    for number, at in enumerate(range(32, len(wal) - size - 23, size + 24)):
        page, commit = struct.unpack(">II", wal[at : at + 8])
        live = live and wal[at + 8 : at + 16] == wal[16:24]
        found.append(Frame(number, page, commit, wal[at + 24 : at + 24 + size], live))
    return found, size
