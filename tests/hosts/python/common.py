"""What both Python hosts share: reading the reference, comparing, telling.

A line of output is one check: "passed", "failed" or "skipped", its name, and what was found, with tabs between. The last line is
"done".
"""

import ctypes
import math
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import time

import numpy

RATE_HZ = 48000
# The most that may differ where a host touches the signal.
NULL_DB = -140.0


def own_display():
    """A display without a screen and a window manager, which go with this program: hosts built with JUCE need both to open
    a window. Where they are missing there is no display at all, rather than somebody else's. To be called before such a
    host is imported."""
    os.environ["DISPLAY"] = ":65535"
    mortal = {"preexec_fn": lambda: ctypes.CDLL(None).prctl(1, signal.SIGTERM), "stderr": subprocess.DEVNULL}
    there, here = os.pipe()
    try:
        words = ["Xvfb", "-displayfd", str(here), "-screen", "0", "1600x1000x24"]
        subprocess.Popen(words, pass_fds=[here], **mortal)
        os.close(here)
        display = ":" + os.fdopen(there).readline().strip()
        begun = pathlib.Path(tempfile.mkdtemp()) / "begun"
        manager = subprocess.Popen(["openbox", "--startup", f"touch {begun}"], env={**os.environ, "DISPLAY": display}, **mortal)
        while not begun.exists() and manager.poll() is None:
            time.sleep(0.05)
        if begun.exists():
            os.environ["DISPLAY"] = display
    except OSError:
        pass


class Reference:
    """The directory that `cargo xtask validate` makes; arrays are (channels, frames), float32."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.input = read_wav(self.directory / "input.wav")

    def presets(self):
        """Name and latency in frames of every preset that needs no sidechain."""
        for line in (self.directory / "presets.tsv").read_text().splitlines():
            name, listens, latency = line.split("\t")
            if listens == "0":
                yield name, int(latency)

    def places(self, preset):
        """Name of each parameter and its place, 0 ... 1."""
        lines = (self.directory / f"{preset}.tsv").read_text().splitlines()
        return {name: float(place) for name, place in (line.split("\t") for line in lines)}

    def rendered(self, preset):
        """What `octant render` made of the input."""
        return read_wav(self.directory / f"{preset}.wav")


def read_wav(path):
    """A WAV file of 32-bit floats."""
    data = path.read_bytes()
    at, channels = 12, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack("<I", data[at + 4 : at + 8])[0]
        body = data[at + 8 : at + 8 + size]
        if name == b"fmt ":
            kind, channels, rate = struct.unpack("<HHI", body[:8])
            bits = struct.unpack("<H", body[14:16])[0]
            if (kind, bits, rate) not in [(3, 32, RATE_HZ), (0xFFFE, 32, RATE_HZ)]:
                raise ValueError(f"{path}: not 32-bit float at {RATE_HZ} Hz")
        if name == b"data":
            return numpy.frombuffer(body, "<f4").reshape(-1, channels).T.copy()
        at += 8 + size + size % 2
    raise ValueError(f"{path}: no audio")


def difference(heard, expected):
    """(fine, words): bit for bit, or the null in dB below full scale."""
    if heard.shape != expected.shape:
        return False, f"{heard.shape} instead of {expected.shape}"
    if numpy.array_equal(heard.view(numpy.uint32), expected.view(numpy.uint32)):
        return True, "bit for bit"
    worst = float(numpy.abs(heard.astype(float) - expected).max())
    if not math.isfinite(worst):
        return False, "NaN or infinity"
    null_db = 20 * math.log10(worst) if worst > 0 else -math.inf
    return null_db <= NULL_DB, f"null {null_db:.1f} dB"


def tell(good, check, found):
    """One check."""
    print("passed" if good else "failed", check, str(found).replace("\t", " ").replace("\n", " "), sep="\t", flush=True)


def skip(check, why):
    """A check that this host cannot make."""
    print("skipped", check, why, sep="\t", flush=True)


def all_of(check, results):
    """One line for many results of (name, (fine, words))."""
    results = list(results)
    bad = [f"{name}: {words}" for name, (good, words) in results if not good]
    kinds = sorted({words for _, (good, words) in results if good})
    tell(bool(results) and not bad, check, "; ".join(bad) or f"{len(results)} times {', '.join(kinds)}")


def run(octant, control):
    """Calls one of both: SCRIPT octant BUNDLE REFERENCE, or SCRIPT control BUNDLE REFERENCE. What it raises is a failure."""
    what, bundle, directory = sys.argv[1:4]
    try:
        {"octant": octant, "control": control}[what](bundle, Reference(directory))
    except Exception as error:
        tell(False, what, f"{type(error).__name__}: {error}")
    print("done", flush=True)
