"""A forward pass of all-MiniLM-L6-v2 in numpy: six layers, mean pooling, length 1."""

import re

HEADS = 12
LAYERS = 6
TOKENS_MAX = 256
BATCH = 256
# What the table's reader in `src/meaning/table.rs` can meet: runs of a-z and 0-9, and ASCII's other signs.
PLAIN = re.compile(r"(##)?[a-z0-9]+|[!-/:-@\[-`{-~]")


class Teacher:
    """The model in a folder: its weights, its tokenizer, its vocabulary."""

    def __init__(self, folder):
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.weights = load_file(str(folder / "model.safetensors"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        listed = (folder / "vocab.txt").read_text().splitlines()
        self.vocabulary = [piece for piece in listed if PLAIN.fullmatch(piece)]

    def linear(self, name, x):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, name, x):
        import numpy as np

        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def layer(self, name, x):
        import numpy as np
        from scipy.special import erf

        texts, tokens, width = x.shape

        def part(which):
            projected = self.linear(f"{name}.attention.self.{which}", x)
            return projected.reshape(texts, tokens, HEADS, -1).transpose(0, 2, 1, 3)

        query, key, value = part("query"), part("key"), part("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(query.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ value
        mixed = mixed.transpose(0, 2, 1, 3).reshape(texts, tokens, width)
        x = self.norm(f"{name}.attention.output.LayerNorm", x + self.linear(f"{name}.attention.output.dense", mixed))
        inner = self.linear(f"{name}.intermediate.dense", x)
        inner = 0.5 * inner * (1 + erf(inner / np.float32(np.sqrt(2))))
        return self.norm(f"{name}.output.LayerNorm", x + self.linear(f"{name}.output.dense", inner))

    def pass_forward(self, ids):
        """Texts of equal length, as rows of token ids."""
        import numpy as np

        words = self.weights["embeddings.word_embeddings.weight"][ids]
        places = self.weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kinds = self.weights["embeddings.token_type_embeddings.weight"][0]
        x = self.norm("embeddings.LayerNorm", words + places + kinds)
        for at in range(LAYERS):
            x = self.layer(f"encoder.layer.{at}", x)
        pooled = x.mean(axis=1)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    def embed(self, texts):
        """A row of length 1 for each text; texts of equal length go together."""
        import numpy as np

        tokens = [self.tokenizer.encode(text).ids[:TOKENS_MAX] for text in texts]
        order = sorted(range(len(texts)), key=lambda at: len(tokens[at]))
        rows = np.zeros((len(texts), 384), dtype=np.float32)
        start = 0
        while start < len(order):
            length = len(tokens[order[start]])
            end = start
            while end < len(order) and end - start < BATCH and len(tokens[order[end]]) == length:
                end += 1
            together = order[start:end]
            rows[together] = self.pass_forward(np.array([tokens[at] for at in together]))
            start = end
        return rows
