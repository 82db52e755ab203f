// Keeps a draft: what was typed is sent in one go, stays in the browser until the server has it, and is merged with others' changes.
const WAIT = 400; // milliseconds after the last key
const AGAIN = 3000;

export class Keeper {
  constructor(draft, token, told) {
    this.draft = draft;
    this.token = token;
    this.told = told;
    this.parts = {};
    this.media = {};
    this.types = {};
    this.closed = false;
    this.stamp = 0;
    this.dirtyParts = new Set();
    this.names = new Map(); // a part -> what it is called now: a sheet that is still open under its old name writes there
    this.held = false; // nothing is sent before the draft was read under its new names
    this.sending = null; // part -> what was sent of it
    this.away = 0; // changes of other documents that are under way
    this.timer = 0;
    this.store = `stepline draft ${draft}`;
  }

  body(part) {
    return this.parts[this.now(part)]?.body;
  }

  saved(part) {
    return (this.parts[this.now(part)]?.version ?? 0) > 0;
  }

  now(part) {
    return this.names.has(part) ? this.now(this.names.get(part)) : part;
  }

  // a step has another name on the server: what is written until the draft is read again goes along
  renamed(was, now) {
    this.names.delete(now);
    this.names.set(was, now);
    this.parts[now] = { version: 0, body: named(this.parts[was].body, now) };
    if (this.dirtyParts.delete(was)) this.dirtyParts.add(now);
  }

  async renaming(act) {
    this.held = true;
    try {
      await act();
    } finally {
      this.held = false;
      if (this.dirtyParts.size) this.soon(WAIT);
    }
  }

  url(path) {
    return path && this.media[path] ? `/media/${this.media[path]}` : null;
  }

  get unsaved() {
    return this.dirtyParts.size > 0 || this.sending !== null;
  }

  get dirty() {
    return this.unsaved || this.away > 0;
  }

  async load() {
    const answer = await fetch(`/drafts/${this.draft}/state`);
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? "the draft cannot be read");
    const told = await answer.json();
    const open = [...this.dirtyParts].map((part) => [part, this.parts[part]]);
    this.parts = { ...told.parts };
    for (const [part, held] of open) this.parts[part] = { ...held, version: held.version || (told.parts[part]?.version ?? 0) };
    for (const id of told.parts.order?.body ?? []) this.names.delete(`step:${id}`); // taken back: it has its old name again
    this.media = told.media;
    this.types = told.types;
    this.closed = told.state !== "draft";
    this.stamp += 1;
    return told;
  }

  // what an earlier visit could not send
  recover() {
    const kept = JSON.parse(localStorage.getItem(this.store) ?? "{}");
    if (this.closed) return;
    for (const [part, { version, body, base }] of Object.entries(kept)) {
      this.parts[part] = { version, body, base };
      this.dirtyParts.add(part);
    }
    if (this.dirtyParts.size) this.soon(0);
  }

  remember() {
    const open = new Set([...this.dirtyParts, ...(this.sending?.keys() ?? [])]);
    const kept = Object.fromEntries([...open].filter((part) => this.parts[part]).map((part) => [part, this.parts[part]]));
    if (open.size) localStorage.setItem(this.store, JSON.stringify(kept));
    else localStorage.removeItem(this.store);
  }

  change(part, body) {
    this.changes({ [part]: body });
  }

  // several parts in one go: a new step and its place
  changes(bodies) {
    if (this.closed) return;
    for (const [given, meant] of Object.entries(bodies)) {
      const part = this.now(given);
      const body = part === given ? meant : named(meant, part);
      this.parts[part] = { version: 0, ...this.parts[part], body };
      this.dirtyParts.add(part);
    }
    this.told.said("Saving");
    this.soon(WAIT);
    this.told.changed?.(Object.keys(bodies));
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
    this.remember();
  }

  async save() {
    clearTimeout(this.timer);
    if (this.sending || this.held || !this.dirtyParts.size) return;
    const batch = [...this.dirtyParts].map((part) => ({ part, ...this.parts[part] }));
    this.sending = new Map(batch.map((each) => [each.part, JSON.stringify(each.body)]));
    this.dirtyParts.clear();
    const left = await this.sent(batch);
    this.sending = null;
    for (const part of left.again) this.dirtyParts.add(part);
    this.remember();
    if (left.again.size) this.soon(AGAIN);
    else if (this.dirtyParts.size) this.soon(WAIT);
    else if (!left.refused) this.told.said("Saved");
  }

  // sends a batch; where the server refuses it, each part by itself, so that one does not hold up the others
  async sent(batch) {
    const left = { again: new Set(), refused: false };
    const answer = await this.put("changes", { changes: batch }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (!answer || answer.status >= 500) {
      this.told.said(answer ? `Not saved yet: ${told?.detail ?? "the server is in trouble"}. What you write is kept here.` : "Not saved: no connection. What you write is kept here.", true);
      for (const each of batch) left.again.add(each.part);
      return left;
    }
    if (answer.ok) {
      this.taken(told.parts);
      return left;
    }
    if (batch.length > 1) {
      const ordered = [...batch].sort((a, b) => (a.part === "order") - (b.part === "order"));
      for (const each of ordered) {
        const one = await this.sent([each]);
        for (const part of one.again) left.again.add(part);
        left.refused ||= one.refused;
      }
      return left;
    }
    left.refused = true;
    this.told.said(`Not saved: ${told?.detail ?? answer.statusText}. What you wrote is kept here.`, true);
    const kept = JSON.parse(localStorage.getItem(this.store) ?? "{}");
    localStorage.setItem(`${this.store} refused`, JSON.stringify({ ...kept, [batch[0].part]: batch[0] }));
    return left;
  }

  taken(kept) {
    const foreign = [];
    for (const each of kept) {
      const sent = this.sending.get(each.part);
      const typedOn = JSON.stringify(this.parts[each.part].body) !== sent;
      const same = JSON.stringify(each.body) === sent;
      if (typedOn) this.parts[each.part] = { version: each.version, body: this.parts[each.part].body, base: same ? undefined : JSON.parse(sent) };
      else this.parts[each.part] = { version: each.version, body: each.body };
      if (!same && !typedOn) foreign.push(each.part);
      if (each.apart.length) this.told.clashed(each.part, each.apart);
    }
    this.stamp += 1;
    this.told.arrived(kept.map((each) => each.part), foreign);
  }

  async flush() {
    for (let round = 0; this.unsaved && round < 60; round += 1) {
      await this.save();
      if (this.unsaved) await new Promise((done) => setTimeout(done, 50));
    }
  }

  // what is changed in other documents from here: nobody leaves before it is done
  async elsewhere(act) {
    this.away += 1;
    try {
      return await act();
    } finally {
      this.away -= 1;
    }
  }

  // everything is where it belongs, here and in other documents; or 30 s have passed
  async settled() {
    for (let round = 0; this.dirty && round < 600; round += 1) {
      await this.flush();
      if (this.dirty) await new Promise((done) => setTimeout(done, 50));
    }
  }

  put(what, body) {
    return fetch(`/drafts/${this.draft}/${what}`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": this.token },
      body: JSON.stringify(body),
    });
  }

  // asks something of the server; says why where it refuses, and gives null
  async send(what, body) {
    const answer = await this.put(what, body).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (!answer?.ok) this.told.said([told?.detail, told?.mend].filter(Boolean).join(" ") || "The server does not answer", true);
    return answer?.ok ? told : null;
  }

  async ask(what) {
    const answer = await fetch(`/drafts/${this.draft}/${what}`).catch(() => null);
    const told = await answer?.json().catch(() => null);
    return { ok: Boolean(answer?.ok), told };
  }

  // what others have changed since
  async look(step) {
    const answer = await this.put("here", { step: step ?? "" }).catch(() => null);
    if (!answer?.ok) return null;
    const told = await answer.json();
    const stale = Object.entries(told.parts).filter(([part, version]) => (this.parts[part]?.version ?? 0) < version);
    if (stale.length && !this.dirty) {
      await this.load();
      const parts = stale.map(([part]) => part);
      this.told.arrived(parts, parts);
    }
    return told;
  }
}

const named = (body, part) => (body && part.startsWith("step:") ? { ...body, id: part.slice(5) } : body);
