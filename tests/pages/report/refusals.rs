//! What is not proved is not on the page as proved, and foreign files are left alone.

use common::proof_set::proofs;
use common::run;
use std::fs;
use std::path::Path;

/// A copy of a proof that may be changed.
fn copy(name: &str, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in ["target.toml", "network.json", "certificate.json"] {
        fs::copy(proofs().join(name).join(file), to.join(file)).unwrap();
    }
}

fn edit(file: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let mut value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    change(&mut value);
    fs::write(file, value.to_string()).unwrap();
}

#[test]
fn an_invalid_proof_is_shown_as_invalid() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    copy("line", &here.join("good"));
    copy("line", &here.join("bad"));
    edit(&here.join("bad/certificate.json"), |certificate| {
        certificate["certified"] = "1/1000000".into();
        certificate["witness"] = serde_json::Value::Null;
    });
    let report = run(here, "report good bad --json");
    assert_eq!(report.code, 1, "{}", report.stderr);
    let page = fs::read_to_string(here.join("report.html")).unwrap();
    let articles: Vec<&str> = page.split("<article").skip(1).collect();
    assert!(articles[0].contains("class=\"verdict valid\"") && articles[0].contains("rules passed"));
    let bad = articles[1];
    assert!(bad.contains("class=\"verdict invalid\"") && bad.contains("nothing is proved"));
    assert!(!bad.contains("rules passed") && bad.contains("claimed, not proved"));
    // Neither in tables nor in pictures; the checker's message may speak of the claim by its name.
    assert!(!bad.contains("<th scope=\"row\">certified") && !bad.contains("certified</text>"), "{bad}");
    assert!(!bad.contains("Certified on the whole box") && bad.contains(">claimed</text>"));
    assert!(bad.contains("names no witness, so the slice goes through"));
    let checked = run(here, "check bad --json");
    let checked: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&report.stdout).unwrap();
    for key in ["verdict", "rule", "place", "message"] {
        assert_eq!(answer["results"][1][key], checked["results"][0][key]);
    }
    assert!(
        bad.contains(&maud::html! { (checked["results"][0]["message"].as_str().unwrap()) }.into_string())
    );
    assert!(page.contains("1 valid") && page.contains("1 invalid"));
    // In the overview no bound stands beside it.
    let overview = &page[page.find("id=\"overview\"").unwrap()..page.find("id=\"latents\"").unwrap()];
    let row = overview.split("<tr>").last().unwrap();
    assert!(
        row.contains("word invalid") && row.contains("<td class=\"n\">–</td><td class=\"n\">–</td>"),
        "{row}"
    );
}

#[test]
fn a_changed_network_is_invalid_and_still_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    copy("all/linformer", &here.join("proof"));
    edit(&here.join("proof/network.json"), |network| network["blocks"][0]["label"] = "another".into());
    let report = run(here, "report proof");
    assert_eq!(report.code, 1);
    let page = fs::read_to_string(here.join("report.html")).unwrap();
    assert!(page.contains("Rule <code>hash</code>") && page.contains("<svg"));
}

#[test]
fn an_incomplete_proof_is_shown_as_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    copy("boxes", &here.join("proof"));
    edit(&here.join("proof/certificate.json"), |certificate| {
        let tree = certificate["route"]["boxes"]["tree"].as_str().unwrap().replacen('.', "?", 1);
        certificate["route"]["boxes"]["tree"] = tree.into();
    });
    let report = run(here, "report proof");
    assert_eq!(report.code, 3, "{}", report.stderr);
    let page = fs::read_to_string(here.join("report.html")).unwrap();
    assert!(page.contains("class=\"verdict incomplete\"") && !page.contains("rules passed"));
}

#[test]
fn unreadable_folders_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::create_dir(here.join("empty")).unwrap();
    for (line, why) in [
        ("report", "required"),
        ("report empty", "no certificate.json here"),
        ("report nowhere", "no certificate.json here"),
    ] {
        let report = run(here, line);
        assert_eq!(report.code, 2, "{line}");
        assert!(report.stderr.contains(why), "{line}: {}", report.stderr);
    }
    copy("line", &here.join("broken"));
    fs::write(here.join("broken/network.json"), "{").unwrap();
    let report = run(here, "report broken --json");
    assert_eq!(report.code, 2);
    assert!(report.stdout.contains("\"exit_code\":2") && report.stderr.contains("broken"));
    assert!(!here.join("report.html").exists());
}

#[test]
fn only_pages_of_report_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    copy("line", &here.join("proof"));
    assert_eq!(run(here, "report proof").code, 0);
    assert_eq!(run(here, "report proof").code, 0, "its own page is replaced");
    let mine = "<!DOCTYPE html><title>mine</title>";
    fs::write(here.join("mine.html"), mine).unwrap();
    fs::create_dir(here.join("folder.html")).unwrap();
    let foreign = "was not made by `sumformer report`";
    for (name, why) in [
        ("mine.html", foreign),
        ("folder.html", "it exists and is not a file"),
        ("proof/network.json", foreign),
    ] {
        let report = run(here, &format!("report proof -o {name}"));
        assert_eq!(report.code, 2, "{name}");
        assert!(report.stderr.contains(why), "{}", report.stderr);
    }
    assert_eq!(fs::read_to_string(here.join("mine.html")).unwrap(), mine);
    assert_eq!(run(here, "report proof -o no/such/page.html").code, 2);
    let left = fs::read_dir(here)
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with(".sumformer"));
    assert_eq!(left.count(), 0);
}
