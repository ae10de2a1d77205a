#!/usr/bin/env python3
"""Checks the arrows between the rooms of Sources, as DESIGN draws them.

- An `import` of one of our modules is declared in Package.swift, and what is declared is imported.
- Arrows point down: a target depends only on targets that stand before it in Package.swift.
- The logger never reaches the training core, nor the core the logger.
- Neither links libjpeg: only commands do.
- Foundation stays in the rooms that touch files, time or JSON.
- The table of Sources/README.md has every room and what it stands on.
"""
import json
import pathlib
import re
import subprocess
import sys

LOGGER = {
    "TensorBoard", "TensorBoardFoundation", "TensorBoardCharts", "TensorBoardMetrics",
    "TensorBoardLogging", "TensorBoardData", "LogDirectories", "EventFiles", "ProtobufWire",
    "Images", "NumPyFiles", "Charts", "Reports", "Files", "CheckedArithmetic"}
CORE = {
    "Tensors", "NeuralNetworks", "Datasets", "DatasetFetching", "ModelFiles", "Visualization"}
# What both sides may stand on: files, images, and the wire format (ONNX files are protobuf too).
COMMON = {"Images", "ProtobufWire", "NumPyFiles", "Charts", "Files", "CheckedArithmetic"}
WITHOUT_FOUNDATION = {
    "CheckedArithmetic", "Files", "TextOutput", "ProtobufWire", "Charts", "Tensors", "NeuralNetworks",
    "Visualization"}
IMPORT = re.compile(
    r"^\s*(?:@\w+\s+)*(?:public |package |internal |private |fileprivate )?"
    r"import (?:struct |class |enum |protocol |func |let |var )?(\w+)", re.MULTILINE)


def dependencies(target):
    """The names of the targets of this package that a target declares."""
    found = set()
    for dependency in target["dependencies"]:
        for kind in ("byName", "target"):
            if kind in dependency:
                found.add(dependency[kind][0])
    return found


def imports(folder):
    """For each module that a folder's Swift files import: one file that does."""
    found = {}
    for path in sorted(folder.rglob("*.swift")):
        for name in IMPORT.findall(path.read_text(encoding="utf-8")):
            found.setdefault(name, path)
    return found


def reachable(name, declared):
    """Every target that `name` depends on, directly or not."""
    seen, todo = set(), [name]
    while todo:
        for below in declared.get(todo.pop(), ()):
            if below not in seen:
                seen.add(below)
                todo.append(below)
    return seen


def table(readme):
    """The rooms of the table in Sources/README.md, and what it says each stands on."""
    rows = re.findall(r"^\| `(\w+)` \|.*\|(.*)\|$", readme.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", below)) for name, below in rows}


def problems(root):
    manifest = json.loads(subprocess.run(
        ["swift", "package", "dump-package"], cwd=root, check=True, capture_output=True).stdout)
    targets = manifest["targets"]
    order = [target["name"] for target in targets]
    declared = {target["name"]: dependencies(target) & set(order) for target in targets}
    for target in targets:
        name = target["name"]
        for below in declared[name]:
            if target["type"] != "test" and order.index(below) > order.index(name):
                yield f"{name} depends on {below}, which stands below it in Package.swift"
        folder = root / "Sources" / name
        if not folder.is_dir() or target["type"] == "system" or not list(folder.rglob("*.swift")):
            continue
        imported = imports(folder)
        for module, path in imported.items():
            if module in order and module not in declared[name]:
                yield f"{path.relative_to(root)}: imports {module}, which {name} doesn't declare"
            if module == "Foundation" and name in WITHOUT_FOUNDATION:
                yield f"{path.relative_to(root)}: {name} does without Foundation"
        for module in declared[name] - set(imported):
            yield f"{name} declares {module} in Package.swift, but no file imports it"
    rooms = {name: declared[name] for name in order if (root / "Sources" / name).is_dir()}
    listed = table(root / "Sources" / "README.md")
    for name in sorted(rooms.keys() | listed.keys()):
        if rooms.get(name) != listed.get(name):
            yield f"Sources/README.md: the row of {name} isn't as Package.swift has it"
    for name in order:
        below = reachable(name, declared)
        if name in LOGGER and below & CORE:
            yield f"the logger's {name} reaches {', '.join(sorted(below & CORE))}"
        if name in LOGGER | CORE and "CJPEG" in below:
            yield f"{name} links libjpeg, which only commands do"
        if name in CORE and below & (LOGGER - COMMON):
            yield f"the training core's {name} reaches {', '.join(sorted(below & LOGGER - COMMON))}"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    found = list(problems(root))
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(found)} arrows are wrong" if found else "every arrow is as DESIGN draws it")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
