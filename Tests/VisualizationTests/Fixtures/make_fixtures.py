"""Writes a small LeNet and what PyTorch computes of it in float64, into the folder `lenet` beside.

    pip install torch numpy safetensors && python make_fixtures.py

The network has 8 and 12 filters and 48 dense units, He's initialisation, and is trained for a few
steps on drawn images, so that no filter is dead. Results come from float32 weights and pixels, are computed in
float64 and stored as float32, NCHW and OIHW, under the names and meanings of the larger fixtures that
the same tests read where they lie beside the package.
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).parent / "lenet"
FILTERS, UNITS, CLASSES, COUNT = (8, 12), 48, 10, 10
torch.manual_seed(11)
generator = np.random.default_rng(11)


def drawn(label):
    """A 28×28 image of bytes: a bar whose angle is the class's, on a ramp, with noise."""
    y, x = np.mgrid[0:28, 0:28] - 13.5
    angle = np.pi * label / CLASSES
    dy, dx = generator.uniform(-4, 4, 2)
    across = (x - dx) * np.sin(angle) - (y - dy) * np.cos(angle)
    along = (x - dx) * np.cos(angle) + (y - dy) * np.sin(angle)
    bar = np.exp(-((across / generator.uniform(1.5, 3)) ** 2)) / (1 + np.exp(np.abs(along) - 9))
    ramp = 0.2 + 0.01 * (x * generator.uniform(-1, 1) + y * generator.uniform(-1, 1))
    image = ramp + generator.uniform(0.4, 0.7) * bar + 0.03 * generator.standard_normal((28, 28))
    return np.clip(image * 255, 0, 255).astype(np.uint8)


def he(*shape):
    fan_in = int(np.prod(shape[1:]))
    return torch.randn(*shape) * (2 / fan_in) ** 0.5


weights = {
    "conv1.weight": he(FILTERS[0], 1, 5, 5), "conv1.bias": torch.zeros(FILTERS[0]),
    "conv2.weight": he(FILTERS[1], FILTERS[0], 5, 5), "conv2.bias": torch.zeros(FILTERS[1]),
    "fc1.weight": he(UNITS, FILTERS[1] * 49), "fc1.bias": torch.zeros(UNITS),
    "fc2.weight": he(CLASSES, UNITS), "fc2.bias": torch.zeros(CLASSES),
}


def forward(w, x):
    """Every map, by the name under which it is kept."""
    maps = {"x": x}
    for number, name in ((1, "x"), (2, "p1")):
        z = F.conv2d(maps[name], w[f"conv{number}.weight"], w[f"conv{number}.bias"], padding=2)
        a = F.relu(z)
        p, s = F.max_pool2d(a, 2, return_indices=True)
        maps |= {f"z{number}": z, f"a{number}": a, f"p{number}": p, f"s{number}": s}
    maps["h1"] = maps["p2"].flatten(1) @ w["fc1.weight"].T + w["fc1.bias"]
    maps["f1"] = F.relu(maps["h1"])
    maps["logits"] = maps["f1"] @ w["fc2.weight"].T + w["fc2.bias"]
    maps["prob"] = maps["logits"].softmax(1)
    return maps


def train():
    parameters = {name: value.clone().requires_grad_() for name, value in weights.items()}
    optimizer = torch.optim.Adam(parameters.values(), 1e-3)
    for _ in range(150):
        labels = generator.integers(0, CLASSES, 50)
        x = torch.tensor(np.stack([drawn(label) for label in labels]))[:, None].float() / 255
        loss = F.cross_entropy(forward(parameters, x)["logits"], torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    for name, value in parameters.items():
        weights[name] = value.detach().float()


train()
W = {name: value.double() for name, value in weights.items()}


def fragility(maps):
    """How near a switch or a ReLU is to going the other way, as a share of the largest activation."""
    nearest = np.inf
    for number in (1, 2):
        a, z = maps[f"a{number}"], maps[f"z{number}"].abs().flatten(1)
        windows = F.unfold(a.flatten(0, 1)[:, None], 2, stride=2).sort(1, descending=True).values
        gaps = torch.where(windows[:, 0] > 0, windows[:, 0] - windows[:, 1], np.inf)
        largest = a.flatten(1).amax(1)
        gaps = gaps.reshape(len(a), -1).amin(1)
        nearest = min(nearest, (gaps / largest).min().item(), (z.amin(1) / largest).min().item())
    h = maps["h1"].abs()
    return min(nearest, (h.amin(1) / h.amax(1)).min().item())


def way(x):
    """The images from black to `x` that integrated gradients look at."""
    return torch.cat([x * ((step + 0.5) / 50) for step in range(50)])


def robust():
    """Images on which Float decides as Double does, one of each class."""
    chosen = []
    for label in range(CLASSES):
        while True:
            image = drawn(label)
            x = (torch.tensor(image).float() / 255).double()[None, None]
            if fragility(forward(W, x)) > 1e-5 and fragility(forward(W, way(x))) > 5e-7:
                chosen.append(image)
                break
    return np.stack(chosen)


pixels = robust()
X = (torch.tensor(pixels).float() / 255).double()[:, None]
LABELS = torch.arange(CLASSES)
MAPS = forward(W, X)


def archive(name, arrays):
    def stored(value):
        array = value.detach().numpy() if torch.is_tensor(value) else np.asarray(value)
        if array.dtype.kind in "iu" and array.dtype.itemsize > 1:
            return array.astype(np.int32)
        return array if array.dtype.itemsize == 1 else array.astype(np.float32)

    np.savez_compressed(FOLDER / f"{name}.npz", **{key: stored(v) for key, v in arrays.items()})


# --- the way down: signals, rules, switches -------------------------------------------------


def unpooled(signal, switches):
    return F.max_unpool2d(signal, switches, 2)


def filtered(signal, number):
    return F.conv_transpose2d(signal, W[f"conv{number}.weight"], padding=2)


def down(signal, maps, layer, rectify=F.relu):
    """A signal at the rectified maps of a convolution, down to the pixels; each step's result too."""
    steps = {}
    if layer == 2:
        signal = steps["filtered2"] = filtered(rectify(signal), 2)
        signal = steps["unpooled1"] = unpooled(signal, maps["s1"])
    signal = steps["rectified1"] = rectify(signal)
    steps["pixels"] = filtered(signal, 1)
    return steps


def of_image(k):
    return {name: value[k:k + 1] for name, value in MAPS.items()}


def strongest(plane):
    index = int(plane.argmax())
    return index // plane.shape[1], index % plane.shape[1]


def projections():
    cases, values, images = [], [], []
    for k in range(0, COUNT, 2):
        maps = of_image(k)
        for layer in (1, 2):
            a = maps[f"a{layer}"]
            live = [f for f in range(FILTERS[layer - 1]) if a[0, f].max() > 0]
            for f in live[k % 3::3]:
                for mode in range(3):
                    signal = torch.zeros_like(a)
                    y, x = strongest(a[0, f]) if mode == 0 else (-1, -1)
                    if mode == 0:
                        signal[0, f, y, x] = a[0, f, y, x]
                    elif mode == 1:
                        signal[0, f] = a[0, f]
                    else:
                        pooled = torch.zeros_like(maps[f"p{layer}"])
                        pooled[0, f] = maps[f"p{layer}"][0, f]
                        signal = unpooled(pooled, maps[f"s{layer}"])
                    cases.append((k, layer, f, mode, y, x))
                    values.append(float(a[0, f, y, x]) if mode == 0 else np.nan)
                    images.append(down(signal, maps, layer)["pixels"][0, 0])
    k, f = 3, int(of_image(3)["a2"][0].amax((1, 2)).argmax())
    maps = of_image(k)
    y, x = strongest(maps["a2"][0, f])
    signal = torch.zeros_like(maps["a2"])
    signal[0, f, y, x] = maps["a2"][0, f, y, x]
    steps = down(signal, maps, 2)
    archive("deconv", {
        "case": cases, "value": values, "pixels": torch.stack(images),
        "trace_case": (k, 2, f, y, x), "trace_value": signal[0, f, y, x],
        **{f"trace_{name}": step[0].squeeze(0) for name, step in steps.items()},
        "trace_pixels_without_relu": down(signal, maps, 2, lambda s: s)["pixels"][0, 0]})


def dense_projections():
    def to_pixels(at_fc1, maps):
        pooled = (F.relu(at_fc1) @ W["fc1.weight"]).reshape(1, FILTERS[1], 7, 7)
        return down(unpooled(pooled, maps["s2"]), maps, 2)["pixels"][0, 0]

    logit_cases, f1_cases = [(0, 0), (3, 3), (5, 1), (8, 8)], []
    logit_pixels, f1_pixels = [], []
    for k, label in logit_cases:
        logit_pixels.append(to_pixels(W["fc2.weight"][label:label + 1], of_image(k)))
    for k in (0, 2, 4, 9):
        unit = int(MAPS["f1"][k].argmax())
        one = torch.zeros(1, UNITS, dtype=torch.float64)
        one[0, unit] = MAPS["f1"][k, unit]
        f1_cases.append((k, unit))
        f1_pixels.append(to_pixels(one, of_image(k)))
    archive("deconv_fc", {
        "logit_case": logit_cases, "logit_pixels": torch.stack(logit_pixels),
        "f1_case": f1_cases, "f1_pixels": torch.stack(f1_pixels)})


# --- gradients ------------------------------------------------------------------------------


class GuidedReLU(torch.autograd.Function):
    @staticmethod
    def forward(context, z):
        context.save_for_backward(z)
        return z.clamp(min=0)

    @staticmethod
    def backward(context, gradient):
        (z,) = context.saved_tensors
        return gradient * (z > 0) * (gradient > 0)


def gradient(k, label, x=None, guided=False, of=("x",)):
    """Derivatives of a logit by some maps of image k, or of another image."""
    x = (X[k:k + 1] if x is None else x).clone().requires_grad_()
    plain = F.relu
    if guided:
        F.relu = GuidedReLU.apply
    maps = forward(W, x)
    F.relu = plain
    return torch.autograd.grad(maps["logits"][:, label].sum(), [maps[name] for name in of])


def resized(plane):
    return F.interpolate(plane[None, None], size=28, mode="bilinear", align_corners=False)[0, 0]


def gradients():
    out = {name: [] for name in (
        "saliency", "guided", "gradcam14", "gradcam28", "gradcam_pool7", "gradcam_alpha",
        "guided_gradcam", "integrated_gradients")}
    for k in range(COUNT):
        label = int(LABELS[k])
        saliency, at_a2, at_p2 = gradient(k, label, of=("x", "a2", "p2"))
        (guided,) = gradient(k, label, guided=True)
        alpha = at_a2[0].mean((1, 2))
        cam = F.relu((alpha[:, None, None] * MAPS["a2"][k]).sum(0))
        pooled = F.relu((at_p2[0].mean((1, 2))[:, None, None] * MAPS["p2"][k]).sum(0))
        (along,) = gradient(k, label, x=way(X[k:k + 1]))
        for name, value in {
            "saliency": saliency[0, 0], "guided": guided[0, 0], "gradcam14": cam,
            "gradcam28": resized(cam), "gradcam_pool7": pooled, "gradcam_alpha": alpha,
            "guided_gradcam": resized(cam) * guided[0, 0],
            "integrated_gradients": X[k, 0] * along.mean(0)[0],
        }.items():
            out[name].append(value)
    out = {name: torch.stack(values) for name, values in out.items()}
    noise = torch.tensor(0.1 * generator.standard_normal((8, 28, 28))).float().double()
    out["smoothgrad_noise"] = noise
    out["smoothgrad"] = torch.stack([
        gradient(k, int(LABELS[k]), x=X[k:k + 1] + noise[:, None])[0].mean(0)[0] for k in range(2)])
    k, f = 4, int(MAPS["a2"][4].amax((1, 2)).argmax())
    y, x = strongest(MAPS["a2"][k, f])
    out["unit_case"] = (k, 2, f, y, x)
    for name, relu in (("unit_saliency", F.relu), ("unit_guided", GuidedReLU.apply)):
        image = X[k:k + 1].clone().requires_grad_()
        plain, F.relu = F.relu, relu
        unit = forward(W, image)["a2"][0, f, y, x]
        F.relu = plain
        out[name] = torch.autograd.grad(unit, image)[0][0, 0]
    archive("gradients", out)


# --- occlusion, invariance, correspondence --------------------------------------------------


def occlusion():
    arrays = {}
    for k in range(3):
        clean = of_image(k)
        f = int(clean["a2"][0].amax((1, 2)).argmax())
        for size, stride in ((7, 1), (8, 4)):
            places = list(range(0, 28 - size + 1, stride))
            covered = X[k:k + 1].repeat(len(places) ** 2, 1, 1, 1)
            for number, (y, x) in enumerate((y, x) for y in places for x in places):
                covered[number, 0, y:y + size, x:x + size] = 0.5
            maps = forward(W, covered)
            grid = (len(places), len(places))
            arrays |= {f"i{k}_p{size}s{stride}_{name}": value for name, value in {
                "activity": maps["a2"][:, f].sum((1, 2)).reshape(grid),
                "prob_true": maps["prob"][:, LABELS[k]].reshape(grid),
                "clean_prob": clean["prob"][0], "strongest": np.int32(f),
                "best_class": maps["prob"].argmax(1).reshape(grid),
                "clean_activity": clean["a2"][0, f].sum(),
            }.items()}
            if size == 8:
                arrays[f"i{k}_p8s4_prob_all"] = maps["prob"].reshape(*grid, CLASSES)
    archive("occlusion", arrays)


def warped(image, down=0.0, scale=1.0, degrees=0.0):
    """Inverse mapping about the middle, bilinear, zero outside."""
    y, x = np.mgrid[0:28, 0:28].astype(np.float64)
    radians = np.deg2rad(degrees)
    cos, sin = np.cos(radians), np.sin(radians)
    if degrees % 90 == 0:
        cos, sin = np.round(cos), np.round(sin)
    u, v = y - 13.5 - down, x - 13.5
    sy, sx = 13.5 + (cos * u + sin * v) / scale, 13.5 + (-sin * u + cos * v) / scale
    y0, x0 = np.floor(sy).astype(int), np.floor(sx).astype(int)
    result = np.zeros((28, 28))
    for dy in (0, 1):
        for dx in (0, 1):
            yy, xx = y0 + dy, x0 + dx
            weight = (1 - np.abs(sy - yy)) * (1 - np.abs(sx - xx))
            inside = (yy >= 0) & (yy < 28) & (xx >= 0) & (xx < 28)
            result[inside] += (weight * image[yy.clip(0, 27), xx.clip(0, 27)])[inside]
    return result


def invariance():
    rows = [0, 2, 5, 7, 9]
    kinds = {
        "translation": ("down", np.arange(-10, 11, 4)),
        "scale": ("scale", np.round(np.arange(1.0, 1.81, 0.2), 1)),
        "rotation": ("degrees", np.arange(0, 360, 30)),
    }
    arrays = {"image": rows}
    for kind, (argument, amounts) in kinds.items():
        features = {name: [] for name in ("a1", "p1", "p2", "f1")}
        probabilities = []
        for row in rows:
            images = np.stack([
                warped(X[row, 0].numpy(), **{argument: float(amount)}) for amount in amounts])
            if row == rows[0]:
                arrays[f"{kind}_images"] = images
            maps = forward(W, torch.tensor(images)[:, None])
            for name in features:
                clear = MAPS[name][row].flatten()
                features[name].append((maps[name].flatten(1) - clear).norm(dim=1))
            probabilities.append(maps["prob"][:, LABELS[row]])
        arrays[kind] = amounts.astype(np.float64)
        arrays[f"{kind}_prob"] = torch.stack(probabilities)
        for name, distances in features.items():
            arrays[f"{kind}_dist_{name}"] = torch.stack(distances)
    archive("invariance", arrays)


def correspondence():
    index, tau = [1, 3, 4, 6, 8], 1e-6
    sizes = [(int(generator.integers(5, 9)), int(generator.integers(5, 9))) for _ in index]

    def place(h, w):
        return int(generator.integers(0, 29 - h)), int(generator.integers(0, 29 - w))

    sets = {"part": [(*place(h, w), h, w) for h, w in sizes]}
    for number in range(5):
        sets[f"random{number}"] = [(*place(h, w), h, w) for h, w in sizes]
    for number in range(5):
        y, x = place(8, 8)
        sets[f"shared{number}"] = [(y, x, h, w) for h, w in sizes]
    arrays = {"index": index, "fill": np.float32(0.5), "tau": np.float32(tau)}
    for name, boxes in sets.items():
        hidden = X[index].clone()
        for row, (y, x, h, w) in enumerate(boxes):
            hidden[row, 0, y:y + h, x:x + w] = 0.5
        maps = forward(W, hidden)
        arrays[f"{name}_boxes"] = boxes
        for stage in ("p1", "p2", "f1"):
            change = (MAPS[stage][index] - maps[stage]).flatten(1)
            # A change that lies on the threshold would be decided by rounding.
            assert not (((change.abs() - tau).abs() < 5e-7) & (change != 0)).any(), (name, stage)
            signs = (change.sign() * (change.abs() > tau)).numpy().astype(np.int8)
            hamming = (signs[:, None] != signs[None]).sum(2)
            pairs = hamming[np.triu_indices(5, 1)] / signs.shape[1]
            arrays |= {
                f"{name}_{stage}_hamming": hamming, f"{name}_{stage}_delta_sum": hamming.sum(),
                f"{name}_{stage}_mean": pairs.mean(), f"{name}_{stage}_std": pairs.std()}
            if (name, stage) == ("part", "f1"):
                arrays["part_f1_sign"] = signs
    archive("correspondence", arrays)


FOLDER.mkdir(exist_ok=True)
save_file(
    {name: value.numpy() for name, value in weights.items()}, FOLDER / "weights.safetensors",
    metadata={"torch_version": torch.__version__})
archive("images", {
    "u8": pixels, "label": LABELS, "logits": MAPS["logits"], "prob": MAPS["prob"],
    "fragility": [fragility(of_image(k)) for k in range(COUNT)]})
archive("forward", {
    name: MAPS[name][:2] for name in (
        "z1", "a1", "p1", "s1", "z2", "a2", "p2", "s2", "h1", "f1", "logits", "prob")})
projections()
dense_projections()
gradients()
occlusion()
invariance()
correspondence()
