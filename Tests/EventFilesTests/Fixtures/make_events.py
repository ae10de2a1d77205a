"""Writes the fixture events.out.tfevents with TensorBoard's own messages and record writer.

usage: python make_events.py DIRECTORY      (TensorBoard 2.21.0)

The writer's name in the first event holds the version that made the file.
"""

import struct
import sys

from google.protobuf import struct_pb2
from tensorboard import version
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

Value = summary_pb2.Summary.Value


def shape(*lengths):
    return tensor_shape_pb2.TensorShapeProto(
        dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=length) for length in lengths])


def metadata(plugin, data_class, content=b"", name="", description=""):
    return summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin, content=content),
        display_name=name, summary_description=description, data_class=data_class)


def tensor(dtype, lengths, **values):
    return tensor_pb2.TensorProto(dtype=dtype, tensor_shape=shape(*lengths), **values)


def hparams(tag, **content):
    data = plugin_data_pb2.HParamsPluginData(**content).SerializeToString(deterministic=True)
    return Value(tag=tag, metadata=metadata("hparams", 2, data), tensor=tensor(1, [0]))


def events():
    yield event_pb2.Event(
        wall_time=1.5e9, file_version="brain.Event:2",
        source_metadata=event_pb2.SourceMetadata(writer="tensorboard " + version.VERSION))
    yield event_pb2.Event(wall_time=1.5e9 + 0.25, graph_def=b"\x0a\x03abc")
    yield event_pb2.Event(wall_time=1.5e9 + 0.5, step=-3, session_log=event_pb2.SessionLog(
        status=1, checkpoint_path="a/b", msg="Grüße"))
    yield event_pb2.Event(wall_time=1.5e9 + 1, tagged_run_metadata=event_pb2.TaggedRunMetadata(
        tag="step1", run_metadata=b"\x01\x02"))
    yield event_pb2.Event(wall_time=1.5e9 + 2, meta_graph_def=b"\x0a\x00")

    def summary(step, *values):
        return event_pb2.Event(
            wall_time=1.5e9 + step, step=step, summary=summary_pb2.Summary(value=values))

    yield summary(
        10, Value(tag="loss", simple_value=0.25), Value(tag="nan", simple_value=float("nan")),
        Value(tag="named", simple_value=-1, metadata=metadata("scalars", 1, b"", "Name", "*d*")))
    yield summary(
        1 << 40, Value(tag="picture", metadata=metadata("images", 3), image=summary_pb2.Summary.Image(
            height=2, width=3, colorspace=4, encoded_image_string=b"\x89PNG")))
    yield summary(12, Value(tag="weights", histo=summary_pb2.HistogramProto(
        min=-1, max=2, num=4, sum=1.5, sum_squares=5.25, bucket_limit=[0, 1, 2], bucket=[1, 1, 2])))
    yield summary(13, Value(tag="sound", audio=summary_pb2.Summary.Audio(
        sample_rate=8000, num_channels=1, length_frames=2, encoded_audio_string=b"RIFF",
        content_type="audio/wav")))
    yield summary(
        14,
        Value(tag="float", tensor=tensor(1, [], float_val=[1.5])),
        Value(tag="double", tensor=tensor(2, [1, 3], double_val=[1, 2, 3])),
        Value(tag="int32", tensor=tensor(3, [2], int_val=[-1, 70000])),
        Value(tag="text", metadata=metadata("text", 2),
              tensor=tensor(7, [2], string_val=["**a**".encode(), "世界".encode()])),
        Value(tag="int64", tensor=tensor(9, [1], int64_val=[-(1 << 62)])),
        Value(tag="bool", tensor=tensor(10, [2], bool_val=[True, False])),
        Value(tag="half", tensor=tensor(19, [2], half_val=[0x3C00, 0xC000])),
        Value(tag="uint64", tensor=tensor(23, [1], uint64_val=[(1 << 64) - 1])),
        Value(tag="raw", tensor=tensor(
            2, [2, 3], tensor_content=struct.pack("<6d", 0, 1, 5, 1, 2, 7))))
    experiment = api_pb2.Experiment(
        description="d", user="u", time_created_secs=3,
        hparam_infos=[
            api_pb2.HParamInfo(name="lr", type=3, display_name="rate", description="r",
                               domain_interval=api_pb2.Interval(min_value=0, max_value=1)),
            api_pb2.HParamInfo(name="opt", type=1, domain_discrete=struct_pb2.ListValue(
                values=[struct_pb2.Value(string_value="adam")]))],
        metric_infos=[api_pb2.MetricInfo(
            name=api_pb2.MetricName(group="g", tag="loss"), display_name="m", description="n",
            dataset_type=2)])
    start = plugin_data_pb2.SessionStartInfo(
        model_uri="m", monitor_url="w", group_name="g", start_time_secs=4)
    start.hparams["bn"].bool_value = True
    start.hparams["lr"].number_value = 0.5
    start.hparams["opt"].string_value = "adam"
    yield summary(
        0, hparams("_hparams_/experiment", experiment=experiment),
        hparams("_hparams_/session_start_info", session_start_info=start),
        hparams("_hparams_/session_end_info",
                session_end_info=plugin_data_pb2.SessionEndInfo(status=1, end_time_secs=5)))


with open(sys.argv[1] + "/events.out.tfevents", "wb") as file:
    writer = RecordWriter(file)
    for event in events():
        writer.write(event.SerializeToString(deterministic=True))
