"""Sets every manuscript of a folder with typst's wheel, in as many processes as are asked for; prints the seconds and pages."""

import json
import multiprocessing
import pathlib
import sys
import time

import typst

FOLDER = pathlib.Path(sys.argv[1])
PROCESSES = int(sys.argv[2])
FONTS = sys.argv[3]
STANDARDS = ["a-3a", "ua-1"]


def start():
    """Fonts are found once for each process, as a program would that sets many documents."""
    global compiler
    compiler = typst.Compiler(
        FOLDER / "report.typ", root=FOLDER, font_paths=[FONTS], ignore_system_fonts=True
    )


def compile_one(name):
    """One report, tagged and for the archive as ours is."""
    inputs = {"manuscript": f"{name}.manuscript.json", "record": f"{name}.record.json"}
    inputs |= {"theme": "theme.json", "language": "de"}
    pdf = compiler.compile(format="pdf", pdf_standards=STANDARDS, sys_inputs=inputs, timestamp=0)
    (FOLDER / f"{name}.typst.pdf").write_bytes(pdf)
    return len(pdf)


def main():
    """Starts the processes first: what is timed is documents."""
    names = sorted(path.name.removesuffix(".manuscript.json") for path in FOLDER.glob("*.manuscript.json"))
    with multiprocessing.get_context("spawn").Pool(PROCESSES, start) as pool:
        pool.map(compile_one, names[:PROCESSES], chunksize=1)
        began = time.perf_counter()
        sizes = pool.map(compile_one, names, chunksize=max(1, len(names) // PROCESSES // 4))
        seconds = time.perf_counter() - began
    json.dump({"seconds": seconds, "documents": len(sizes), "bytes": sum(sizes)}, sys.stdout)


if __name__ == "__main__":
    main()
