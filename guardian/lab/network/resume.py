"""Go on from a network that was converted: its weights are read back, and put into the same network of Keras.

What int8 has lost of them is lost: a weight is off by up to 0.4 % of the largest of its channel. What normalised each
layer is by then a factor and a shift, which stay as they are.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardian.errors import ConfigurationError
from guardian.eye.engine import interpreter_class

Array = NDArray[np.float32]

WEIGHING = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """One layer: its `kernel` as the file has it, and by how much what comes of it is multiplied and shifted (n,)."""

    kind: str
    kernel: Array
    factor: Array
    shift: Array


def layers(content: bytes) -> tuple[Weighed, ...]:
    """The layers of a converted network that have weights, in the order of the flow."""
    interpreter: Any = interpreter_class("auto")
    plain = sys.modules[interpreter.__module__].OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    opened = interpreter(model_content=content, num_threads=1, experimental_op_resolver_type=plain)
    opened.allocate_tensors()
    return tuple(_weighed(opened))


def _weighed(opened: Any) -> Iterator[Weighed]:
    details = {each["index"]: each for each in opened.get_tensor_details()}
    last: Weighed | None = None
    for step in opened._get_ops_details():  # noqa: SLF001 - the only way to the order of the layers
        constant = [_real(opened, details[k]) for k in step["inputs"][1:2] if _is_weight(opened, details.get(k))]
        if step["op_name"] in WEIGHING:
            if last is not None:
                yield last
            kernel, bias = (_real(opened, details[k]) for k in step["inputs"][1:3])
            last = Weighed(step["op_name"], kernel, np.ones_like(bias), bias)
        elif last is not None and last.kind == WEIGHING[1] and constant:
            if step["op_name"] == "MUL":
                last = Weighed(last.kind, last.kernel, last.factor * constant[0], last.shift * constant[0])
            elif step["op_name"] == "ADD":
                last = Weighed(last.kind, last.kernel, last.factor, last.shift + constant[0])
    if last is not None:
        yield last


def _is_weight(opened: Any, tensor: Any) -> bool:
    """Whether it is one figure a channel that was kept, and not what flows."""
    if tensor is None or len(tensor["shape"]) != 1 or tensor["dtype"] is not np.int8:
        return False
    try:
        opened.get_tensor(tensor["index"])
    except ValueError:
        return False
    return True


def _real(opened: Any, tensor: Any) -> Array:
    """A tensor as it was before it was quantised."""
    how, kept = tensor["quantization_parameters"], np.asarray(opened.get_tensor(tensor["index"]), np.float32)
    if not len(how["scales"]):
        return kept
    shape = [1] * kept.ndim
    shape[how["quantized_dimension"]] = -1 if len(how["scales"]) > 1 else 1
    zeros = np.asarray(how["zero_points"], np.float32).reshape(shape)
    return np.asarray((kept - zeros) * how["scales"].reshape(shape), np.float32)


def take(model: Any, content: bytes) -> None:
    """Put the weights of a converted network into an untrained one of the same form.

    Raises ConfigurationError where it is of another form.
    """
    weighed = [layer for layer in model.layers if type(layer).__name__ in ("Conv2D", "DepthwiseConv2D", "Dense")]
    normal = [layer for layer in model.layers if type(layer).__name__ == "BatchNormalization"]
    known = layers(content)
    if [_kernel(each).shape for each in known] != [tuple(layer.kernel.shape) for layer in weighed]:
        message = f"a network of {len(known)} other layers; one made by this command would be right"
        raise ConfigurationError(message)
    for number, (layer, each) in enumerate(zip(weighed, known, strict=True)):
        layer.kernel.assign(_kernel(each))
        if number < len(normal):
            one = np.ones_like(each.shift)
            gamma = each.factor * np.sqrt(one + normal[number].epsilon)
            normal[number].set_weights([gamma, each.shift, 0 * one, one])
            normal[number].trainable = False
        else:
            layer.bias.assign(each.shift)


def _kernel(each: Weighed) -> Array:
    """The kernel in the order of axes of Keras."""
    if each.kind == WEIGHING[2]:
        return np.asarray(each.kernel.T)
    return np.asarray(each.kernel.transpose(1, 2, 3, 0))
