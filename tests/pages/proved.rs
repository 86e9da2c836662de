//! The proved checker as a page (`make -C src/verified page`), in a real browser.

use crate::browser::{CONTRAST, colours, start, width};
use crate::devtools::Browser;
use common::{repository, sumformer};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The page; where it is not built there is nothing to test, unless it is required, as in CI.
fn page() -> Option<PathBuf> {
    let page = repository("src/verified/build/check.html");
    if page.exists() {
        return Some(page);
    }
    assert!(
        std::env::var_os("SUMFORMER_REQUIRE_VERIFIED").is_none(),
        "run `make -C src/verified page` before this test"
    );
    println!("skipped: there is no {}; `make -C src/verified page` builds it", page.display());
    None
}

fn open() -> Option<Browser> {
    let page = page()?;
    let mut browser = start()?;
    browser.open(&format!("file://{}", page.display()));
    Some(browser)
}

fn prove(scratch: &Path, target: &str, name: &str, options: &str) -> PathBuf {
    let target = repository(&format!("constructions/{target}")).display().to_string();
    sumformer(scratch).args(["prove", &target, "-o", name]).line(options).run().expect(0);
    scratch.join(name)
}

fn rewrite(file: &Path, change: impl Fn(&str) -> String) {
    let text = std::fs::read_to_string(file).expect("readable");
    let changed = change(&text);
    assert_ne!(text, changed, "{}", file.display());
    std::fs::write(file, changed).expect("a file is written");
}

/// Waits until the status begins with one of these, and returns it.
fn status(browser: &mut Browser, beginnings: &[&str]) -> String {
    let start = Instant::now();
    loop {
        let text = browser.evaluate("document.getElementById('status').textContent");
        let text = text.as_str().expect("a text").to_string();
        if beginnings.iter().any(|beginning| text.starts_with(beginning)) {
            return text;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "still: {text}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What the page says of these files: the status, and the results.
fn say(browser: &mut Browser, input: &str, files: &[&Path]) -> (String, String) {
    browser.evaluate("document.getElementById('status').textContent = ''");
    browser.choose(input, files);
    let status = status(browser, &["Done", "Nothing was"]);
    let results = browser.evaluate("document.getElementById('results').innerText");
    (status, results.as_str().expect("a text").to_string())
}

/// Neither errors nor warnings nor requests.
fn is_quiet(browser: &Browser) {
    for event in browser.events() {
        let method = event["method"].as_str().unwrap_or_default();
        assert!(
            !["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"].contains(&method),
            "{event}"
        );
        if method == "Network.requestWillBeSent" {
            let address = event["params"]["request"]["url"].as_str().unwrap_or_default();
            assert!(address.starts_with("file://") || address.starts_with("blob:"), "{address:.80}");
        }
    }
}

#[test]
fn proofs_get_the_answer_of_the_proved_checker() {
    let Some(mut browser) = open() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let scratch = scratch.path();

    let good = prove(scratch, "sum-of-squares", "good", "");
    let (status, text) = say(&mut browser, "folder", &[&good]);
    assert_eq!(status, "Done: 1 of 1 accepted.");
    for words in [
        "accepted: the bound 1/1024 is proved",
        "It is true that: For all sequences of 4 tokens with all 2 coordinates from 0 to 1",
        "sum(y: y[0]^2 + y[1]^2)",
        "66 hidden units (relu); 1 attention head (softmax)",
        "hashes",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }

    // A smaller bound than the one that follows.
    let bad = prove(scratch, "sum-of-squares", "bad", "");
    rewrite(&bad.join("certificate.json"), |text| {
        text.replacen(r#""certified": "1/1024""#, r#""certified": "1/2048""#, 1)
    });
    let (status, text) = say(&mut browser, "folder", &[&bad]);
    assert_eq!(status, "Done: 0 of 1 accepted.");
    assert!(text.contains("refused: rule total, at output 0."), "{text}");

    // Cut off in the middle: the three files, chosen one by one.
    let network = std::fs::read(good.join("network.json")).expect("readable");
    std::fs::write(bad.join("network.json"), &network[..network.len() / 2]).expect("a file is written");
    let files = ["target.toml", "network.json", "certificate.json"].map(|name| bad.join(name));
    let (status, text) = say(&mut browser, "files", &files.each_ref().map(PathBuf::as_path));
    assert_eq!(status, "Done: 0 of 1 accepted.");
    assert!(text.contains("not read: expected JSON, at network.json."), "{text}");

    let beyond = prove(scratch, "distance-from-mean", "beyond", "");
    let (_, text) = say(&mut browser, "folder", &[&beyond]);
    assert!(text.contains("not covered: rule functions of the language, at target.toml output 0."), "{text}");

    // Several proofs at once, and a file without its proof.
    let all = scratch.join("all");
    std::fs::create_dir_all(all.join("part")).expect("a folder");
    std::fs::copy(good.join("target.toml"), all.join("part/target.toml")).expect("a copy");
    std::fs::rename(&good, all.join("good")).expect("moved");
    std::fs::rename(&beyond, all.join("beyond")).expect("moved");
    let (status, text) = say(&mut browser, "folder", &[&all]);
    assert_eq!(
        status,
        "Done: 1 of 2 accepted. Not checked: all/part lacks network.json and certificate.json."
    );
    assert!(text.find("all/beyond") < text.find("all/good"), "{text}");

    let (status, _) = say(&mut browser, "files", &[&all.join("part/target.toml")]);
    assert_eq!(status, "Nothing was checked: proof lacks network.json and certificate.json.");
    std::fs::write(scratch.join("damaged.zip"), b"PK\x03\x04 and no more").expect("a file is written");
    let (status, _) = say(&mut browser, "files", &[&scratch.join("damaged.zip")]);
    assert!(status.starts_with("Nothing was checked: this .zip cannot be read"), "{status}");
    is_quiet(&browser);
}

#[test]
fn large_networks_are_checked_from_an_archive_and_can_be_cancelled() {
    let Some(mut browser) = open() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let proof = prove(scratch.path(), "pair-potential", "large", "--activation relu --epsilon 1/10000");
    assert!(std::fs::metadata(proof.join("network.json")).expect("there").len() > 2_000_000);
    let archive = scratch.path().join("large.zip");
    let zip = Command::new("python3").args(["-m", "zipfile", "-c"]).arg(&archive).arg(&proof).status();
    assert!(zip.expect("python3, which writes the archive").success());
    let (status_text, text) = say(&mut browser, "files", &[&archive]);
    assert_eq!(status_text, "Done: 1 of 1 accepted.");
    assert!(text.contains("accepted: the bound") && text.contains("e-5) is proved"), "{text}");

    browser.choose("files", &[&archive]);
    status(&mut browser, &["large.zip/large: "]);
    browser.evaluate("document.getElementById('cancel').click()");
    assert_eq!(status(&mut browser, &["Done", "Cancelled"]), "Cancelled after 0 of 1.");
    let text = browser.evaluate("document.getElementById('results').innerText");
    assert!(text.as_str().is_some_and(|text| text.contains("cancelled: nothing is claimed.")), "{text}");
    is_quiet(&browser);
}

#[test]
fn the_checkers_page_is_for_keyboards_and_phones() {
    let Some(mut browser) = open() else { return };
    let mut reached = Vec::new();
    for _ in 0..2 {
        browser.press("Tab", 9);
        let at = browser.evaluate("document.activeElement.id");
        let outline = browser.evaluate("getComputedStyle(document.activeElement).outlineStyle");
        assert_ne!(outline, "none", "{at} shows no focus");
        reached.push(at.as_str().unwrap_or_default().to_string());
    }
    assert_eq!(reached, ["folder", "files"], "{reached:?}");
    let unnamed = browser.evaluate(
        "[...document.querySelectorAll('input, button, progress, section')].filter(e => \
         !(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label'))).length",
    );
    assert_eq!(unnamed, 0, "controls without a name");

    let scratch = tempfile::tempdir().expect("a folder");
    let proof = prove(scratch.path(), "figure-2-d10", "phone", "--activation relu2");
    let (status, _) = say(&mut browser, "folder", &[&proof]);
    assert_eq!(status, "Done: 1 of 1 accepted.");
    for pixels in [1280, 390, 320] {
        width(&mut browser, pixels);
        let page = browser.evaluate("document.documentElement.scrollWidth");
        assert!(page.as_u64().is_some_and(|page| page <= u64::from(pixels)), "{page} on {pixels} pixels");
    }
    for scheme in ["light", "dark"] {
        colours(&mut browser, scheme);
        let worst = browser.evaluate(CONTRAST);
        assert!(worst[0].as_f64().is_some_and(|contrast| contrast >= 4.5), "{scheme}: {worst}");
    }
    is_quiet(&browser);
}
