// Finds proofs in what was dropped or chosen, has them checked one after the other, each in a worker of its own, and shows the answers.
"use strict";
const WANTED = ["target.toml", "network.json", "certificate.json"];
// The worker needs some fifty times as much memory as the files have bytes.
const LARGEST = 24 * 1024 * 1024;
const element = id => document.getElementById(id);
const make = (tag, text, name) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  return made;
};
const say = text => { element("status").textContent = text; };

// ---- Files ----
// [{path, bytes}] of the files whose names matter.
async function contents(files) {
  const found = [];
  for (const { path, file } of files) {
    const name = path.split("/").pop();
    if (!WANTED.includes(name) && !name.endsWith(".zip")) continue;
    if (file.size > LARGEST) throw new Error(path + " is too large for this page; the program sumformer-verified takes it");
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (name.endsWith(".zip")) for (const inside of await unzipped(bytes)) found.push({ path: path + "/" + inside.path, bytes: inside.bytes });
    else found.push({ path, bytes });
  }
  return found;
}
// Folders with all three files, and folders with some of them.
function proofs(found) {
  const folders = new Map();
  for (const { path, bytes } of found) {
    const folder = path.split("/").slice(0, -1).join("/");
    if (!folders.has(folder)) folders.set(folder, {});
    folders.get(folder)[path.split("/").pop()] = bytes;
  }
  // Every proof of a target may share target.toml, one folder above.
  for (const [folder, files] of folders) {
    const above = folders.get(folder.split("/").slice(0, -1).join("/"));
    if (!files["target.toml"] && files["network.json"] && above && above["target.toml"]) files["target.toml"] = above["target.toml"];
  }
  const all = [...folders].map(([folder, files]) => ({ folder: folder || "proof", files }));
  all.sort((a, b) => (a.folder < b.folder ? -1 : 1));
  const whole = all.filter(({ files }) => WANTED.every(name => files[name]));
  const parts = all.filter(({ files }) => !WANTED.every(name => files[name]));
  return { whole, missing: parts.map(({ folder, files }) => `${folder} lacks ${WANTED.filter(name => !files[name]).join(" and ")}`) };
}

// ---- Numbers: 4 digits, rounded up ----
function above(text) {
  const [p, q] = (text.includes("/") ? text : text + "/1").split("/").map(BigInt);
  if (p === 0n) return "0";
  let e = 0;
  const digits = e => (e >= 0 ? (p + q * 10n ** BigInt(e) - 1n) / (q * 10n ** BigInt(e)) : (p * 10n ** BigInt(-e) + q - 1n) / q);
  e = p.toString().length - q.toString().length - 4;
  while (digits(e) >= 10000n) e++;
  while (digits(e) < 1000n) e--;
  const d = digits(e).toString();
  return `${d[0]}.${d.slice(1)}e${e + 3}`;
}
const amount = text => (text.length > 6 && /^[\d/]+$/.test(text) ? `${text} (at most ${above(text)})` : text);

// ---- The check ----
let worker = null, ended = null;
function check(files) {
  return new Promise(resolve => {
    const read = { statement: null, verdict: null, trouble: null };
    const size = { "reading the network": files["network.json"].length, "reading the certificate": files["certificate.json"].length };
    const address = URL.createObjectURL(new Blob([element("worker").textContent], { type: "text/javascript" }));
    worker = new Worker(address);
    URL.revokeObjectURL(address);
    ended = () => { worker.terminate(); worker = ended = null; resolve(read); };
    worker.onerror = event => { event.preventDefault(); read.trouble = event.message || "the browser ended the worker"; ended(); };
    worker.onmessage = ({ data }) => {
      if (data.trouble) read.trouble = data.trouble;
      if (data.trouble || data.done) return ended();
      const line = JSON.parse(data.line);
      if (line.statement) read.statement = line.statement;
      else if (line.verdict) read.verdict = line;
      else {
        const progress = element("progress");
        if (size[line.stage]) progress.value = line.bytes / size[line.stage]; else progress.removeAttribute("value");
        if (progress.title !== line.stage) { progress.title = line.stage; say(`${current}: ${line.stage} ...`); }
      }
    };
    worker.postMessage({ checker: element("checker").textContent, files });
  });
}

// ---- Answers ----
function aloud(statement, bound) {
  const { tokens, domain, outputs, network } = statement;
  const places = domain.map(([low, high], k) => `x[${k}] from ${low} to ${high}`);
  const same = domain.every(([low, high]) => low === domain[0][0] && high === domain[0][1]);
  const box = same ? `all ${domain.length} coordinates from ${domain[0][0]} to ${domain[0][1]}`
    : places.length <= 12 ? places.join(", ") : places.slice(0, 12).join(", ") + `, and ${places.length - 12} more as in target.toml`;
  const lengths = tokens === null ? "For every length n of at least 1, for all sequences of n tokens" : `For all sequences of ${tokens} tokens`;
  const which = outputs.length === 1 ? "" : ` and each of the ${outputs.length} outputs`;
  return `${lengths} with ${box}, and for every token${which}: network and target differ by at most ${amount(bound)}. ` +
    "Both are meant over the real numbers, with real exponentials and square roots, and without any rounding.";
}
function show({ folder, verdict, statement, trouble, seconds, cancelled }) {
  const article = make("article");
  article.append(make("h2", folder));
  const words = { accepted: "accepted", refused: "refused", unreadable: "not read", "not covered": "not covered" };
  const said = verdict ? words[verdict.verdict] : cancelled ? "cancelled" : "no answer";
  const line = make("p", undefined, "verdict " + (verdict ? verdict.verdict.replace(" ", "-") : ""));
  line.append(make("strong", said));
  if (said === "accepted") line.append(`: the bound ${amount(verdict.certified)} is proved, and it is at most epsilon, ${verdict.epsilon}.`);
  else if (verdict) line.append(`: ${said === "not read" ? "expected" : "rule"} ${verdict.rule}${verdict.place ? ", at " + verdict.place : ""}.`);
  else if (cancelled) line.append(": nothing is claimed.");
  else line.append(`: ${trouble || "the program ended without one"}. Nothing is claimed; the program sumformer-verified may have more room.`);
  article.append(line);
  if (statement) {
    article.append(make("p", (said === "accepted" ? "It is true that: " : "What would have to be shown: ") + aloud(statement, said === "accepted" ? verdict.certified : "epsilon"), "statement"));
    article.append(make("p", "The target, as it was read (x is the token, y and z run over tokens):"));
    const list = make("ol");
    list.start = 0;
    statement.outputs.slice(0, 64).forEach(text => { const item = make("li"); item.append(make("code", text)); list.append(item); });
    article.append(list);
    if (statement.outputs.length > 64) article.append(make("p", `and ${statement.outputs.length - 64} more outputs.`));
    article.append(make("p", `The network: ${statement.network}.`));
  }
  if (said === "accepted" && verdict.witness) {
    const { error, exact } = verdict.witness;
    article.append(make("p", `At the witness, a sequence in the box, they differ by ${exact ? "exactly" : "at least"} ${amount(error)}: no smaller bound than that is true.`));
  }
  if (said === "refused") article.append(make("p", "A claim of the certificate does not follow. That does not show that the bound is false."));
  if (said === "not covered") article.append(make("p", "Nothing is wrong as far as the proved checker looked, but no rule of it speaks of this. The command check of sumformer covers more."));
  if (said === "accepted") article.append(make("p", `It did not look at: ${verdict.unread.join(", ")}. The bound does not depend on that.`, "soft"));
  article.append(make("p", `${seconds.toFixed(1)} s in this browser.`, "soft"));
  element("results").append(article);
}
let run = 0, current = "";
async function begin(files) {
  const mine = ++run;
  if (ended) ended();
  element("results").replaceChildren();
  say("Reading files ...");
  try {
    const { whole, missing } = proofs(await contents(files));
    if (mine !== run) return;
    if (!whole.length) throw new Error(missing.length ? missing.join("; ") : "no target.toml, network.json and certificate.json are among these files (a network.json.zst has to be decompressed first)");
    element("working").hidden = false;
    let accepted = 0, done = 0;
    for (const { folder, files } of whole) {
      current = whole.length > 1 ? `${folder} (${done + 1} of ${whole.length})` : folder;
      element("progress").title = "";
      const start = performance.now();
      const read = await check(files);
      if (mine !== run && !read.verdict) { show({ ...read, folder, cancelled: true, seconds: (performance.now() - start) / 1000 }); break; }
      show({ ...read, folder, seconds: (performance.now() - start) / 1000 });
      done++;
      if (read.verdict && read.verdict.verdict === "accepted") accepted++;
      if (mine !== run) break;
    }
    element("working").hidden = true;
    const lacking = missing.length ? ` Not checked: ${missing.join("; ")}.` : "";
    say(mine === run ? `Done: ${accepted} of ${done} accepted.${lacking}` : `Cancelled after ${done} of ${whole.length}.`);
  } catch (error) {
    if (mine !== run) return;
    element("working").hidden = true;
    say(`Nothing was checked: ${error.message}.`);
  }
}
// Forgets the run at hand, whose loop then ends.
function cancel() {
  run++;
  if (ended) ended();
}

// ---- What people do ----
const listed = list => [...list].map(file => ({ path: file.webkitRelativePath || file.name, file }));
for (const id of ["folder", "files"]) element(id).onchange = event => { begin(listed(event.target.files)); event.target.value = ""; };
element("cancel").onclick = cancel;
element("choose").onsubmit = event => event.preventDefault();
// Files in folders that were dropped, with their paths; a folder names at most a hundred entries at a time.
async function entries(entry, path) {
  if (entry.isFile) return [{ path: path + entry.name, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) }];
  const reader = entry.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    for (const inside of some) all.push(...await entries(inside, path + entry.name + "/"));
  }
  return all;
}
document.ondragover = event => { event.preventDefault(); document.body.classList.add("over"); };
document.ondragleave = () => document.body.classList.remove("over");
document.ondrop = async event => {
  event.preventDefault();
  document.body.classList.remove("over");
  const dropped = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(entry => entry);
  if (!dropped.length) return begin(listed(event.dataTransfer.files));
  const all = [];
  try { for (const entry of dropped) all.push(...await entries(entry, "")); } catch (error) { return say(`Nothing was checked: ${error.message}.`); }
  begin(all);
};
