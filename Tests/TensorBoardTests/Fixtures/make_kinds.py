"""Writes the fixtures torch.tfevents and tensorflow.tfevents, each with the library of its name.

usage: python make_kinds.py torch|tensorflow DIRECTORY      (torch 2.15.0, TensorFlow 2.21.0)

The version that made a file is in its text `version`.
"""

import glob
import pathlib
import sys
import tempfile


def numbers(count, seed):
    """Numbers from 0 up to 1 that look random; the tests make the same."""
    state, result = seed, []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        result.append((state >> 40) / (1 << 24))
    return result


def write_torch(folder):
    import numpy
    import torch
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(folder)
    writer.add_scalar("loss/train", 0.25, 7, walltime=1.5)
    writer.add_scalar("loss/nan", float("nan"), 1 << 40, walltime=1.5e9)
    writer.add_text("version", "torch " + torch.__version__, 0, walltime=2.5)
    writer.add_pr_curve(
        "pr", numpy.array(numbers(200, 1)) < 0.4, numpy.array(numbers(200, 2), dtype="float32"), 3)
    writer.add_pr_curve(
        "weighted", numpy.array(numbers(200, 1)) < 0.4, numpy.array(numbers(200, 2), dtype="float32"),
        3, num_thresholds=31, weights=numpy.array(numbers(200, 3)))
    writer.add_custom_scalars({"Training": {
        "loss": ["Multiline", ["loss/train", "loss/test"]],
        "accuracy": ["Margin", ["a/mean", "a/low", "a/high"]]}})
    writer.add_mesh(
        "mesh", vertices=torch.tensor([[[1.0, 1, 1], [-1, -1, 1], [1, -1, -1], [-1, 1, -1]]]),
        faces=torch.tensor([[[0, 2, 1], [0, 1, 3]]]),
        colors=torch.tensor([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]]]), global_step=4)
    writer.close()


def write_tensorflow(folder):
    import tensorflow as tf
    from tensorflow.core.framework import graph_pb2

    with tf.Graph().as_default():
        writer = tf.compat.v1.summary.FileWriter(folder)

    def add(step, *values):
        summary = tf.compat.v1.Summary(value=values)
        writer.add_event(tf.compat.v1.Event(wall_time=1.5, step=step, summary=summary))

    value = tf.compat.v1.Summary.Value
    add(7, value(tag="loss/train", simple_value=0.25))
    add(-1, value(tag="loss/infinite", simple_value=float("inf")))
    text = tf.make_tensor_proto(b"tensorflow " + tf.__version__.encode())
    add(0, value(tag="version", tensor=text))
    # TensorFlow's own encoding of waves, without a header of our making.
    samples = [[sample * 2 - 1] for sample in numbers(50, 5)] + [[1.0], [-1.0]]
    wave = tf.audio.encode_wav(samples, 8000).numpy()
    add(0, value(tag="wave", tensor=tf.make_tensor_proto([wave])))
    add(0, value(tag="floats", tensor=tf.make_tensor_proto([[0.5, 1.5], [-2, 3]], tf.float32)))
    add(0, value(tag="integers", tensor=tf.make_tensor_proto([1, -(1 << 60)], tf.int64)))

    shapes = {"input": [-1, 28], "conv/weight": [5, 32], "conv/Conv2D": [-1, 32]}
    graph = graph_pb2.GraphDef()
    graph.versions.producer = 22
    for name, operation, inputs in [
            ("input", "Placeholder", []), ("conv/weight", "Parameter", []),
            ("conv/Conv2D", "Conv2D", ["input", "conv/weight"])]:
        node = graph.node.add(name=name, op=operation, input=inputs)
        if operation == "Conv2D":
            node.attr["kernel"].list.i.extend([5, 5])
            node.attr["rate"].f = 0.5
            node.attr["same"].b = True
            node.attr["dtype"].type = 1
            node.attr["padding"].s = b"same"
        shape = node.attr["_output_shapes"].list.shape.add()
        for length in shapes[name]:
            shape.dim.add(size=length)
    writer.add_event(tf.compat.v1.Event(
        wall_time=1.5, graph_def=graph.SerializeToString(deterministic=True)))
    writer.close()


name, target = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    {"torch": write_torch, "tensorflow": write_tensorflow}[name](folder)
    (path,) = glob.glob(folder + "/*tfevents*")
    (pathlib.Path(target) / (name + ".tfevents")).write_bytes(pathlib.Path(path).read_bytes())
