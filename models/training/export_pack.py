"""Compact weights inside ONNX graphs: the base models' own quantised blocks, and fp16.

The language model's matrices stay packed in memory (MatMulNBits). Unpacking them in the graph by plain operations, which
onnxruntime folds when it loads, gave the same numbers but took 1.1 GB while loading.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from base import HEAD_DIM, gguf_reader

BLOCK = 32
"""Weights that share a scale in llama.cpp's Q4_1 and Q8_0."""
PAGE = 65536
"""Alignment of large tensors, so that onnxruntime can map them instead of reading them."""


@dataclass(frozen=True)
class Q4:
    """Q4_1 blocks of a matrix [O, I]: weight = scale * nibble + minimum.

    nibbles uint8 [O, I / 32, 16] (low halves are a block's first 16 weights), scale and minimum float16 [O, I / 32, 1].
    """

    nibbles: np.ndarray
    scale: np.ndarray
    minimum: np.ndarray

    def dense(self) -> np.ndarray:
        """The weights, float32 [O, I]."""
        both = np.concatenate([self.nibbles & 15, self.nibbles >> 4], axis=2).astype(np.float32)
        return (both * self.scale.astype(np.float32) + self.minimum.astype(np.float32)).reshape(len(both), -1)


@dataclass(frozen=True)
class Q8:
    """Q8_0 blocks of a matrix [V, W]: weight = scale * level. levels int8 [V, W / 32, 32], scale float16 [V, W / 32, 1]."""

    levels: np.ndarray
    scale: np.ndarray

    def dense(self) -> np.ndarray:
        """The weights, float32 [V, W]."""
        return (self.levels.astype(np.float32) * self.scale.astype(np.float32)).reshape(len(self.levels), -1)


def halves(blocks: np.ndarray, start: int) -> np.ndarray:
    """The float16 numbers at byte `start` of every block: [..., bytes] -> [..., 1]."""
    return np.ascontiguousarray(blocks[..., start : start + 2]).view(np.float16)


def base_blocks(name: str, kind: str) -> np.ndarray:
    """Raw blocks of a base language model tensor, uint8 [O, I / 32, bytes]. Raises when it is stored otherwise."""
    entry = next(tensor for tensor in gguf_reader().tensors if tensor.name == name)
    if entry.tensor_type.name != kind:
        raise ValueError(f"{name} is stored as {entry.tensor_type.name}, expected {kind}")
    size = {"Q4_1": 20, "Q8_0": 34}[kind]
    return np.asarray(entry.data).reshape(len(entry.data), -1, size)


def base_q4(name: str) -> Q4:
    """A layer matrix of the base language model; whole rows of q and k move as in base.language_model_tensor."""
    blocks = base_blocks(name, "Q4_1")
    if name.endswith("attn_q.weight") or name.endswith("attn_k.weight"):
        blocks = blocks[np.arange(len(blocks)).reshape(-1, HEAD_DIM // 2, 2).swapaxes(1, 2).reshape(-1)]
    return Q4(np.ascontiguousarray(blocks[..., 4:]), halves(blocks, 0), halves(blocks, 2))


def base_q8(name: str) -> Q8:
    """The token embedding of the base language model."""
    blocks = base_blocks(name, "Q8_0")
    return Q8(np.ascontiguousarray(blocks[..., 2:]).view(np.int8), halves(blocks, 0))


@dataclass
class DataFile:
    """A file of external tensor data, shared by graphs: what is stored twice is written once."""

    name: str
    content: bytearray = field(default_factory=bytearray)
    places: dict[bytes, int] = field(default_factory=dict)

    def store(self, tensor: TensorProto) -> None:
        """Moves the tensor's raw data here. Large tensors start on a page."""
        data = tensor.raw_data
        key = hashlib.sha256(data).digest()
        if key not in self.places and (place := self.content.find(data)) >= 0 and place % 64 == 0:
            # The file was written by an earlier export, whose graphs go on using it.
            self.places[key] = place
        if key not in self.places:
            align = PAGE if len(data) > 16 * PAGE else 64
            self.content += bytes(-len(self.content) % align)
            self.places[key] = len(self.content)
            self.content += data
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for name, value in (("location", self.name), ("offset", self.places[key]), ("length", len(data))):
            tensor.external_data.add(key=name, value=str(value))

    @classmethod
    def opened(cls, folder: Path, name: str) -> DataFile:
        """The file of an earlier export, to which another graph is added."""
        return cls(name, bytearray((folder / name).read_bytes()))

    def write(self, folder: Path) -> None:
        (folder / self.name).write_bytes(self.content)


def take_initializer(graph: onnx.GraphProto, name: str) -> np.ndarray:
    """Removes an initializer; returns its value."""
    index = next(i for i, tensor in enumerate(graph.initializer) if tensor.name == name)
    value = numpy_helper.to_array(graph.initializer[index])
    del graph.initializer[index]
    return value


def key_of(value: np.ndarray) -> tuple[tuple[int, ...], bytes]:
    """Shape and hash of a matrix."""
    return value.shape, hashlib.sha256(np.ascontiguousarray(value).tobytes()).digest()


class DenseWeights:
    """Finds the float32 matrices of a graph by content, as the exporter renames, transposes and merges them."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph = graph
        self.names = {
            key_of(numpy_helper.to_array(tensor)): tensor.name
            for tensor in graph.initializer
            if tensor.data_type == TensorProto.FLOAT and len(tensor.dims) == 2
        }

    def has(self, value: np.ndarray) -> bool:
        return key_of(value) in self.names

    def take(self, value: np.ndarray) -> str:
        """Removes the initializer that equals `value`; returns its name. Raises KeyError where there is none."""
        name = self.names.pop(key_of(value))
        take_initializer(self.graph, name)
        return name


def insert_first(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    """Puts nodes in front of the others, as a graph lists a value's maker before its users."""
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes + rest)


def replace_node(graph: onnx.GraphProto, at: int, nodes: list[onnx.NodeProto]) -> None:
    """Puts nodes in the place of the one at index `at`."""
    everything = list(graph.node)
    everything[at : at + 1] = nodes
    del graph.node[:]
    graph.node.extend(everything)


def add_constant(graph: onnx.GraphProto, name: str, value: np.ndarray, file: DataFile | None = None) -> str:
    """Adds an initializer, its data in `file` where one is given; returns its name."""
    if all(tensor.name != name for tensor in graph.initializer):
        tensor = numpy_helper.from_array(np.ascontiguousarray(value), name)
        if file is not None:
            file.store(tensor)
        graph.initializer.append(tensor)
    return name


def pairs(nibbles: np.ndarray) -> np.ndarray:
    """A block's bytes as MatMulNBits wants them, weights 2i and 2i + 1 in one: uint8 [O, I / 32, 16] -> the same shape."""
    both = np.concatenate([nibbles & 15, nibbles >> 4], axis=2)
    return both[..., 0::2] | (both[..., 1::2] << 4)


def drop_transpose(graph: onnx.GraphProto, name: str) -> str:
    """Removes the Transpose of a matrix that the exporter did not fold; returns the name of its output."""
    transpose = next(node for node in graph.node if node.op_type == "Transpose" and node.input[0] == name)
    graph.node.remove(transpose)
    return transpose.output[0]


def pack_q4(graph: onnx.GraphProto, weights: DenseWeights, packed: Q4, prefix: str, file: DataFile) -> None:
    """Replaces x @ W, where W [I, O] holds `packed` transposed, by its blocks.

    MatMulNBits multiplies with scale * (nibble - 8); what is missing, minimum + 8 * scale for all weights of a block, is
    a small product with the sums of x over blocks. Raises KeyError when the graph was not exported with these weights.
    """
    dense = packed.dense()
    name = weights.take(dense.T) if weights.has(dense.T) else drop_transpose(graph, weights.take(dense))
    products = [node for node in graph.node if name in node.input]
    if any(product.op_type != "MatMul" or product.input[1] != name for product in products):
        raise ValueError(f"{prefix} is read by {[product.op_type for product in products]}, expected MatMul")
    outputs, blocks = len(packed.nibbles), packed.nibbles.shape[1]
    part = lambda suffix: f"{prefix}.{suffix}"  # noqa: E731
    nibbles = add_constant(graph, part("nibbles"), pairs(packed.nibbles), file)
    scale = add_constant(graph, part("scale"), packed.scale[..., 0], file)
    minimum = add_constant(graph, part("minimum"), packed.minimum[..., 0], file)
    eight = add_constant(graph, "eight", np.array(8, np.float32))
    shape = add_constant(graph, "to_blocks", np.array([0, 0, -1, BLOCK], np.int64))
    last = add_constant(graph, "last_axis", np.array([-1], np.int64))
    node = helper.make_node
    insert_first(graph, [
        node("Cast", [scale], [part("scale32")], to=TensorProto.FLOAT),
        node("Cast", [minimum], [part("minimum32")], to=TensorProto.FLOAT),
        node("Mul", [part("scale32"), eight], [part("middle")]),
        node("Add", [part("middle"), part("minimum32")], [part("offset")]),
        node("Transpose", [part("offset")], [part("offsets")], perm=[1, 0]),
    ])  # fmt: skip
    size = {"K": blocks * BLOCK, "N": outputs, "bits": 4, "block_size": BLOCK}
    for number, product in enumerate(products):
        x, own = product.input[0], lambda suffix: f"{prefix}.{number}.{suffix}"  # noqa: B023, E731
        nodes = []
        if all(f"{x}.sums" not in other.output for other in graph.node):
            nodes = [node("Reshape", [x, shape], [f"{x}.blocks"]), node("ReduceSum", [f"{x}.blocks", last], [f"{x}.sums"], keepdims=0)]
        nodes += [
            node("MatMulNBits", [x, nibbles, part("scale32")], [own("product")], domain="com.microsoft", **size),
            node("MatMul", [f"{x}.sums", part("offsets")], [own("shift")]),
            node("Add", [own("product"), own("shift")], [product.output[0]]),
        ]
        replace_node(graph, list(graph.node).index(product), nodes)


def unpack_q4(graph: onnx.GraphProto, weights: DenseWeights, packed: Q4, prefix: str, file: DataFile) -> None:
    """Replaces the dense matrix of `packed`, or its transpose, by its blocks and plain operations that unpack them when the
    graph is loaded: a gradient needs the matrix itself. Raises KeyError when the graph has neither."""
    part = lambda suffix: f"{prefix}.{suffix}"  # noqa: E731
    dense = packed.dense()
    names = {transposed: weights.take(value) for transposed, value in ((False, dense), (True, dense.T)) if weights.has(value)}
    if not names:
        raise KeyError(prefix)
    nibbles = add_constant(graph, part("nibbles"), pairs(packed.nibbles), file)
    scale = add_constant(graph, part("scale"), packed.scale[..., 0], file)
    minimum = add_constant(graph, part("minimum"), packed.minimum[..., 0], file)
    fifteen, four = add_constant(graph, "fifteen", np.array(15, np.uint8)), add_constant(graph, "four", np.array(4, np.uint8))
    last = add_constant(graph, "last_axis", np.array([-1], np.int64))
    blocks, matrix = (np.array(shape, np.int64) for shape in ((len(dense), -1, BLOCK), dense.shape))
    node = helper.make_node
    nodes = [
        node("BitwiseAnd", [nibbles, fifteen], [part("even")]),
        node("BitShift", [nibbles, four], [part("odd")], direction="RIGHT"),
        node("Unsqueeze", [part("even"), last], [part("evens")]),
        node("Unsqueeze", [part("odd"), last], [part("odds")]),
        node("Concat", [part("evens"), part("odds")], [part("both")], axis=-1),
        node("Reshape", [part("both"), add_constant(graph, part("blocks"), blocks)], [part("levels")]),
        node("Cast", [part("levels")], [part("levels32")], to=TensorProto.FLOAT),
        node("Cast", [scale], [part("scale32")], to=TensorProto.FLOAT),
        node("Cast", [minimum], [part("minimum32")], to=TensorProto.FLOAT),
        node("Unsqueeze", [part("scale32"), last], [part("scales")]),
        node("Unsqueeze", [part("minimum32"), last], [part("minima")]),
        node("Mul", [part("levels32"), part("scales")], [part("scaled")]),
        node("Add", [part("scaled"), part("minima")], [part("shifted")]),
        node("Reshape", [part("shifted"), add_constant(graph, part("matrix"), matrix)], [names.get(False, part("dense"))]),
    ]
    if True in names:
        nodes.append(node("Transpose", [names.get(False, part("dense"))], [names[True]], perm=[1, 0]))
    insert_first(graph, nodes)


def pack_q8_rows(graph: onnx.GraphProto, weights: DenseWeights, packed: Q8, prefix: str, file: DataFile) -> None:
    """Replaces the gather of rows of `packed` [V, W] by ids [1, T]: int8 rows are gathered, then scaled."""
    name = weights.take(packed.dense())
    at, gather = next((i, node) for i, node in enumerate(graph.node) if name in node.input)
    if gather.op_type not in ("Gather", "GatherND") or gather.input[0] != name:
        raise ValueError(f"the token embedding is read by {gather.op_type}, expected Gather")
    part = lambda suffix: f"{prefix}.{suffix}"  # noqa: E731
    levels = add_constant(graph, part("levels"), packed.levels, file)
    scale = add_constant(graph, part("scale"), packed.scale, file)
    shape = add_constant(graph, part("shape"), np.array([0, 0, -1], np.int64))
    node = helper.make_node
    replace_node(graph, at, [
        node(gather.op_type, [levels, gather.input[1]], [part("rows")]),
        node(gather.op_type, [scale, gather.input[1]], [part("row_scale")]),
        node("Cast", [part("rows")], [part("rows32")], to=TensorProto.FLOAT),
        node("Cast", [part("row_scale")], [part("row_scale32")], to=TensorProto.FLOAT),
        node("Mul", [part("rows32"), part("row_scale32")], [part("scaled")]),
        node("Reshape", [part("scaled"), shape], [gather.output[0]]),
    ])  # fmt: skip


def pack_fp16(graph: onnx.GraphProto, smallest: int = 4096) -> None:
    """Stores every float32 initializer of at least `smallest` numbers as float16, cast back when the graph is loaded."""
    large = [t.name for t in graph.initializer if t.data_type == TensorProto.FLOAT and np.prod(t.dims) >= smallest]
    casts = []
    for name in large:
        value = take_initializer(graph, name).astype(np.float16)
        casts.append(helper.make_node("Cast", [add_constant(graph, f"{name}.half", value)], [name], to=TensorProto.FLOAT))
    insert_first(graph, casts)
