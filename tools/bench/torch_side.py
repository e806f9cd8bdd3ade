"""The same work in PyTorch eager, in a process of its own: one round for every line on standard input.

Arguments: the work as JSON, the number of threads, a folder with values.json and values.bin.
"""
import json
import resource
import sys
import time

import numpy
import torch
import torch.nn.functional as F

WORK, THREADS, FOLDER = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
BATCH, SIZE = WORK["batch"], WORK["size"]
STAGES = [(1, 3, 1), (6, 3, 2), (6, 5, 2), (6, 3, 2), (6, 5, 1), (6, 5, 2), (6, 3, 1)]
torch.set_num_threads(THREADS)


def read_values():
    """Initial values by name; convolution filters turned from HWIO to OIHW, depthwise ones from HWC1 to C1HW."""
    numbers = numpy.fromfile(f"{FOLDER}/values.bin", dtype=numpy.float32)
    values, start = {}, 0
    for name, shape in json.load(open(f"{FOLDER}/values.json")):
        count = int(numpy.prod(shape))
        value = torch.from_numpy(numbers[start : start + count].reshape(shape).copy())
        start += count
        if len(shape) == 4:
            value = value.permute((2, 3, 0, 1) if name.endswith("depthwise") else (3, 2, 0, 1)).contiguous()
        values[name] = value
    return values


def noise(count):
    index = numpy.arange(count, dtype=numpy.uint64)
    return ((index * 2654435761) % 2**32).astype(numpy.float64) / 2**32


def batch():
    images = noise(BATCH * SIZE * SIZE * 3).reshape(BATCH, SIZE, SIZE, 3).astype(numpy.float32)
    images = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    labels = torch.arange(BATCH) % 2
    aoi = (torch.arange(SIZE) < SIZE / 2).float().expand(BATCH, SIZE, SIZE).contiguous()
    return images, labels, aoi


class Net:
    """Both networks over a table of values."""

    def __init__(self, values, training):
        self.v, self.training = values, training

    def norm(self, name, x):
        v = self.v
        statistics = v[f"{name}/mean"], v[f"{name}/variance"]
        return F.batch_norm(x, *statistics, v[f"{name}/gamma"], v[f"{name}/beta"], self.training, 0.1, 1e-5)

    def conv(self, name, x, size, stride, active=True):
        y = self.norm(f"{name}/norm", F.conv2d(x, self.v[f"{name}/kernel"], None, stride, (size - 1) // 2))
        return F.silu(y) if active else y

    def bottleneck(self, name, x, expansion, size, stride):
        v = self.v
        if expansion != 1:
            x = self.conv(f"{name}/expand", x, 1, 1)
        filters = v[f"{name}/depthwise"]
        y = F.conv2d(x, filters, None, stride, (size - 1) // 2, groups=filters.shape[0])
        y = F.silu(self.norm(f"{name}/norm", y))
        narrow = F.silu(F.conv2d(y.mean((2, 3), keepdim=True), v[f"{name}/squeeze"], v[f"{name}/squeeze-bias"]))
        gate = torch.sigmoid(F.conv2d(narrow, v[f"{name}/excite"], v[f"{name}/excite-bias"]))
        return self.conv(f"{name}/project", y * gate, 1, 1, active=False)

    def features(self, x):
        x, v = x * 2 - 1, self.v
        if WORK["net"] == "b0-blocks":
            x = self.conv("stem", x, 3, 2)
            for index, stage in enumerate(STAGES):
                x = self.bottleneck(f"stage{index + 1}", x, *stage)
            return self.conv("last", x, 1, 1)
        for index in range(1, 9):
            name = f"block{index}"
            x = F.conv2d(x, v[f"{name}/conv/kernel"], v[f"{name}/conv/bias"], 1, 1)
            x = self.norm(f"{name}/norm", x)
            x = F.relu(F.max_pool2d(x, 2) if index % 2 == 0 else x)
        return x

    def head(self, maps):
        pooled = maps.mean((2, 3))
        if WORK["net"] == "custom-cnn":
            pooled = torch.cat([pooled, maps.amax((2, 3))], 1)
        return pooled @ self.v["logits/kernel"] + self.v["logits/bias"]


def ceod(net, images, labels, aoi):
    """Equations 6 to 8 of the paper with its constants; exact Grad-CAM weights, the image's own class."""
    maps = net.features(images)
    logits = net.head(maps)
    one_hot = F.one_hot(labels, 2).float()
    ce = -(one_hot * F.log_softmax(logits, 1)).sum(1)
    if WORK["loss"] == "ce":
        return ce.mean()
    (gradient,) = torch.autograd.grad((logits * one_hot).sum(), maps, create_graph=True)
    heat = F.relu((gradient.mean((2, 3), keepdim=True) * maps).sum(1))
    peak = heat.amax((1, 2), keepdim=True)
    hot = heat / (peak + (peak == 0))
    hot = hot * (hot >= 0.5)
    small = F.adaptive_avg_pool2d(aoi[:, None], heat.shape[1:])
    mask = F.conv2d(small, torch.full((1, 1, 3, 3), 0.5), padding=1)[:, 0]
    smaller = torch.minimum(hot.sum((1, 2)), mask.sum((1, 2)))
    overlap = (hot * mask).sum((1, 2)) / (smaller + (smaller == 0))
    od = -torch.log(overlap.clamp(1e-7, 1 - 1e-7))
    return (ce + 0.001 * labels * od).mean()


class Inference(torch.nn.Module):
    """For the export: values as buffers, so that they become constants of the graph."""

    def __init__(self, values):
        super().__init__()
        for name, value in values.items():
            self.register_buffer(name.replace("/", "_"), value)
        self.names = list(values)

    def forward(self, images):
        net = Net({name: getattr(self, name.replace("/", "_")) for name in self.names}, False)
        return net.head(net.features(images))


def step_function():
    values = read_values()
    images, labels, aoi = batch()
    if WORK["task"] == "infer":
        net = Inference(values)

        def infer():
            with torch.no_grad():
                return net(images)[0, 0].item()

        return infer
    frozen = ("/mean", "/variance")
    trained = [value.requires_grad_() for name, value in values.items() if not name.endswith(frozen)]
    optimizer = torch.optim.Adamax(trained, lr=0.002, eps=1e-7)
    net = Net(values, True)

    def train():
        optimizer.zero_grad(set_to_none=True)
        loss = ceod(net, images, labels, aoi)
        loss.backward()
        optimizer.step()
        return loss.item()

    return train


def say(**message):
    print(json.dumps(message), flush=True)


def main():
    if len(sys.argv) > 4:  # a file: export the network instead
        module = Inference(read_values())
        names = {"input_names": ["images"], "output_names": ["logits"]}
        torch.onnx.export(module, batch()[0], sys.argv[4], opset_version=16, do_constant_folding=True, **names)
        return
    once = step_function()
    start = time.perf_counter()
    figure = once()
    say(describe=f"PyTorch {torch.__version__}", figure=figure, firstMs=(time.perf_counter() - start) * 1000)
    for line in sys.stdin:
        steps = int(line)
        start = time.perf_counter()
        for _ in range(steps):
            once()
        seconds = time.perf_counter() - start
        say(ms=seconds * 1000 / steps, maxRss=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


main()
