// The files of a .zip, stored or deflated (APPNOTE 6.3.10 without encryption, several volumes and Zip64).
async function unzipped(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = what => new Error("this .zip cannot be read: " + what);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw bad("it has no directory");
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const found = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw bad("its directory is damaged");
    const flags = view.getUint16(at + 8, true), method = view.getUint16(at + 10, true);
    const packed = view.getUint32(at + 20, true), size = view.getUint32(at + 24, true);
    const names = view.getUint16(at + 28, true), extra = view.getUint16(at + 30, true), comment = view.getUint16(at + 32, true);
    const local = view.getUint32(at + 42, true);
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + names));
    at += 46 + names + extra + comment;
    if (!WANTED.includes(path.split("/").pop())) continue;
    if (flags & 1) throw bad(path + " is encrypted");
    if (local + 30 > bytes.length || view.getUint32(local, true) !== 0x04034b50) throw bad(path + " is not where it should be");
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const data = bytes.subarray(start, start + packed);
    if (size > LARGEST) throw new Error(path + " is too large for this page; the program sumformer-verified takes it");
    found.push({ path, bytes: method === 0 ? data : method === 8 ? await inflated(data, size, bad) : bad(path + " is compressed in another way") });
    const last = found[found.length - 1];
    if (last.bytes instanceof Error) throw last.bytes;
    if (last.bytes.length !== size) throw bad(path + " is not as long as it says");
  }
  return found;
}
// At most size bytes and one: whoever says less than there is does not fill the memory.
async function inflated(data, size, bad) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const whole = new Uint8Array(size);
  let length = 0;
  for (;;) {
    let part;
    try { part = await reader.read(); } catch { throw bad("its data are damaged"); }
    if (part.done) return whole.subarray(0, length);
    if (length + part.value.length > size) throw bad("there is more in it than it says");
    whole.set(part.value, length);
    length += part.value.length;
  }
}
