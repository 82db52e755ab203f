// Keeps a draft: what was typed is sent part by part, stays in the browser until the server has it, and is merged with others' changes.
const WAIT = 400; // milliseconds after the last key
const AGAIN = 3000;

export class Keeper {
  constructor(draft, token, told) {
    this.draft = draft;
    this.token = token;
    this.told = told;
    this.parts = {};
    this.media = {};
    this.closed = false;
    this.stamp = 0;
    this.timers = new Map();
    this.sending = new Map();
    this.store = `stepline draft ${draft}`;
  }

  body(part) {
    return this.parts[part]?.body;
  }

  picture(path) {
    return path && this.media[path] ? `/media/${this.media[path]}` : null;
  }

  get dirty() {
    return this.timers.size > 0 || this.sending.size > 0;
  }

  async load() {
    const answer = await fetch(`/drafts/${this.draft}/state`);
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? "the draft cannot be read");
    const told = await answer.json();
    this.parts = told.parts;
    this.media = told.media;
    this.closed = told.state !== "draft";
    this.stamp += 1;
    this.recover();
    return told;
  }

  // what an earlier visit could not send
  recover() {
    const kept = JSON.parse(localStorage.getItem(this.store) ?? "{}");
    if (this.closed) return;
    for (const [part, { version, body }] of Object.entries(kept)) {
      this.parts[part] = { version, body };
      this.soon(part, 0);
    }
  }

  remember() {
    const open = new Set([...this.timers.keys(), ...this.sending.keys()]);
    const kept = Object.fromEntries([...open].filter((part) => this.parts[part]).map((part) => [part, this.parts[part]]));
    if (open.size) localStorage.setItem(this.store, JSON.stringify(kept));
    else localStorage.removeItem(this.store);
  }

  change(part, body) {
    if (this.closed) return;
    this.parts[part] = { version: this.parts[part]?.version ?? 0, body };
    this.told.said("Saving");
    this.soon(part, WAIT);
  }

  soon(part, wait) {
    clearTimeout(this.timers.get(part));
    this.timers.set(part, setTimeout(() => this.save(part), wait));
    this.remember();
  }

  async save(part) {
    clearTimeout(this.timers.get(part));
    this.timers.delete(part);
    if (this.sending.has(part)) return this.soon(part, WAIT);
    const sent = this.parts[part];
    const text = JSON.stringify(sent.body);
    this.sending.set(part, text);
    let answer = null;
    try {
      answer = await this.put(`parts/${encodeURIComponent(part)}`, { version: sent.version, body: sent.body });
    } catch {
      this.sending.delete(part);
      this.told.said("Not saved: no connection. What you write is kept here.", true);
      return this.soon(part, AGAIN);
    }
    this.sending.delete(part);
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 409 && told.fields) {
      this.remember();
      this.told.said("Changed by two", true);
      return this.told.clashed(part, this.parts[part].body, told);
    }
    if (!answer.ok) {
      this.remember();
      return this.told.said(`Not saved: ${told.detail ?? answer.statusText}`, true);
    }
    const typed = JSON.stringify(this.parts[part].body) !== text;
    if (typed) this.parts[part].version = told.version;
    else this.parts[part] = { version: told.version, body: told.body };
    // where somebody typed on meanwhile, their merged text is sent from the version that is known now
    if (typed && JSON.stringify(told.body) !== text) this.parts[part].version = told.version;
    this.stamp += 1;
    this.remember();
    if (!this.dirty) this.told.said("Saved");
    this.told.arrived([part], JSON.stringify(told.body) === text || typed);
  }

  settle(part, version, body, send) {
    this.parts[part] = { version, body };
    if (send) this.soon(part, 0);
    else this.told.said("Saved");
    this.remember();
  }

  async flush() {
    for (let round = 0; this.dirty && round < 40; round += 1) {
      await Promise.all([...this.timers.keys()].map((part) => this.save(part)));
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

  async send(what, body) {
    const answer = await this.put(what, body).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (!answer?.ok) this.told.said(told?.detail ?? "The server does not answer", true);
    return answer?.ok ? told : null;
  }

  async upload(file) {
    const answer = await fetch(`/drafts/${this.draft}/pictures`, {
      method: "PUT",
      headers: { "Content-Type": file.type || "application/octet-stream", "X-CSRF-Token": this.token },
      body: file,
    }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (!answer?.ok) {
      this.told.said(told?.detail ? `${told.detail}. ${told.mend ?? ""}` : "The picture was not taken", true);
      return null;
    }
    this.media[told.path] = told.digest;
    return told;
  }

  async uses(digest) {
    const answer = await fetch(`/drafts/${this.draft}/uses/${digest}`).catch(() => null);
    return answer?.ok ? answer.json() : [];
  }

  // what others have changed since
  async look() {
    const answer = await fetch(`/drafts/${this.draft}/versions`).catch(() => null);
    if (!answer?.ok) return null;
    const told = await answer.json();
    const stale = Object.entries(told.parts).filter(([part, version]) => (this.parts[part]?.version ?? 0) < version && !this.timers.has(part) && !this.sending.has(part));
    if (stale.length && !this.dirty) {
      await this.load();
      this.told.arrived(stale.map(([part]) => part), false);
    }
    return told;
  }
}
