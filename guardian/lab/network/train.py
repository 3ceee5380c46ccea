"""Train the network and convert it: `python -m guardian.lab.network.train F.npz ... --check V.npz --out DIR --seed 7`.

A small causal convolutional network (Bai et al. 2018, arXiv 1803.01271) with separable convolutions. Needs TensorFlow
(the extra `train`), which nothing else here does. Writes fall_window.tflite, quantised to int8 after the training with
real windows to set its ranges, and fall_window.json, which says how it was made and how well it does.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardian.errors import ConfigurationError
from guardian.lab.network.augment import Grids, varied
from guardian.lab.network.labelled import Labelled, load
from guardian.lab.network.resume import take
from guardian.window import CHANNELS, STEPS, Array, windows

NAME = "fall_window"
WIDTH, KERNEL, DILATIONS = 48, 3, (1, 2, 4, 8, 16, 16)
"""It sees 1 + 2 * (1 + 2 + 4 + 8 + 16 + 16) = 95 steps back, the whole window."""
BATCH, RATE, DECAY, DROPOUT, SMOOTHING = 128, 2e-3, 1e-4, 0.15, 0.02
MOST_PARAMETERS, MOST_BYTES = 60_000, 200_000
REPRESENTATIVE = 600
"""So many windows of the training set the ranges of the activations."""
FALLS_SHARE = 0.4
"""Share of falls in a batch; what they are rarer in life is for the threshold to say."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train with: the files, for how many epochs of how many batches, the seed of all chance, the greatest
    rate, and the converted network to go on from, if any.
    """

    files: tuple[Path, ...]
    check: tuple[Path, ...]
    epochs: int
    batches: int
    seed: int
    rate: float = RATE
    begin: Path | None = None


def network(keras: Any) -> Any:
    """The untrained network: (n, 80, 58) in, (n, 1) logits out."""
    layers = keras.layers
    entry = keras.Input((STEPS, CHANNELS))
    flow = layers.Reshape((STEPS, 1, CHANNELS))(entry)
    flow = layers.Conv2D(WIDTH, 1, use_bias=False)(flow)
    flow = layers.ReLU()(layers.BatchNormalization()(flow))
    for dilation in DILATIONS:
        past = layers.ZeroPadding2D((((KERNEL - 1) * dilation, 0), (0, 0)))(flow)
        past = layers.DepthwiseConv2D((KERNEL, 1), dilation_rate=(dilation, 1), use_bias=False)(past)
        past = layers.ReLU()(layers.BatchNormalization()(past))
        past = layers.Conv2D(WIDTH, 1, use_bias=False)(past)
        past = layers.Dropout(DROPOUT)(layers.BatchNormalization()(past))
        flow = layers.ReLU()(layers.Add()([flow, past]))
    last = layers.Flatten()(layers.Cropping2D(((STEPS - 1, 0), (0, 0)))(flow))
    most = layers.GlobalMaxPooling2D()(flow)
    hidden = layers.Dense(32, activation="relu")(layers.Concatenate()([last, most]))
    return keras.Model(entry, layers.Dense(1)(layers.Dropout(DROPOUT)(hidden)))


def batches(labelled: Labelled, size: int, random: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Windows and whether they are falls, varied, without end; scenes count alike, however many windows they gave."""
    kinds = [np.flatnonzero(labelled.fell), np.flatnonzero(~labelled.fell)]
    weights = [_even(labelled.group[kind]) for kind in kinds]
    falls = round(FALLS_SHARE * size)
    while True:
        chosen = np.concatenate(
            [random.choice(kind, n, p=p) for kind, n, p in zip(kinds, (falls, size - falls), weights, strict=True)]
        )
        grids = Grids(labelled.keypoints[chosen], labelled.age[chosen], labelled.height[chosen])
        grids = varied(grids, random)
        yield windows(grids.keypoints, grids.age, grids.height), labelled.fell[chosen, None].astype(np.float32)


def _even(group: NDArray[np.int64]) -> NDArray[np.float64]:
    """Chances that pay for the root of how many windows a scene gave: long scenes differ within, but not so much."""
    _, inverse, counts = np.unique(group, return_inverse=True, return_counts=True)
    weight = 1 / np.sqrt(counts[inverse])
    return np.asarray(weight / weight.sum())


def plain(labelled: Labelled) -> Array:
    """The windows as they are."""
    return windows(labelled.keypoints, labelled.age, labelled.height)


def trained(plan: Plan, labelled: Labelled, checked: Labelled) -> Any:
    """Train, and return the network of the epoch that surprised least on what it was not trained on."""
    import keras  # noqa: PLC0415 - an extra that takes seconds to load

    keras.utils.set_random_seed(plan.seed)
    model = network(keras)
    if model.count_params() > MOST_PARAMETERS:
        message = f"{model.count_params()} parameters; {MOST_PARAMETERS} or fewer would be right for a Raspberry Pi"
        raise ConfigurationError(message)
    if plan.begin is not None:
        take(model, plan.begin.read_bytes())
    steps = plan.epochs * plan.batches
    rate = keras.optimizers.schedules.CosineDecay(0.0, steps, warmup_target=plan.rate, warmup_steps=plan.batches)
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=DECAY),
        keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=SMOOTHING),
    )
    best = keras.callbacks.EarlyStopping("val_loss", patience=plan.epochs, restore_best_weights=True)
    made = batches(labelled, BATCH, np.random.default_rng(plan.seed))
    model.fit(
        made,
        steps_per_epoch=plan.batches,
        epochs=plan.epochs,
        validation_data=(plain(checked), checked.fell[:, None].astype(np.float32)),
        validation_batch_size=1024,
        callbacks=[best],
        shuffle=False,
        verbose=2,
    )
    return model


def converted(model: Any, examples: Array, *, int8: bool) -> bytes:
    """The network as TensorFlow Lite, float32 in and out; inside int8, with ranges as the examples need."""
    import tensorflow as tf  # noqa: PLC0415 - an extra that takes seconds to load

    with TemporaryDirectory() as directory:
        model.export(directory, format="tf_saved_model", verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(directory)
        if int8:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = lambda: ([example[None]] for example in examples)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        content: bytes = converter.convert()
    return content


def logits(content: bytes, inputs: Array) -> NDArray[np.float64]:
    """What a converted network says of each window."""
    from guardian.network import Network  # noqa: PLC0415 - its runtime is not needed to train

    read = Network(content)
    return np.array([read.logit(each) for each in inputs])


def measured(said: NDArray[np.float64], fell: NDArray[np.bool_]) -> dict[str, float]:
    """Of logits and truth: surprise (nats a window), area under the curve, share that is right at even odds."""
    order = np.argsort(np.argsort(said, kind="stable"), kind="stable") + 1.0
    falls, others = int(fell.sum()), int((~fell).sum())
    area = (order[fell].sum() - falls * (falls + 1) / 2) / max(1, falls * others)
    surprise = float((np.logaddexp(0.0, said) - fell * said).mean())
    right = float(((said > 0) == fell).mean())
    return {"surprise": round(surprise, 4), "area": round(float(area), 5), "right": round(right, 4)}


def agreement(whole: NDArray[np.float64], small: NDArray[np.float64]) -> dict[str, float]:
    """How near int8 comes to float: the share of windows judged alike, and how far apart their logits are, in nats."""
    apart = np.abs(whole - small)
    return {
        "alike": round(float(((whole > 0) == (small > 0)).mean()), 4),
        "apart_mean": round(float(apart.mean()), 4),
        "apart_p95": round(float(np.percentile(apart, 95)), 4),
    }


def train(plan: Plan, out: Path) -> dict[str, Any]:
    """Train, convert, measure and write; return what the card says of it."""
    labelled, checked = load(plan.files), load(plan.check)
    model = trained(plan, labelled, checked)
    random = np.random.default_rng(plan.seed)
    examples = plain(labelled)[
        random.choice(len(labelled.fell), min(REPRESENTATIVE, len(labelled.fell)), replace=False)
    ]
    content = converted(model, examples, int8=True)
    if len(content) > MOST_BYTES:
        message = f"{len(content)} bytes; {MOST_BYTES} or fewer would be right"
        raise ConfigurationError(message)
    inputs = plain(checked)
    whole = logits(converted(model, examples, int8=False), inputs)
    small = logits(content, inputs)
    card = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "parameters": int(model.count_params()),
        "seed": plan.seed,
        "begin": hashlib.sha256(plan.begin.read_bytes()).hexdigest() if plan.begin else None,
        "windows": {"trained": len(labelled.fell), "checked": len(checked.fell), "falls": int(labelled.fell.sum())},
        "float": measured(whole, checked.fell),
        "int8": measured(small, checked.fell),
        "agreement": agreement(whole, small),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{NAME}.tflite").write_bytes(content)
    (out / f"{NAME}.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (out / "SHA256SUMS").write_text(f"{card['sha256']}  {NAME}.tflite\n", encoding="ascii")
    return card


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line says."""
    parser = argparse.ArgumentParser(description="Train the network that judges falls, and convert it to int8.")
    parser.add_argument("files", type=Path, nargs="+", metavar="F.npz", help="windows, by `guardian lab windows`")
    parser.add_argument("--check", type=Path, nargs="+", required=True, metavar="V.npz", help="windows of other scenes")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the network is written")
    parser.add_argument("--seed", type=int, default=7, metavar="S", help="of all chance (default: 7)")
    parser.add_argument("--epochs", type=int, default=24, metavar="N", help="so many (default: 24)")
    parser.add_argument("--batches", type=int, default=120, metavar="N", help="in each epoch (default: 120)")
    parser.add_argument("--rate", type=float, default=RATE, metavar="R", help=f"the greatest (default: {RATE:g})")
    parser.add_argument("--begin", type=Path, metavar="F.tflite", help="go on from this network, made here before")
    wanted = parser.parse_args(arguments)
    files, check = tuple(wanted.files), tuple(wanted.check)
    plan = Plan(files, check, wanted.epochs, wanted.batches, wanted.seed, wanted.rate, wanted.begin)
    try:
        card = train(plan, wanted.out)
    except ConfigurationError as error:
        print(f"guardian: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps(card, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
