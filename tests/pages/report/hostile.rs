//! Files may say anything: it stays text.

use common::run;

const NAME: &str =
    r#"</title></style></script><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;"\u202Ename"#;

#[test]
fn names_from_files_stay_text() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let escaped = NAME.replace('"', "\\\"");
    let target = "name = \"plain\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/10\"\noutput = [\"sum(y != x: y[0])^2\"]\n";
    std::fs::write(here.join("target.toml"), target).unwrap();
    assert_eq!(run(here, "prove target.toml -o proof").code, 0);
    // The name in the target file, the names of slots and labels of blocks in the network.
    let renamed = target.replace("plain", &escaped);
    std::fs::write(here.join("proof/target.toml"), &renamed).unwrap();
    let file = here.join("proof/network.json");
    let mut network: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    network["slots"][0] = "</svg><script>alert(3)</script>\u{202e}".into();
    network["blocks"][0]["label"] = "<b onclick=alert(4)>\"'&lt;".into();
    let network = network.to_string();
    std::fs::write(&file, &network).unwrap();
    let file = here.join("proof/certificate.json");
    let mut certificate: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    certificate["target_sha256"] = sumformer_checker::format::sha256(renamed.as_bytes()).into();
    certificate["network_sha256"] = sumformer_checker::format::sha256(network.as_bytes()).into();
    std::fs::write(&file, certificate.to_string()).unwrap();

    // The target language has rules for names; what it refuses is on no page.
    let report = run(here, "report proof -o page.html");
    assert!(report.code == 2 && report.stderr.contains("not a name"), "{}", report.stderr);
    assert!(!here.join("page.html").exists());
    std::fs::write(here.join("proof/target.toml"), target).unwrap();
    certificate["target_sha256"] = sumformer_checker::format::sha256(target.as_bytes()).into();
    std::fs::write(&file, certificate.to_string()).unwrap();
    let report = run(here, "report proof -o page.html");
    assert_eq!(report.code, 0, "{}", report.stderr);
    let page = std::fs::read_to_string(here.join("page.html")).unwrap();
    assert!(page.contains("&lt;/svg&gt;&lt;script&gt;alert(3)&lt;/script&gt;\\u202e"));
    assert!(page.contains("&lt;b onclick=alert(4)&gt;&quot;") && page.contains("&amp;lt;"));
    for wrong in ["<script", "<img src=x", "<b ", "</svg><", "\u{202e}"] {
        let inside = page.matches(wrong).count();
        let own = if wrong == "</svg><" { page.matches("<svg").count() } else { 0 };
        assert!(inside <= own, "{wrong:?} is on the page");
    }
}

#[test]
fn titles_stay_text() {
    let proofs = common::proof_set::proofs();
    let title = "</title><script>alert(1)</script>&\"";
    let report = run(proofs, &format!("report line -o titled.html --title {title}"));
    assert_eq!(report.code, 0, "{}", report.stderr);
    let page = std::fs::read_to_string(proofs.join("titled.html")).unwrap();
    assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;</title>"));
    assert!(!page.contains("<script"));
}
