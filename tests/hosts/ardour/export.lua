-- export.lua DIR OUT NAME FRAMES: loads the session and exports its first FRAMES frames to OUT/NAME.wav.
local dir, out, name, frames = arg[1], arg[2], arg[3], tonumber(arg[4])

local session = assert(load_session(dir, "octant"), "the session was not loaded")
local export = session:simple_export()
export:set_folder(out)
export:set_name(name)
export:set_range(0, frames)
assert(export:set_preset("5b6e2b5e-6f0c-4d0e-9a52-0c7a0c7a0002"), "Ardour does not know the export format")
assert(export:check_outputs(), "there is nothing to export")
assert(export:run_export(), "the export failed")
print("done")
quit()
