"""Measures how long a reader waits: from running a cell to its first output, and to its end, on the project's kernel.

Example: make latency

Two cells: one trains, so it is linked with the backend; one reads a record and knows no tensors. Each is run first in a
new kernel (cold), again as it is (warm), and with a changed number, which is what a reader does. Beside the wall clock
stand the processor seconds of the build and of the cell, which another program on the machine does not change.
"""

import os
import queue
import sys
import tempfile
import time
from pathlib import Path

JUPYTER = Path(__file__).resolve().parents[2] / ".jupyter"
os.environ.setdefault("JUPYTER_DATA_DIR", str(JUPYTER))
os.environ.setdefault("JUPYTER_RUNTIME_DIR", str(JUPYTER / "runtime"))

from jupyter_client import KernelManager

IMPORTS = """import (
	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/report"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/train"
)

%%
"""
TRAINS = IMPORTS + """exp, err := experiment.Default("watch7")
report.Must(err)
exp.Train.Epochs = NUMBER
live := report.NewLive(exp)
_, err = augkit.Train(augkit.Context(), exp, train.Options{Dir: os.Getenv("AUG_RUNS") + "/NUMBER", OnEpoch: live.Epoch})
report.Must(err)
"""
READS = IMPORTS + """run, err := runlog.Open(os.Getenv("AUG_RUNS") + "/2")
report.Must(err)
report.Accuracy(run).Display()
fmt.Println(NUMBER)
"""


def processor(pid):
    """The processor seconds of a process and of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


class Kernel:
    """A kernel of its own for the cells that are to be timed."""

    def __init__(self, runs):
        self.manager = KernelManager(kernel_name="gonb")
        self.manager.start_kernel(env=os.environ | {"AUG_RUNS": runs})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=600)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, code):
        """Runs a cell; returns seconds to its first output, to its end, and of the processor."""
        pid = self.manager.provisioner.process.pid
        busy, started, first = processor(pid), time.monotonic(), None
        sent = self.client.execute(code)
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=3600)
            except queue.Empty:
                raise SystemExit("a cell gave no answer for an hour") from None
            if message["parent_header"].get("msg_id") != sent:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "error":
                raise SystemExit("a cell failed: " + "\n".join(content["traceback"]))
            if kind in ("display_data", "stream", "execute_result"):
                first = first or time.monotonic() - started
            if kind == "status" and content["execution_state"] == "idle":
                return first, time.monotonic() - started, processor(pid) - busy


def main():
    print(f"{'cell':<34}{'first output':>14}{'end':>10}{'processor':>11}", flush=True)
    with tempfile.TemporaryDirectory() as runs:
        for name, code in (("trains", TRAINS), ("reads", READS)):
            kernel = Kernel(runs)
            try:
                for how, number in (("cold: a new kernel", 2), ("warm: again, as it is", 2), ("warm: a number changed", 3)):
                    first, end, busy = kernel.run(code.replace("NUMBER", str(number)))
                    shown = f"{first:12.1f} s" if first else f"{'none':>14}"
                    print(f"{name + ', ' + how:<34}{shown}{end:8.1f} s{busy:9.1f} s", flush=True)
            finally:
                kernel.close()


if __name__ == "__main__":
    sys.exit(main())
