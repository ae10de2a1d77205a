"""Makes what hostile files are made of: TFRecords with true checksums, protobuf fields, PNG, JPEG, IDX, ONNX, safetensors."""

import gzip
import json
import struct
import zlib
from pathlib import Path

TABLE = []
for start in range(256):
    value = start
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    TABLE.append(value)


def masked_crc(data):
    """The checksum of TFRecords: CRC-32C, rotated and moved."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(payload):
    head = struct.pack("<Q", len(payload))
    return head + struct.pack("<I", masked_crc(head)) + payload + struct.pack("<I", masked_crc(payload))


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


# ---------------------------------------------------------------- event files


def event(step, *values, wall=1.0):
    content = field(5, b"".join(field(1, value) for value in values)) if values else b""
    return varint(1 << 3 | 1) + struct.pack("<d", wall) + field(2, step) + content


def scalar(tag, value=1.0):
    return field(1, tag) + field(2, value)


def text(tag, words):
    metadata = field(9, field(1, field(1, "text")))
    return field(1, tag) + metadata + field(8, field(1, 7) + field(8, words))


def version():
    return record(event(0) + field(3, "brain.Event:2"))


def log(directory, data, name="events.out.tfevents.1.h.1.0"):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_bytes(data)


# ---------------------------------------------------------------- ONNX


def tensor(name, dims, kind=1, content=b""):
    return b"".join(field(1, dim) for dim in dims) + field(2, kind) + field(8, name) + content


def floats(name, dims, numbers):
    return tensor(name, dims, 1, field(9, struct.pack(f"<{len(numbers)}f", *numbers)))


def integers(name, numbers):
    return tensor(name, [len(numbers)], 7, field(9, struct.pack(f"<{len(numbers)}q", *numbers)))


def node(kind, inputs, output, attributes=b"", name=""):
    names = b"".join(field(1, one) for one in inputs) + field(2, output)
    return names + field(3, name) + field(4, kind) + attributes


def perm(*order):
    return field(5, field(1, "perm") + b"".join(field(8, one) for one in order) + field(20, 7))


def model(nodes, tensors, output, side=4):
    def port(name):
        dims = b"".join(field(1, field(1, dim)) for dim in (1, 1, side, side))
        return field(1, name) + field(2, field(1, field(1, 1) + field(2, dims)))

    graph = b"".join(field(1, one) for one in nodes) + field(2, "g")
    graph += b"".join(field(5, one) for one in tensors) + field(11, port("x")) + field(12, port(output))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))


def one_convolution(*tensors):
    return model([node("Conv", ["x", "w"], "y")], tensors, "y")


def chain(kind, count, second):
    """A convolution and `count` nodes behind it, one behind the other."""
    nodes = [node("Conv", ["x", "w"], "m0", name="/a/c")]
    nodes += [node(kind, [f"m{k}", second], f"m{k + 1}", name="/a/c") for k in range(count)]
    return model(nodes, [floats("w", [1, 1, 1, 1], [1]), floats("c", [], [1.0001])], f"m{count}")


# ---------------------------------------------------------------- safetensors


def safetensors(header, data=b""):
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + data


def tensors(count):
    """A network's parameters in as many tensors."""
    names = {f"l{k}.weight": {"dtype": "F32", "shape": [1, 1, 1, 1], "data_offsets": [4 * k, 4 * k + 4]}
             for k in range(count)}
    return safetensors(names, struct.pack(f"<{count}f", *([1.0] * count)))


def changed(path, target, key, value):
    """A checkpoint with another entry of its metadata, or of an object in it: `recipe.steps`."""
    data = path.read_bytes()
    size, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    metadata = header["__metadata__"]
    outer, _, inner = key.partition(".")
    metadata[outer] = json.dumps({**json.loads(metadata[outer]), inner: value}) if inner else value
    target.write_bytes(safetensors(header, data[8 + size:]))


# ---------------------------------------------------------------- data sets


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(side):
    """A black image of one bit a pixel."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (side + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def jpeg(side):
    """A gray image's header without an image."""
    frame = struct.pack(">BHHB", 8, side, side, 1) + bytes([1, 0x11, 0])
    scan = bytes([1, 1, 0, 0, 63, 0])
    return b"\xff\xd8" + b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content
        for marker, content in ((0xC0, frame), (0xDA, scan))) + b"\xff\xd9"


def tree(directory, count, first, rest):
    """`Train/<class>/*.png` and `Test/<class>/*.png`, whose first image is another one."""
    for part, images in (("Train", count), ("Test", 2)):
        for name in "ab":
            (directory / part / name).mkdir(parents=True)
        for k in range(images):
            (directory / part / "ab"[k % 2] / f"{k:06}.png").write_bytes(first if k == 0 else rest)


def idx(directory, counts, side, packs=False):
    """MNIST's four files, all black."""
    directory.mkdir()
    for part, count in counts.items():
        for name, dims, content in (
            ("images-idx3", [count, side, side], bytes(count * side * side)),
            ("labels-idx1", [count], bytes(k % 10 for k in range(count))),
        ):
            data = struct.pack(f">HBB{len(dims)}I", 0, 8, len(dims), *dims) + content
            path = directory / f"{part}-{name}-ubyte"
            if packs:
                path = Path(f"{path}.gz")
                data = gzip.compress(data, 9)
            path.write_bytes(data)
