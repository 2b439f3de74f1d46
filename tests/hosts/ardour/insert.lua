-- insert.lua DIR UID PLACES: puts the VST3 into the track and sets its parameters. PLACES, which may be empty, is a
-- file with a line for each one: its name and its place on the knob's way, 0 ... 1.
local dir, uid, places = arg[1], arg[2], arg[3]

local session = assert(load_session(dir, "octant"), "the session was not loaded")
local processor = ARDOUR.LuaAPI.new_plugin(session, uid, ARDOUR.PluginType.VST3, "")
assert(not processor:isnil(), "Ardour does not know the plugin")
assert(session:route_by_name("octant"):add_processor_by_index(processor, 0, nil, true) == 0, "it was not inserted")
local plugin = processor:to_insert():plugin(0)

-- Ardour shows no parameter that cannot be automated: those stay as they are.
local known, control = {}, 0
for index = 0, plugin:parameter_count() - 1 do
	if plugin:parameter_is_control(index) then
		if plugin:parameter_is_input(index) then
			local _, found = plugin:get_parameter_descriptor(index, ARDOUR.ParameterDescriptor())
			known[plugin:parameter_label(index)] = { control, found[2].lower, found[2].upper }
		end
		control = control + 1
	end
end
for line in places ~= "" and io.lines(places) or function() end do
	local name, place = line:match("^(.-)\t(.*)$")
	local parameter = known[name]
	if parameter then
		local value = parameter[2] + tonumber(place) * (parameter[3] - parameter[2])
		assert(ARDOUR.LuaAPI.set_processor_param(processor, parameter[1], value), name .. " was not set")
	end
end
sleep(1) -- values reach the plugin with the next blocks
session:save_state("")
print("done")
quit()
