// Script coach for a browser: a client for the service's calls, underlines in a text field, and insertion that can be
// undone. No dependency; a CRM's plugin loads this one module from the service and imports what it needs.

export { insert } from "./insert.js";
export { underline } from "./underline.js";

/**
 * What went wrong with a call: `code` is the contract's, or `unreachable`; `retryAfterS` is set for 429 and 503,
 * `errors` are the contract's: the places in the body that are wrong.
 */
export class Problem extends Error {
  constructor(code, status, detail, retryAfterS = null, errors = []) {
    super(detail || code);
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.retryAfterS = retryAfterS;
    this.errors = errors;
  }
}

/**
 * The service. `base` is its address (that of this module when absent), `key` an API key, `policy` a policy's name.
 * `askKey()` is called when a key is needed and none, or a wrong one, is there; it resolves to a key, or null to give up.
 */
export class Coach {
  constructor({ base = new URL("../", import.meta.url), key = null, policy = null, askKey = null } = {}) {
    this.base = new URL(base, location.href);
    this.key = key;
    this.policy = policy;
    this.askKey = askKey;
  }

  /** The report on a draft, as `POST /check` answers. Rejects with a `Problem`, or as `signal` was aborted. */
  check(draft, context = {}, { signal } = {}) {
    return this.post("check", this.#named({ draft, context }), { signal });
  }

  /** The rewrite of a draft; `onEvent(name, data)` is told of `check`, `segment` and `attempt` as they happen. */
  rewrite(draft, context = {}, { mode = "polish", signal, onEvent } = {}) {
    return this.post("rewrite", this.#named({ draft, context, mode }), { signal, onEvent });
  }

  /** Replies to the customer's message in `context`; `onEvent("suggestion", …)` is told of each as it is verified. */
  suggest(context, { count = 3, signal, onEvent } = {}) {
    return this.post("suggest", this.#named({ ...context, count }), { signal, onEvent });
  }

  /** Says what became of a rewrite or suggestion: `accepted`, `edited` or `rejected`. No text is sent. */
  feedback(id, action) {
    return this.post("feedback", { id, action });
  }

  /** The JSON at a path of the manual, such as `policy/rules`. */
  async manual(path, { signal } = {}) {
    const url = new URL(path, this.base);
    if (this.policy) url.searchParams.set("policy", this.policy);
    return (await this.#fetch(url, { signal })).json();
  }

  /** The `Response` of any other call, sent with the key; rejects with a `Problem` unless it went well. */
  ask(path, options = {}) {
    return this.#fetch(new URL(path, this.base), options);
  }

  /** The answer to a JSON body; with `onEvent`, the `done` event of a stream of events. */
  async post(path, body, { signal, onEvent } = {}) {
    const headers = { "Content-Type": "application/json" };
    if (onEvent) headers.Accept = "text/event-stream";
    const answer = await this.#fetch(new URL(path, this.base), {
      method: "POST", headers, body: JSON.stringify(body), signal,
    });
    if (!onEvent) return answer.json();
    let done = null;
    for await (const [name, data] of eventsOf(answer.body)) {
      if (name === "error") throw new Problem(data.code, data.status, data.detail);
      if (name === "done") done = data;
      else onEvent(name, data);
    }
    if (done !== null) return done;
    throw new Problem("unreachable", 0, "The answer ended before it was whole.");
  }

  #named(body) {
    return this.policy ? { ...body, policy: this.policy } : body;
  }

  async #fetch(url, options) {
    for (;;) {
      const used = this.key;
      const headers = { ...options.headers };
      if (used) headers.Authorization = `Bearer ${used}`;
      let answer;
      try {
        answer = await fetch(url, {
          ...options, headers, cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer",
        });
      } catch (error) {
        if (options.signal?.aborted) throw error;
        throw new Problem("unreachable", 0, "The service does not answer.");
      }
      if (answer.ok) return answer;
      if (answer.status === 401 && this.askKey) {
        // Another call may have been given a key while this one was under way.
        const key = this.key !== used ? this.key : await this.askKey(used !== null);
        if (key) {
          this.key = key;
          continue;
        }
      }
      throw await problemOf(answer);
    }
  }
}

async function problemOf(answer) {
  const told = await answer.json().catch(() => ({}));
  const wait = Number.parseFloat(answer.headers.get("Retry-After"));
  return new Problem(told.code ?? "internal", answer.status, told.detail, Number.isFinite(wait) ? wait : null, told.errors ?? []);
}

/**
 * Server-sent events as `[name, data]`; the service ends each with an empty line and sends its data on one line.
 * A comment, by which a silent stream shows that it lives, is none.
 */
export async function* eventsOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    held += value;
    const whole = held.split("\n\n");
    held = whole.pop();
    for (const lines of whole) {
      const fields = new Map(lines.split("\n").map((line) => line.split(/: (.*)/s, 2)));
      if (fields.has("event")) yield [fields.get("event"), JSON.parse(fields.get("data"))];
    }
  }
}
