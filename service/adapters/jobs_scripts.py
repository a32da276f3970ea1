"""What happens to job records in Redis, each step as one Lua script: all of it or nothing, by the server's own clock.

All keys of a tenant begin with the same hash tag (`KEYS[1]`), so that one server holds them and others hold those of
other tenants. No key has a time to live: a store in want of memory refuses a write, and loses no job.
"""

from service.adapters.store import Script

# ARGV[1] is the job's id in all of them.
_JOB = """
local base, id = KEYS[1], ARGV[1]
local job = base .. ':job:' .. id
local time = redis.call('TIME')
local now = string.format('%.6f', time[1] + time[2] / 1000000)
local function field(name) return redis.call('HGET', job, name) end
local function open(status) return status == 'queued' or status == 'running' end
local function ended(status) return status == 'completed' or status == 'failed' or status == 'cancelled' end
local function withdraw()
  local mine = id .. '/'
  for _, member in ipairs(redis.call('ZRANGE', base .. ':out', 0, -1)) do
    if string.sub(member, 1, #mine) == mine then redis.call('ZREM', base .. ':out', member) end
  end
  redis.call('ZREM', base .. ':active', id)
  redis.call('SREM', base .. ':due', id)
  redis.call('DEL', job .. ':again', job .. ':tries', job .. ':fences')
end
local function activate()
  redis.call('ZADD', base .. ':active', redis.call('INCR', base .. ':turn'), id)
end
"""
# ARGV[2] is the chunk, ARGV[3] the fence.
_LEASE = (
    _JOB
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


def _script(*parts: str) -> Script:
    return Script("".join(parts))


# ARGV id, key's digest, fingerprint, ms until it lapses.
RESERVE = _script(
    _JOB,
    """
local record = base .. ':key:' .. ARGV[2]
local kept = redis.call('HMGET', record, 'body', 'job', 'made', 'until')
local over = not kept[1] or tonumber(kept[4]) < tonumber(now)
if not over and kept[3] == '1' and redis.call('EXISTS', base .. ':job:' .. kept[2]) == 0 then over = true end
if not over and kept[1] ~= ARGV[3] then return {'other', kept[2]} end
if not over and kept[3] == '1' then return {'same', kept[2]} end
if not over and kept[2] ~= id then return {'taking', kept[2]} end
local lapse = string.format('%.3f', tonumber(now) + tonumber(ARGV[4]))
redis.call('HSET', record, 'body', ARGV[3], 'job', id, 'made', '0', 'until', lapse)
redis.call('ZADD', base .. ':keys', lapse, ARGV[2])
return {'new', id}
""",
)
# ARGV id, key's digest.
RELEASE = _script(
    _JOB,
    """
local record = base .. ':key:' .. ARGV[2]
local kept = redis.call('HMGET', record, 'job', 'made')
if kept[1] ~= id or kept[2] ~= '0' then return 0 end
redis.call('ZREM', base .. ':keys', ARGV[2])
return redis.call('DEL', record)
""",
)
# ARGV id, order, total, chunk rows, chunks, key's digest or '', seconds that the key is kept.
CREATE = _script(
    _JOB,
    """
if ARGV[6] ~= '' then
  local record = base .. ':key:' .. ARGV[6]
  local holder = redis.call('HGET', record, 'job')
  if holder and holder ~= id then return 'conflict' end
  local lapse = string.format('%.3f', tonumber(now) + tonumber(ARGV[7]))
  redis.call('HSET', record, 'job', id, 'made', '1', 'until', lapse)
  redis.call('HSETNX', record, 'body', '')
  redis.call('ZADD', base .. ':keys', lapse, ARGV[6])
end
redis.call('HSET', job, 'order', ARGV[2], 'total', ARGV[3], 'chunk_rows', ARGV[4], 'chunks', ARGV[5],
  'status', 'queued', 'created_at', now, 'next', 0, 'settled', 0)
redis.call('ZADD', base .. ':jobs', now, id)
if ARGV[5] == '0' then redis.call('SADD', base .. ':due', id) else activate() end
return 'ok'
""",
)
# ARGV id, what to do.
STEER = _script(
    _JOB,
    """
local status, act = field('status'), ARGV[2]
if not status then return 'none' end
if act == 'pause' then
  if not open(status) then return status end
  redis.call('HSET', job, 'status', 'paused')
  redis.call('ZREM', base .. ':active', id)
elseif act == 'resume' then
  if status ~= 'paused' then return status end
  redis.call('HSET', job, 'status', field('started_at') and 'running' or 'queued',
    'mark_at', now, 'mark_done', field('done') or 0, 'from_at', now, 'from_done', field('done') or 0)
  activate()
elseif act == 'cancel' then
  if ended(status) then return status end
  redis.call('HSET', job, 'status', 'cancelled', 'finished_at', now)
  withdraw()
end
return 'ok'
""",
)
# ARGV id, reason or ''.
FINISH = _script(
    _JOB,
    """
local status = field('status')
if not status or ended(status) then return 0 end
if ARGV[2] == '' then redis.call('HSET', job, 'status', 'completed', 'finished_at', now)
else redis.call('HSET', job, 'status', 'failed', 'finished_at', now, 'reason', ARGV[2]) end
withdraw()
return 1
""",
)
# ARGV id.
DELETE = _script(
    _JOB,
    """
for _, chunk in ipairs(redis.call('SMEMBERS', job .. ':kept')) do redis.call('DEL', job .. ':rows:' .. chunk) end
withdraw()
redis.call('ZREM', base .. ':jobs', id)
redis.call('DEL', job .. ':kept', job .. ':done', job .. ':log')
return redis.call('DEL', job)
""",
)
# ARGV id, chunk. The rows of a chunk, or that they stand elsewhere.
KEPT = _script(
    _JOB,
    """
if redis.call('EXISTS', job) == 0 then return 'none' end
if redis.call('GETBIT', job .. ':done', ARGV[2]) == 1 then return 'filed' end
return redis.call('HGETALL', job .. ':rows:' .. ARGV[2])
""",
)
# ARGV '', how many may be out. Jobs take turns, a chunk each; a job with nothing to hand out leaves the round.
HAND_OUT = _script("""
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
TAKE = _script(
    _JOB,
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
COURSE = _script(_LEASE, "return course()")
# ARGV id, chunk, fence, row.
BEGIN = _script(
    _LEASE,
    """
local found = course()
if found == 'go' then redis.call('HINCRBY', job .. ':tries', ARGV[4], 1) end
return found
""",
)
UNBEGIN = _script(
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
WRITE = _script(
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
if tonumber(now) - tonumber(marks[1] or now) >= 5 then
  redis.call('HSET', job, 'from_at', marks[1], 'from_done', marks[2], 'mark_at', now, 'mark_done', done)
end
redis.call('HSET', job, 'last_at', now)
return 1
""",
)
# ARGV id, chunk, fence.
SETTLE = _script(
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
PUT_BACK = _script(
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
return redis.call('ZCARD', KEYS[1])
""")
# ARGV '', seconds. What is too old: the jobs' ids; keys that have lapsed go at once.
OLD = _script("""
local base = KEYS[1]
local now = tonumber(redis.call('TIME')[1])
for _, key in ipairs(redis.call('ZRANGEBYSCORE', base .. ':keys', 0, now - 1)) do
  redis.call('DEL', base .. ':key:' .. key)
  redis.call('ZREM', base .. ':keys', key)
end
return redis.call('ZRANGEBYSCORE', base .. ':jobs', 0, now - tonumber(ARGV[2]))
""")
