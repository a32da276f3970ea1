"""What workers do to job records in Redis, each step as one Lua script: see `jobs_scripts`, whose words these share."""

from service.adapters.jobs_scripts import JOB, script
from service.adapters.store import Script

# ARGV[2] is the chunk, ARGV[3] the fence.
_LEASE = (
    JOB
    + """
local chunk, fence = ARGV[2], ARGV[3]
local function course()
  local status = field('status')
  if not status or ended(status) or redis.call('HGET', job .. ':fences', chunk) ~= fence then return 'gone' end
  if status == 'paused' then return 'hold' end
  return 'go'
end
"""
)


# ARGV '', how many may be out. Jobs take turns, a chunk each; a job with nothing to hand out leaves the round.
HAND_OUT = script("""
local base = KEYS[1]
local time = redis.call('TIME')
local free = tonumber(ARGV[2]) - redis.call('ZCARD', base .. ':out')
local fresh = {}
while free > 0 do
  local id = redis.call('ZRANGE', base .. ':active', 0, 0)[1]
  if not id then break end
  local job = base .. ':job:' .. id
  local told = redis.call('HMGET', job, 'status', 'next', 'chunks')
  local chunk = nil
  if told[1] == 'queued' or told[1] == 'running' then
    chunk = redis.call('LPOP', job .. ':again')
    if not chunk and tonumber(told[2]) < tonumber(told[3]) then
      chunk = told[2]
      redis.call('HINCRBY', job, 'next', 1)
    end
  end
  if chunk then
    redis.call('ZADD', base .. ':out', time[1], id .. '/' .. chunk)
    redis.call('ZADD', base .. ':active', redis.call('INCR', base .. ':turn'), id)
    fresh[#fresh + 1] = id .. '/' .. chunk
    free = free - 1
  else
    redis.call('ZREM', base .. ':active', id)
  end
end
return fresh
""")
# ARGV id, chunk.
TAKE = script(
    JOB,
    """
local chunk = ARGV[2]
local member = id .. '/' .. chunk
if not redis.call('ZSCORE', base .. ':out', member) then return false end
local told = redis.call('HMGET', job, 'status', 'order', 'chunk_rows', 'total', 'started_at')
if not told[1] or ended(told[1]) or redis.call('GETBIT', job .. ':done', chunk) == 1 then
  redis.call('ZREM', base .. ':out', member)
  return false
end
if told[1] == 'paused' then
  redis.call('ZREM', base .. ':out', member)
  redis.call('RPUSH', job .. ':again', chunk)
  return false
end
if told[1] == 'queued' then redis.call('HSET', job, 'status', 'running') end
if not told[5] then
  redis.call('HSET', job, 'started_at', now, 'mark_at', now, 'mark_done', 0, 'from_at', now, 'from_done', 0)
end
local start = tonumber(chunk) * tonumber(told[3])
local stop = math.min(start + tonumber(told[3]), tonumber(told[4]))
local rows = {}
for row = start, stop - 1 do rows[#rows + 1] = row end
return {redis.call('HINCRBY', job .. ':fences', chunk, 1), told[2], start, stop,
  redis.call('HKEYS', job .. ':rows:' .. chunk), redis.call('HMGET', job .. ':tries', unpack(rows))}
""",
)
COURSE = script(_LEASE, "return course()")
# ARGV id, chunk, fence, row.
BEGIN = script(
    _LEASE,
    """
local found = course()
if found == 'go' then redis.call('HINCRBY', job .. ':tries', ARGV[4], 1) end
return found
""",
)
UNBEGIN = script(
    _LEASE,
    """
if course() == 'gone' then return 0 end
local tries = tonumber(redis.call('HGET', job .. ':tries', ARGV[4]) or 0)
if tries > 1 then redis.call('HINCRBY', job .. ':tries', ARGV[4], -1)
else redis.call('HDEL', job .. ':tries', ARGV[4]) end
return 1
""",
)
# ARGV id, chunk, fence, row, line, status, calls, input tokens, output tokens, hits, repeats.
WRITE = script(
    _LEASE,
    """
if course() == 'gone' then return 0 end
if redis.call('HSETNX', job .. ':rows:' .. chunk, ARGV[4], ARGV[5]) == 0 then return 0 end
redis.call('SADD', job .. ':kept', chunk)
redis.call('HDEL', job .. ':tries', ARGV[4])
redis.call('RPUSH', job .. ':log', ARGV[4])
local done = redis.call('HINCRBY', job, 'done', 1)
redis.call('HINCRBY', job, ARGV[6], 1)
for at, name in ipairs({'calls', 'input_tokens', 'output_tokens', 'hits', 'repeats'}) do
  if ARGV[6 + at] ~= '0' then redis.call('HINCRBY', job, name, ARGV[6 + at]) end
end
local marks = redis.call('HMGET', job, 'mark_at', 'mark_done')
if tonumber(now) < tonumber(marks[1] or now) then
  -- The clock was put back: the pace is measured anew.
  redis.call('HSET', job, 'from_at', now, 'from_done', done, 'mark_at', now, 'mark_done', done)
elseif tonumber(now) - tonumber(marks[1] or now) >= 5 then
  redis.call('HSET', job, 'from_at', marks[1], 'from_done', marks[2], 'mark_at', now, 'mark_done', done)
end
redis.call('HSET', job, 'last_at', now)
return 1
""",
)
# ARGV id, chunk, fence.
SETTLE = script(
    _LEASE,
    """
if course() == 'gone' then return 0 end
local told = redis.call('HMGET', job, 'chunk_rows', 'total', 'chunks')
local size = math.min(tonumber(told[1]), tonumber(told[2]) - tonumber(chunk) * tonumber(told[1]))
if redis.call('HLEN', job .. ':rows:' .. chunk) < size then return 0 end
redis.call('SETBIT', job .. ':done', chunk, 1)
redis.call('DEL', job .. ':rows:' .. chunk)
redis.call('SREM', job .. ':kept', chunk)
redis.call('HDEL', job .. ':fences', chunk)
redis.call('ZREM', base .. ':out', id .. '/' .. chunk)
if redis.call('HINCRBY', job, 'settled', 1) == tonumber(told[3]) then redis.call('SADD', base .. ':due', id) end
return 1
""",
)
PUT_BACK = script(
    _LEASE,
    """
local found = course()
if found == 'gone' or redis.call('ZREM', base .. ':out', id .. '/' .. chunk) == 0 then return 0 end
redis.call('RPUSH', job .. ':again', chunk)
if found == 'go' then activate() end
return 1
""",
)
# KEYS workers; ARGV the worker, seconds.
PRESENT = Script("""
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - tonumber(ARGV[2]))
-- Heard of in the future: the clock was put back, and the living will say so again.
redis.call('ZREMRANGEBYSCORE', KEYS[1], now + 1, '+inf')
return redis.call('ZCARD', KEYS[1])
""")
# ARGV '', seconds, seconds of a gap. What is too old: the jobs' ids; keys that have lapsed go at once. After so long
# without a look, which may be a clock that has jumped, nothing is forgotten until as much time has passed again.
OLD = script("""
local base = KEYS[1]
local now = tonumber(redis.call('TIME')[1])
local gap = tonumber(ARGV[3])
local looks = redis.call('HMGET', base .. ':looks', 'at', 'leapt')
redis.call('HSET', base .. ':looks', 'at', now)
if looks[1] and now - looks[1] >= gap then
  redis.call('HSET', base .. ':looks', 'leapt', now)
  return {}
end
if looks[2] and now >= tonumber(looks[2]) and now - looks[2] < gap then return {} end
for _, key in ipairs(redis.call('ZRANGEBYSCORE', base .. ':keys', 0, now - 1)) do
  redis.call('DEL', base .. ':key:' .. key)
  redis.call('ZREM', base .. ':keys', key)
end
return redis.call('ZRANGEBYSCORE', base .. ':jobs', 0, now - tonumber(ARGV[2]))
""")
# ARGV id, reason or ''.
FINISH = script(
    JOB,
    """
local status = field('status')
if not status or ended(status) then return 0 end
if ARGV[2] == '' then redis.call('HSET', job, 'status', 'completed', 'finished_at', now)
else redis.call('HSET', job, 'status', 'failed', 'finished_at', now, 'reason', ARGV[2]) end
withdraw()
return 1
""",
)
