"""Writes torchvision's networks with random weights for benchmark-forward, and runs them with PyTorch.

usage: peer.py export NETWORK FILE.onnx [BATCH_SIZE]
       peer.py run NETWORK BATCH_SIZE [SECONDS [THREADS]] [fused]

run prints a line for each memory format: images a second, images in a second of processor time, the most
memory that was held in MB. NETWORK is torchvision's name; with "-relu" behind it, ReLU6 becomes ReLU. "fused"
folds the batch normalizations into the convolutions before, as the importer does; PyTorch by itself keeps them.
"""

import pathlib
import sys

import torch
import torchvision

sys.path.append(str(pathlib.Path(__file__).parent.parent))
from torch_rate import rates


def network(name):
    torch.manual_seed(1)
    model = torchvision.models.get_model(name.removesuffix("-relu"), weights=None).eval()
    # Statistics as after training: a batch normalization that changes nothing would be left out.
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
        for child, layer in module.named_children():
            if name.endswith("-relu") and isinstance(layer, torch.nn.ReLU6):
                setattr(module, child, torch.nn.ReLU())
    return model


def export(name, path, batch=1):
    torch.onnx.export(
        network(name), (torch.rand(batch, 3, 224, 224),), path, dynamo=False, input_names=["images"],
        dynamic_axes={"images": {0: "batch"}}, do_constant_folding=False,
        training=torch.onnx.TrainingMode.EVAL)


def run(name, batch, fused, seconds=5.0, threads=2):
    torch.set_num_threads(int(threads))
    model = network(name)
    if fused:
        from torch.fx.experimental.optimization import fuse
        model = fuse(model)
    images = torch.rand(batch, 3, 224, 224)
    with torch.no_grad():
        for memory_format, rate, cpu, memory in rates(model, images, seconds, lambda model, images: model(images)):
            print(
                f"{rate:.2f} {cpu:.2f} {memory:.0f} img/s, img/s of processor time and MB of {name} at batch {batch}, "
                f"{memory_format}, torch {torch.__version__}")


if __name__ == "__main__":
    if sys.argv[1] == "export":
        export(sys.argv[2], sys.argv[3], *map(int, sys.argv[4:5]))
    else:
        rest = [word for word in sys.argv[4:] if word != "fused"]
        run(sys.argv[2], int(sys.argv[3]), "fused" in sys.argv, *map(float, rest))
