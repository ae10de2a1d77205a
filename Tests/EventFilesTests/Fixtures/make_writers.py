"""Makes writers/: small event files of other tools, and what TensorBoard reads in them.

    python make_writers.py torch         (pip install torch tensorboard)
    python make_writers.py tensorboardx  (pip install tensorboardX)
    python make_writers.py tensorflow    (pip install tensorflow-cpu)
    python make_writers.py expected      (pip install tensorboard): writers/expected.json
"""
import base64
import json
import math
import pathlib
import shutil
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent / "writers"
PICTURE = (np.arange(4 * 5 * 3) * 4).reshape(4, 5, 3).astype(np.uint8)
SOUND = np.sin(np.arange(64) / 5).astype(np.float32)
LOSSES = [1.5, 0.1, 1e-30, math.nan, math.inf, -math.inf]


def write_like_torch(writer, sound, mesh):
    for step, loss in enumerate(LOSSES):
        writer.add_scalar("loss/train", loss, step * 10)
    writer.add_scalars("both", {"a": 1.0, "b": 2.0}, 3)
    writer.add_histogram("weights", np.linspace(-1, 1, 50), 7)
    writer.add_image("picture", PICTURE, 8, dataformats="HWC")
    writer.add_audio("sound", sound, 9, sample_rate=8000)
    writer.add_text("notes", "**bold** text", 10)
    writer.add_pr_curve("pr", np.arange(8) % 2, np.linspace(0, 1, 8), 11, num_thresholds=5)
    writer.add_mesh("mesh", vertices=mesh, global_step=12)
    writer.add_custom_scalars({"all": {"losses": ["Multiline", ["loss/train"]]}})
    writer.close()


def write_tensorflow(folder):
    import tensorflow as tf
    with tf.summary.create_file_writer(str(folder)).as_default():
        for step, loss in enumerate(LOSSES):
            tf.summary.scalar("loss/train", loss, step * 10)
        tf.summary.histogram("weights", np.linspace(-1, 1, 50), 7, buckets=5)
        tf.summary.image("picture", PICTURE[None], 8)
        tf.summary.audio("sound", SOUND[None, :, None], 8000, 9)
        tf.summary.text("notes", "**bold** text", 10)


def encoded(data):
    return base64.b64encode(data).decode()


def told(array):
    """The numbers of an array as Python prints them, or its strings in base 64."""
    return [
        encoded(item) if isinstance(item, bytes) else repr(float(item)) for item in array.flatten()]


def expected():
    from tensorboard.backend.event_processing import event_accumulator
    from tensorboard.util.tensor_util import make_ndarray
    result = {}
    for folder in sorted(path for path in HERE.rglob("*") if path.is_dir()):
        if not any("tfevents" in path.name for path in folder.iterdir()):
            continue
        run = event_accumulator.EventAccumulator(
            str(folder), size_guidance=event_accumulator.STORE_EVERYTHING_SIZE_GUIDANCE)
        run.Reload()
        tags, others = {}, {}
        for tag in run.Tags()["scalars"]:
            tags[tag] = [[e.step, repr(e.wall_time), repr(e.value)] for e in run.Scalars(tag)]
        for tag in run.Tags()["tensors"]:
            if run.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
                tags[tag] = [
                    [e.step, repr(e.wall_time), repr(float(make_ndarray(e.tensor_proto)))]
                    for e in run.Tensors(tag)]
            else:
                others[tag] = [[e.step, told(make_ndarray(e.tensor_proto))] for e in run.Tensors(tag)]
        for tag in run.Tags()["images"]:
            others[tag] = [[e.step, encoded(e.encoded_image_string)] for e in run.Images(tag)]
        for tag in run.Tags()["audio"]:
            others[tag] = [[e.step, encoded(e.encoded_audio_string)] for e in run.Audio(tag)]
        for tag in run.Tags()["histograms"]:
            others[tag] = [
                [e.step, [repr(float(x)) for x in e.histogram_value.bucket_limit
                          + e.histogram_value.bucket]] for e in run.Histograms(tag)]
        result[str(folder.relative_to(HERE))] = {"scalars": tags, "others": others}
    (HERE / "expected.json").write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")


def main():
    what = sys.argv[1]
    if what == "expected":
        return expected()
    folder = HERE / what
    shutil.rmtree(folder, ignore_errors=True)
    if what == "torch":
        from torch.utils.tensorboard import SummaryWriter
        import torch
        write_like_torch(
            SummaryWriter(str(folder)), SOUND[None, :], torch.arange(9.).reshape(1, 3, 3))
    elif what == "tensorboardx":
        from tensorboardX import SummaryWriter
        write_like_torch(
            SummaryWriter(str(folder)), SOUND[:, None], np.arange(9.0).reshape(1, 3, 3))
    else:
        write_tensorflow(folder)
    # The names of files hold this machine's: others are as good.
    for number, path in enumerate(sorted(folder.rglob("*tfevents*"))):
        path.rename(path.parent / f"events.out.tfevents.1700000000.host.1.{number}")


if __name__ == "__main__":
    main()
