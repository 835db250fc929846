"""From a teacher of sentences to a table whose rows add up to them."""

import hashlib
import html
import re

DIMENSIONS = 128
SIF = 1e-3
RIDGE = 0.1
SENTENCES = 4_000
WORD = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
PARAGRAPH = re.compile(r"<(?:p|dd|li)[ >].*?</(?:p|dd|li)>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def sentences(folder, count):
    """Sentences of 6 to 40 words from a folder of HTML, so many of them: which ones, their own hashes say."""
    found = set()
    for page in sorted(folder.glob("*.html")):
        for paragraph in PARAGRAPH.findall(page.read_text(encoding="utf-8", errors="replace")):
            text = " ".join(html.unescape(TAG.sub(" ", paragraph)).split())
            for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z])", text):
                if 6 <= len(sentence.split()) <= 40 and sentence.isascii():
                    found.add(sentence)
    by_hash = sorted(found, key=lambda sentence: hashlib.sha256(sentence.encode()).digest())
    return by_hash[:count]


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


def distil(teacher, sentences, words, given):
    """Pieces, and a row for each."""
    import numpy as np
    from scipy.sparse import csr_matrix

    listed = set(teacher.vocabulary)
    pieces = teacher.vocabulary + [word for word in words if word not in listed]
    known = {piece: at for at, piece in enumerate(pieces)}
    vectors = teacher.embed([piece.removeprefix("##") for piece in pieces])
    vectors -= vectors.mean(axis=0)
    # The axes of PCA, from the small matrix of the dimensions among each other.
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    axes = axes[:, ::-1][:, :DIMENSIONS]
    # Zipf: the frequency of a word falls with its rank, and the vocabulary is in that order.
    frequency = 1.0 / (np.arange(len(pieces)) + 1.0) / np.log(len(pieces))
    rows = vectors @ axes * (given.sif / (given.sif + frequency))[:, None]

    at = [(place, piece) for place, text in enumerate(sentences) for piece in split(text, known)]
    places, held = zip(*at)
    counts = csr_matrix((np.ones(len(at)), (places, held)), shape=(len(sentences), len(pieces)))
    wanted = teacher.embed(sentences) @ axes
    lengths = np.linalg.norm(counts @ rows, axis=1, keepdims=True)
    missing = wanted * np.maximum(lengths, 1e-6) - counts @ rows
    # The dual of ridge regression: as many unknowns as sentences, not as pieces.
    gram = (counts @ counts.T).toarray() + given.ridge * np.eye(len(sentences))
    rows = rows + counts.T @ np.linalg.solve(gram, missing)
    return pieces, rows
