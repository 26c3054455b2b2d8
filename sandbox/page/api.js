// The phones' side of the sandbox's HTTP interface.

async function answerOf(response) {
  const body = await response.text();
  if (response.ok) return body ? JSON.parse(body) : {};
  let reason = body;
  try {
    const told = JSON.parse(body);
    reason = told.error ?? told.description ?? body;
  } catch {
    // A plain-text answer is its own reason.
  }
  throw new Error(`${response.status} ${reason || response.statusText}`.slice(0, 200));
}

const get = async (path) => answerOf(await fetch(path, { headers: { Accept: "application/json" } }));

async function post(path, body) {
  const json = !(body instanceof FormData);
  const headers = json ? { "Content-Type": "application/json" } : {};
  return answerOf(await fetch(path, { method: "POST", headers, body: json ? JSON.stringify(body) : body }));
}

function upload(path, file, caption) {
  const form = new FormData();
  if (caption) form.append("caption", caption);
  form.append("file", file, file.name);
  return post(path, form);
}

export const state = () => get("/sandbox/state");
export const chat = (user) => get(`/sandbox/users/${user}/chat`);
export const calls = (after) => get(`/sandbox/calls?after=${after}`);
export const addUser = (first_name, language_code) => post("/sandbox/users", { first_name, language_code });
export const say = (user, text) => post(`/sandbox/users/${user}/messages`, { text });
export const sendDocument = (user, file, caption) => upload(`/sandbox/users/${user}/documents`, file, caption);
export const sendPhoto = (user, file, caption) => upload(`/sandbox/users/${user}/photos`, file, caption);
export const tap = (user, message_id, data) => post(`/sandbox/users/${user}/taps`, { message_id, data });
export const block = (user, blocked) => post(`/sandbox/users/${user}/blocks`, { blocked });
export const simulate = (user_id, on, pace) => post("/sandbox/simulated", { user_id, on, pace });
export const setFaults = (faults) => post("/sandbox/faults", faults);
export const fileAddress = (fileId) => `/sandbox/files/${encodeURIComponent(fileId)}`;

/** Events as they happen; `opened` runs at every (re)connection, since what happened in between has to be fetched. */
export function listen({ opened, lost, event }) {
  const source = new EventSource("/sandbox/events");
  source.addEventListener("open", opened);
  source.addEventListener("error", lost);
  source.addEventListener("message", (message) => event(JSON.parse(message.data)));
}
