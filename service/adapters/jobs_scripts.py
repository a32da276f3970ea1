"""What those who order jobs do to their records in Redis, each step as one Lua script: all of it or nothing.

All keys of a tenant begin with the same hash tag (`KEYS[1]`), so that one server holds them and others hold those of
other tenants. Time is the server's. No key has a time to live: a store in want of memory refuses a write, and loses no job.
"""

from service.adapters.store import Script

# ARGV[1] is the job's id in all that begin with it.
JOB = """
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
  redis.call('SREM', base .. ':open', id)
  redis.call('DEL', job .. ':again', job .. ':tries', job .. ':fences')
end
local function activate()
  redis.call('ZADD', base .. ':active', redis.call('INCR', base .. ':turn'), id)
end
"""


def script(*parts: str) -> Script:
    """The script that these make one behind the other."""
    return Script("".join(parts))


# ARGV id, key's digest, fingerprint, ms until it lapses.
RESERVE = script(
    JOB,
    """
local record = base .. ':key:' .. ARGV[2]
local kept = redis.call('HMGET', record, 'body', 'job', 'made', 'until')
local over = not kept[1] or tonumber(kept[4]) < tonumber(now)
local lapse = string.format('%.3f', tonumber(now) + tonumber(ARGV[4]))
if not over and kept[3] == '1' and redis.call('EXISTS', base .. ':job:' .. kept[2]) == 0 then over = true end
if not over and kept[1] ~= ARGV[3] then return {'other', kept[2]} end
if not over and kept[3] == '1' then return {'same', kept[2]} end
if not over and kept[2] ~= id then
  -- Held for days by one who may be dead: the clock was put back.
  if tonumber(kept[4]) > tonumber(lapse) then redis.call('HSET', record, 'until', lapse) end
  return {'taking', kept[2]}
end
redis.call('HSET', record, 'body', ARGV[3], 'job', id, 'made', '0', 'until', lapse)
redis.call('ZADD', base .. ':keys', lapse, ARGV[2])
return {'new', id}
""",
)
# ARGV id, key's digest.
RELEASE = script(
    JOB,
    """
local record = base .. ':key:' .. ARGV[2]
local kept = redis.call('HMGET', record, 'job', 'made')
if kept[1] ~= id or kept[2] ~= '0' then return 0 end
redis.call('ZREM', base .. ':keys', ARGV[2])
return redis.call('DEL', record)
""",
)
# ARGV id, order, total, chunk rows, chunks, key's digest or '', seconds that the key is kept.
CREATE = script(
    JOB,
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
redis.call('SADD', base .. ':open', id)
if ARGV[5] == '0' then redis.call('SADD', base .. ':due', id) else activate() end
return 'ok'
""",
)
# ARGV id, what to do.
STEER = script(
    JOB,
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
# ARGV id.
DELETE = script(
    JOB,
    """
for _, chunk in ipairs(redis.call('SMEMBERS', job .. ':kept')) do redis.call('DEL', job .. ':rows:' .. chunk) end
withdraw()
redis.call('ZREM', base .. ':jobs', id)
redis.call('DEL', job .. ':kept', job .. ':done', job .. ':log')
return redis.call('DEL', job)
""",
)
# ARGV id, chunk. The rows of a chunk, or that they stand elsewhere.
KEPT = script(
    JOB,
    """
if redis.call('EXISTS', job) == 0 then return 'none' end
if redis.call('GETBIT', job .. ':done', ARGV[2]) == 1 then return 'filed' end
return redis.call('HGETALL', job .. ':rows:' .. ARGV[2])
""",
)
