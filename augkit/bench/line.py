"""Timing, and the line that Go's benchmarks print."""

import time


def answer(name, iterations, work, facts):
    """Times the calls and prints the mean, with what must be equal on both sides."""
    start = time.perf_counter_ns()
    for _ in range(iterations):
        work()
    each = (time.perf_counter_ns() - start) / iterations
    print(f"BenchmarkBeside/{name}", iterations, f"{each:.0f} ns/op", *(f"{v:.10g} {k}" for k, v in facts.items()), sep="\t")
