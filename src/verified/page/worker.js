// Runs the extracted checker on three files: they are put where the OCaml program finds them, and each line that it prints is
// passed on.
onmessage = event => {
  const { checker, files } = event.data;
  const text = bytes => {
    const parts = [];
    for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode.apply(null, bytes.subarray(at, at + 8192)));
    return parts.join("");
  };
  globalThis.caml_fs_tmp = Object.entries(files).map(([name, bytes]) => ({ name: "/static/" + name, content: text(bytes) }));
  console.log = line => postMessage({ line });
  console.error = console.warn = line => postMessage({ trouble: String(line) });
  const address = URL.createObjectURL(new Blob([checker], { type: "text/javascript" }));
  try {
    importScripts(address);
    postMessage({ done: true });
  } catch (error) {
    postMessage({ trouble: String(error) });
  }
};
