"""How fast PyTorch does something with a batch of images: what the peers of benchmark-forward and benchmark-deconv
have in common."""

import resource
import statistics
import time

import torch


def rates(model, images, seconds, step):
    """For each memory format, it, images a second, images in a second of processor time, and the most memory in MB.

    `step(model, images)` is done again and again for `seconds` in all.
    """
    batch = len(images)
    for memory_format in (torch.contiguous_format, torch.channels_last):
        model = model.to(memory_format=memory_format)
        images = images.detach().to(memory_format=memory_format)
        times = []
        for _ in range(2):
            step(model, images)
        cpu, end = time.process_time(), time.time() + seconds / 2
        while time.time() < end or len(times) < 3:
            start = time.time()
            step(model, images)
            times.append(time.time() - start)
        cpu = (time.process_time() - cpu) / len(times) / batch
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        yield memory_format, batch / statistics.median(times), 1 / cpu, memory
