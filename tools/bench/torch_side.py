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
import torchvision

WORK, THREADS, FOLDER = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
BATCH, SIZE = WORK["batch"], WORK["size"]
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


class CustomCnn(torch.nn.Module):
    """The paper's network over a table of values."""

    def __init__(self, values):
        super().__init__()
        self.names = {name: name.replace("/", "_") for name in values}
        for name, value in values.items():
            if name.endswith(("/mean", "/variance")):
                self.register_buffer(self.names[name], value)
            else:
                self.register_parameter(self.names[name], torch.nn.Parameter(value))

    def value(self, name):
        return getattr(self, self.names[name])

    def norm(self, name, x):
        mean, variance, gamma, beta = (self.value(f"{name}/{part}") for part in ("mean", "variance", "gamma", "beta"))
        return F.batch_norm(x, mean, variance, gamma, beta, self.training, 0.1, 1e-5)

    def features(self, images):
        x = images * 2 - 1
        for index in range(1, 9):
            name = f"block{index}"
            x = F.conv2d(x, self.value(f"{name}/conv/kernel"), self.value(f"{name}/conv/bias"), 1, 1)
            x = self.norm(f"{name}/norm", x)
            x = F.relu(F.max_pool2d(x, 2) if index % 2 == 0 else x)
        return x

    def head(self, maps):
        pooled = torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1)
        return pooled @ self.value("logits/kernel") + self.value("logits/bias")

    def forward(self, images):
        return self.head(self.features(images))


class EfficientNetB0(torch.nn.Module):
    """That of torchvision, whose values stand in the same order, without what is drawn at random."""

    def __init__(self, values):
        super().__init__()
        self.net = torchvision.models.efficientnet_b0(num_classes=2, stochastic_depth_prob=0.0)
        self.net.classifier[0].p = 0.0
        state = self.net.state_dict()
        names = [name for name in state if not name.endswith("num_batches_tracked")]
        for name, value in zip(names, values.values()):
            state[name] = value.t() if value.dim() == 2 else value
        self.net.load_state_dict(state)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None])
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225])[:, None, None])

    def features(self, images):
        return self.net.features((images - self.mean) / self.deviation)

    def head(self, maps):
        return self.net.classifier(maps.mean((2, 3)))

    def forward(self, images):
        return self.head(self.features(images))


NETS = {"custom-cnn": CustomCnn, "efficientnet-b0": EfficientNetB0}


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


def step_function():
    net = NETS[WORK["net"]](read_values())
    images, labels, aoi = batch()
    if WORK["task"] == "infer":
        net.eval()

        def infer():
            with torch.no_grad():
                return net(images)[0, 0].item()

        return infer
    optimizer = torch.optim.Adamax(net.parameters(), lr=0.002, eps=1e-7)

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
        module = NETS[WORK["net"]](read_values()).eval()
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
