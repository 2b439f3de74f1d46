-- make.lua DIR INPUT FRAMES: a session of one stereo track that plays INPUT, and nothing that touches the signal.
local dir, input, frames = arg[1], arg[2], tonumber(arg[3])
local RATE, SUPERCLOCKS = 48000, 282240000

local session = assert(create_session(dir, "octant", RATE), "the session was not made")
session:new_audio_track(2, 2, nil, 1, "octant", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
sleep(1) -- the track's ports are connected behind the scenes
session:save_state("")
session = nil
close_session()

-- No function of this Lua imports audio, so the region goes into the saved file.
local path = dir .. "/octant.ardour"
local file = assert(io.open(path))
local text = file:read("a")
file:close()
local function put(pattern, new)
	local count
	text, count = text:gsub(pattern, new)
	assert(count > 0, "the session file has no " .. pattern)
end
local sources = ""
for channel = 0, 1 do
	sources = sources .. string.format(
		'<Source name="%s" type="audio" flags="" id="90000%d" channel="%d" origin="%s"/>', input, channel, channel, input)
end
local region = string.format(
	'<Region name="input" type="audio" id="900010" channels="2" source-0="900000" source-1="900001"'
	.. ' master-source-0="900000" master-source-1="900001" start="a0" length="a%d@a0" sync-position="a0" whole-file="0"'
	.. ' external="1" opaque="1" stretch="1" shift="1" layering-index="0" envelope-active="0" default-fade-in="0"'
	.. ' default-fade-out="0" fade-in-active="0" fade-out-active="0" scale-amplitude="1" first-edit="nothing"/>',
	frames * SUPERCLOCKS // RATE)
put('<Sources/>', '<Sources>' .. sources .. '</Sources>')
put('(<Playlist [^>]-)/>', '%1>' .. region .. '</Playlist>')
put('bypassed="0" user%-panner', 'bypassed="1" user-panner')
put('"use%-transport%-fades" value="1"', '"use-transport-fades" value="0"')
put('"use%-region%-fades" value="1"', '"use-region-fades" value="0"')
file = assert(io.open(path, "w"))
file:write(text)
file:close()
print("done")
quit()
