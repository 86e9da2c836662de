//! A page in a real browser: Chromium, driven through DevTools.
//!
//! Without a browser the test says that it is skipped; with `SUMFORMER_REQUIRE_BROWSER=1` it then fails.

use crate::devtools::{Browser, find_browser};
use common::proof_set::{page_of_all, proofs};
use serde_json::json;

/// A browser, or nothing where there is none and none is required.
pub fn start() -> Option<Browser> {
    let Some(program) = find_browser() else {
        assert!(
            std::env::var_os("SUMFORMER_REQUIRE_BROWSER").is_none_or(|value| value != "1"),
            "SUMFORMER_REQUIRE_BROWSER=1, but there is no browser"
        );
        println!("skipped: there is no Chromium on this machine");
        return None;
    };
    Some(Browser::start(&program))
}

/// The page of all proofs in it.
fn open() -> Option<Browser> {
    let mut browser = start()?;
    page_of_all();
    let file = proofs().join("page.html").canonicalize().expect("the page is there");
    browser.open(&format!("file://{}", file.display()));
    Some(browser)
}

/// Makes the window so wide.
pub fn width(browser: &mut Browser, pixels: u32) {
    let metrics = json!({ "width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": false });
    browser.call("Emulation.setDeviceMetricsOverride", metrics);
}

/// As if the reader preferred light or dark pages.
pub fn colours(browser: &mut Browser, scheme: &str) {
    let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
    browser.call("Emulation.setEmulatedMedia", json!({ "media": "", "features": features }));
}

#[test]
fn the_page_is_quiet_and_loads_nothing() {
    let Some(mut browser) = open() else { return };
    let (_, answer) = page_of_all();
    assert_eq!(browser.evaluate("document.title"), answer["title"]);
    let dangling = browser.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.getElementById(a.hash.slice(1))).length",
    );
    assert_eq!(dangling, 0);
    let unnamed = browser.evaluate(
        "[...document.querySelectorAll('svg, img')].filter(p => p.getAttribute('role') !== 'img' || \
         !(p.alt || (p.querySelector('title')?.textContent && p.querySelector('desc')?.textContent))).length",
    );
    assert_eq!(unnamed, 0, "pictures without a name");
    let bare = browser.evaluate("[...document.querySelectorAll('th')].filter(h => !h.scope).length");
    assert_eq!(bare, 0, "headers without a scope");
    let broken = browser.evaluate("[...document.images].filter(i => !i.complete || !i.naturalWidth).length");
    assert_eq!(broken, 0, "pictures that do not load");
    for event in browser.events() {
        let method = event["method"].as_str().unwrap_or_default();
        let noise =
            ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"].contains(&method);
        assert!(!noise, "{event}");
        if method == "Network.requestWillBeSent" {
            let address = event["params"]["request"]["url"].as_str().unwrap_or_default();
            assert!(
                address.starts_with("file://") && address.ends_with("/page.html")
                    || address.starts_with("data:"),
                "{address:.80}"
            );
        }
    }
}

#[test]
fn nothing_is_wider_than_the_window() {
    let Some(mut browser) = open() else { return };
    for pixels in [1280, 768, 390, 360] {
        width(&mut browser, pixels);
        browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
        let page = browser.evaluate("document.documentElement.scrollWidth");
        assert!(page.as_u64().unwrap() <= u64::from(pixels), "{page} on {pixels} pixels");
        // What is wider than its region scrolls there.
        let cut = browser.evaluate(
            "[...document.querySelectorAll('table, svg, img')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 \
             && !e.closest('.scroll')).length",
        );
        assert_eq!(cut, 0, "cut at {pixels} pixels");
        // What matters most is seen without scrolling sideways, also on a phone.
        let verdicts = browser.evaluate(
            "[...document.querySelectorAll('#overview .word')].map(e => e.getBoundingClientRect().right)",
        );
        let verdicts = verdicts.as_array().unwrap();
        assert!(!verdicts.is_empty());
        for right in verdicts {
            assert!(
                right.as_f64().unwrap() <= f64::from(pixels),
                "a verdict ends at {right} of {pixels} pixels"
            );
        }
    }
}

#[test]
fn the_keyboard_reaches_contents_and_tables() {
    let Some(mut browser) = open() else { return };
    let mut reached = Vec::new();
    for _ in 0..40 {
        browser.press("Tab", 9);
        let at = browser.evaluate(
            "(e => e.closest('nav') ? 'nav ' + e.hash : e.classList.contains('scroll') ? 'region ' + e.getAttribute('aria-label') \
             : e.className || e.tagName)(document.activeElement)",
        );
        let outline = browser.evaluate("getComputedStyle(document.activeElement).outlineStyle");
        assert_ne!(outline, "none", "{at} shows no focus");
        reached.push(at.as_str().unwrap_or_default().to_string());
    }
    assert_eq!(reached[0], "skip");
    assert_eq!(reached[1], "nav #overview");
    let place = |wanted: &str| reached.iter().position(|at| at == wanted);
    let table = place("region Overview of all proofs").expect("the overview is reached");
    assert!(place("nav #proof-9").is_some_and(|nav| nav < table), "{reached:?}");
    assert!(place("SUMMARY").is_some(), "{reached:?}");
    assert!(place("region Chain of errors (picture)").is_some(), "{reached:?}");
}

/// The lowest contrast of a text with the page, and the text; SVG text is filled, other text has a colour.
pub const CONTRAST: &str = r#"(() => {
  const rgb = s => s.match(/[\d.]+/g).slice(0, 3).map(Number);
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const paper = light(rgb(getComputedStyle(document.body).backgroundColor));
  let worst = [99, ''];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || ['title', 'desc', 'TITLE', 'DESC'].includes(e.tagName)) continue;
    const style = getComputedStyle(e);
    const ink = light(rgb(e.tagName === 'text' ? style.fill : style.color));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < worst[0]) worst = [ratio, e.tagName + ' ' + e.className + ': ' + e.textContent.slice(0, 40)];
  }
  return worst; })()"#;

#[test]
fn text_is_legible_in_light_and_dark() {
    let Some(mut browser) = open() else { return };
    let mut papers = Vec::new();
    for scheme in ["light", "dark"] {
        colours(&mut browser, scheme);
        let worst = browser.evaluate(CONTRAST);
        assert!(worst[0].as_f64().unwrap() >= 4.5, "{scheme}: {worst}");
        papers.push(browser.evaluate("getComputedStyle(document.body).backgroundColor"));
    }
    assert_ne!(papers[0], papers[1]);
}

#[test]
fn print_shows_everything_on_white() {
    let Some(mut browser) = open() else { return };
    let (_, answer) = page_of_all();
    browser.call(
        "Emulation.setEmulatedMedia",
        json!({ "media": "print", "features": [{ "name": "prefers-color-scheme", "value": "dark" }] }),
    );
    assert_eq!(browser.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    let hidden = browser.evaluate("[...document.querySelectorAll('details table')].filter(t => !t.getBoundingClientRect().height).length");
    assert_eq!(hidden, 0, "tables stay folded");
    browser.call("Emulation.setEmulatedMedia", json!({ "media": "", "features": [] }));
    let printed = browser.call("Page.printToPDF", json!({ "printBackground": true }));
    let bytes = crate::devtools::decode(printed["data"].as_str().expect("a file"));
    assert!(bytes.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(&bytes);
    let pages = text.matches("/Type /Page\n").count();
    // Every proof begins a page.
    assert!(pages > answer["results"].as_array().map_or(0, Vec::len), "{pages} pages");
}

/// Of a picture: the lowest contrast of a text with the ground, texts that lie on each other, and texts that are cut. What
/// is written on cells of a heat map is not on the ground.
const PICTURE: &str = r##"(() => {
  const rgb = s => s.match(/[\d.]+/g).slice(0, 3).map(Number);
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = light(rgb(getComputedStyle(document.querySelector('.ground')).fill));
  const texts = [...document.querySelectorAll('text')].filter(t => t.textContent.trim());
  const boxes = texts.map(t => t.getBoundingClientRect());
  const frame = document.documentElement.getBoundingClientRect();
  let worst = [99, ''], overlaps = [], cut = [];
  texts.forEach((t, i) => {
    if (!['#010101', '#FFFFFF'].includes(t.getAttribute('fill'))) {
      const ink = light(rgb(getComputedStyle(t).fill));
      const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      if (ratio < worst[0]) worst = [ratio, t.textContent];
    }
    const a = boxes[i];
    if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 || a.bottom > frame.bottom + 1)
      cut.push(t.textContent);
    for (let j = 0; j < i; j++) {
      const b = boxes[j];
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (width > 1 && height > 3) overlaps.push(texts[j].textContent.trim() + ' | ' + t.textContent.trim());
    }
  });
  return [worst, overlaps, cut]; })()"##;

#[test]
fn committed_pictures_are_legible_in_light_and_dark() {
    let Some(mut browser) = start() else { return };
    let mut pictures = 0;
    for folder in ["docs/scaling", "docs/figures"] {
        let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(place).expect("the folder is there") {
            let file = entry.expect("an entry").path();
            if file.extension().is_none_or(|extension| extension != "svg") {
                continue;
            }
            pictures += 1;
            for scheme in ["light", "dark"] {
                colours(&mut browser, scheme);
                browser.open(&format!("file://{}", file.display()));
                let found = browser.evaluate(PICTURE);
                let what = format!("{}, {scheme}: {found}", file.display());
                assert!(found[0][0].as_f64().unwrap() >= 4.5, "{what}");
                assert!(found[1].as_array().unwrap().is_empty(), "texts lie on each other: {what}");
                assert!(found[2].as_array().unwrap().is_empty(), "texts are cut: {what}");
            }
        }
    }
    assert!(pictures >= 15, "{pictures} pictures");
}
