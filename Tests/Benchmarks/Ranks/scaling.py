#!/usr/bin/env python3
"""How fast one training on many ranks is, by what one rank and the network were measured to do: Markdown tables.

    python3 Tests/Benchmarks/Ranks/scaling.py

A step of n ranks takes: the images of the largest part, one after the other; the update of all parameters, which
each rank makes for itself; and the exchange, in which each rank copies its gradients G (4 bytes each), sends and
receives (n - 1)/n of them in n - 1 messages, adds up its slice of all ranks, sends and receives (n - 1)/n again,
and copies them back. Messages leave a rank one after the other, but don't wait for each other: of each exchange
one latency is waited for, and every message costs its overhead. Nothing overlaps with computing.
"""

# What one thread of the machine of README.md needs: seconds an image, seconds an update, parameters.
NETWORKS = {
    "LeNet-5 on 28 × 28": (0.24e-3, 16e-3, 3_274_634),
    "LSTM of 128 on 28 rows": (0.12e-3, 0.5e-3, 82_186),
}
# Seconds until the first byte is there, seconds that a message costs its sender, bytes a second of a rank.
WIRES = {
    "memory": (2e-6, 1e-6, 4e9),
    "100 Gb/s": (3e-6, 1e-6, 11.5e9),
    "10 Gb/s": (25e-6, 3e-6, 1.18e9),
    "1 Gb/s": (50e-6, 5e-6, 0.118e9),
}
COPIED = 5e9  # bytes a second that a thread copies or adds
RANKS = (1, 2, 4, 8, 16, 32, 64)


def exchange(ranks, parameters, wire):
    """Seconds in which all ranks' gradients become one sum."""
    if ranks == 1:
        return 0
    latency, message, rate = WIRES[wire]
    gradients = 4 * parameters
    sent = latency + (ranks - 1) * message + gradients * (ranks - 1) / ranks / rate
    return 2 * sent + 3 * gradients / COPIED


def step(ranks, network, batch, wire):
    """Seconds of a step: of its images, its update and its exchange."""
    image, update, parameters = NETWORKS[network]
    return -(-batch // ranks) * image, update, exchange(ranks, parameters, wire)


def main():
    for network, (_, _, parameters) in NETWORKS.items():
        for batch in (64, 512, 4096):
            alone = sum(step(1, network, batch, "memory"))
            print(f"\n{network}, batches of {batch}; {4 * parameters / 1e6:.1f} MB of gradients, "
                  f"a step of one rank {1e3 * alone:.1f} ms\n")
            print("| ranks | images, ms | update, ms | " + " | ".join(WIRES) + " |")
            print("|---" * (3 + len(WIRES)) + "|")
            for ranks in RANKS:
                images, update, _ = step(ranks, network, batch, "memory")
                cells = []
                for wire in WIRES:
                    parts = step(ranks, network, batch, wire)
                    cells.append(f"{1e3 * parts[2]:.1f} ms, {alone / sum(parts):.1f}×")
                print(f"| {ranks} | {1e3 * images:.1f} | {1e3 * update:.1f} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
