"""The VST3 in pedalboard."""

import numpy
from pedalboard import VST3Plugin

from common import RATE_HZ, all_of, difference, run, tell


def load(bundle, name=None):
    return VST3Plugin(bundle, plugin_name=name) if name else VST3Plugin(bundle)


def set_all(plugin, places):
    """Sets parameters by the names that the plugin shows."""
    # The public `parameters` ask for the text of every value first: seconds for each plugin.
    known = {parameter.name: parameter for parameter in plugin._parameters}
    for name, place in places.items():
        known[name].raw_value = place


def play(plugin, rows, block=512):
    return plugin.process(rows, RATE_HZ, buffer_size=block, reset=True)


def recall(first, second, places):
    """The second instance with the state of the first. That one plays first: parameters reach a plugin with a block."""
    set_all(first, places)
    play(first, numpy.zeros((2, 512), numpy.float32))
    second.raw_state = first.raw_state
    return second


def octant(bundle, reference):
    names = VST3Plugin.get_plugin_names_for_file(bundle)
    tell(names == ["Octant", "Octant Mono"], "scan", ", ".join(names))
    # Loading a plugin and giving it a state cost this host a second each: it asks for the text of every value.
    first, second = load(bundle, "Octant"), load(bundle, "Octant")

    def by_parameters(preset, block=512):
        set_all(first, reference.places(preset))
        return difference(play(first, reference.input, block), reference.rendered(preset))

    def by_state(preset):
        plugin = recall(first, second, reference.places(preset))
        return difference(play(plugin, reference.input), reference.rendered(preset))

    straight = [name for name, latency in reference.presets() if latency == 0]
    all_of("parameters set, played", ((name, by_parameters(name)) for name in straight))
    blocks = ((f"blocks of {block}", by_parameters("up-down-eight", block)) for block in [1, 17, 64, 480, 4096])
    all_of("blocks of other sizes", blocks)
    some = ["mastering-glue", "loudness-ceiling", "band-gate", "up-down-eight"]
    all_of("state saved, loaded, played", ((name, by_state(name)) for name in some))


def control(bundle, reference):
    """A plugin that is not ours: sound changes, and a state brings it back."""
    plugin = load(bundle)
    set_all(plugin, {"Threshold": 0.4})
    heard = play(plugin, reference.input)
    again = recall(load(bundle), load(bundle), {"Threshold": 0.4})
    tell(not numpy.array_equal(heard, reference.input), "changes the sound", f"{heard.shape[1]} frames")
    good, words = difference(play(again, reference.input), heard)
    tell(good, "state saved, loaded, played", words)


run(octant, control)
