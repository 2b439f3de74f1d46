"""The VST3 in DawDreamer."""

import os
import tempfile

import numpy

from common import RATE_HZ, all_of, difference, own_display, run, skip, tell

own_display()

from dawdreamer import RenderEngine


def instance(bundle, rows, block=512):
    """An engine, its input and the plugin behind it."""
    engine = RenderEngine(RATE_HZ, block)
    source = engine.make_playback_processor("input", rows)
    plugin = engine.make_plugin_processor("plugin", bundle)
    return engine, source, plugin


def play(engine, source, plugin, frames):
    engine.load_graph([(source, []), (plugin, ["input"])])
    # Half a frame more: this host rounds down, and most times are no sums of powers of two.
    engine.render((frames + 0.5) / RATE_HZ)
    return numpy.ascontiguousarray(engine.get_audio()[:, :frames], numpy.float32)


def set_all(plugin, places):
    known = {parameter["name"]: parameter["index"] for parameter in plugin.get_parameters_description()}
    for name, place in places.items():
        plugin.set_parameter(known[name], place)


def recall(bundle, rows, places):
    """An instance with the state of another one; rows are what it will hear. That one plays first: parameters reach a
    plugin with a block."""
    # The plugin lives as long as its engine.
    other, silence, first = instance(bundle, numpy.zeros((2, 512), numpy.float32))
    set_all(first, places)
    play(other, silence, first, 512)
    with tempfile.TemporaryDirectory() as directory:
        state = os.path.join(directory, "state")
        first.save_state(state)
        engine, source, plugin = instance(bundle, rows)
        plugin.load_state(state)
    return engine, source, plugin


def octant(bundle, reference):
    frames = reference.input.shape[1]

    def by_state(preset, latency):
        rows = numpy.concatenate([reference.input, numpy.zeros((2, latency), numpy.float32)], axis=1)
        engine, source, plugin = recall(bundle, rows, reference.places(preset))
        heard = play(engine, source, plugin, frames + latency)
        if plugin.get_latency_samples() != latency:
            return False, f"latency {plugin.get_latency_samples()} instead of {latency}"
        return difference(numpy.ascontiguousarray(heard[:, latency:]), reference.rendered(preset))

    def by_parameters(preset, block=512):
        engine, source, plugin = instance(bundle, reference.input, block)
        set_all(plugin, reference.places(preset))
        return difference(play(engine, source, plugin, frames), reference.rendered(preset))

    presets = list(reference.presets())
    all_of("parameters set, played", ((name, by_parameters(name)) for name, latency in presets if latency == 0))
    blocks = ((f"blocks of {block}", by_parameters("up-down-eight", block)) for block in [1, 17, 64, 480, 4096])
    all_of("blocks of other sizes", blocks)
    try:
        all_of("state saved, loaded, played", ((name, by_state(name, latency)) for name, latency in presets))
    except RuntimeError as error:
        if "no available editor" not in str(error):
            raise
        skip("state saved, loaded, played", "this host loads states only into plugins with an editor")


def control(bundle, reference):
    """A plugin that is not ours: sound changes, and a state brings it back."""
    frames = reference.input.shape[1]
    engine, source, plugin = instance(bundle, reference.input)
    set_all(plugin, {"Threshold": 0.4})
    heard = play(engine, source, plugin, frames)
    tell(not numpy.array_equal(heard, reference.input), "changes the sound", f"{frames} frames")
    again = play(*recall(bundle, reference.input, {"Threshold": 0.4}), frames)
    good, words = difference(again, heard)
    tell(good, "state saved, loaded, played", words)


run(octant, control)
