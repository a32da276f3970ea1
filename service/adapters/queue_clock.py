"""Keeps the queue right when the store's clock jumps: what is in work then neither looks abandoned nor stays for days.

A stream knows of each chunk in work when it was last heard of, by the clock on the wall. After a jump forward all of
them look silent for hours; after one back a dead worker's look heard of in the future, and nobody may take them over.
"""

GAP_S = 60.0
"""A time that no worker saw pass, if it is longer, did not pass: between two looks of live workers lie seconds."""
_LOOK_S = 0.5

# KEYS stream, instant of the last look in ms; ARGV group, ms of a gap, ms between two looks. Whoever holds a chunk was
# heard of just now if the clock has jumped: the living say so again in time, the dead's chunks go to others then.
STEADY = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seen = redis.call('GET', KEYS[2])
local gap = now - tonumber(seen or now)
if seen and gap >= 0 and gap < tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[2], string.format('%.0f', now))
if gap >= 0 and gap < tonumber(ARGV[2]) then return 0 end
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], '-', '+', 100000)
if pending.err then return 0 end
for _, held in ipairs(pending) do
  redis.call('XCLAIM', KEYS[1], ARGV[1], held[2], 0, held[1], 'JUSTID')
end
return #pending
"""
STEADY_ARGS = (str(round(GAP_S * 1000)), str(round(_LOOK_S * 1000)))
