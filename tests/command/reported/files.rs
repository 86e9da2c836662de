//! Folders that hold more than one proof, things that are no files, runs that are killed while they write.

use super::support::proof;
use common::process::program;
use common::run;
use std::fs;
use std::path::Path;

/// A folder with the files of a proof.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in ["target.toml", "network.json", "certificate.json"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

#[test]
fn a_folder_and_its_sub_folders_are_both_checked() {
    let folder = proof();
    let here = folder.path();
    copy(&here.join("proof"), &here.join("proof/transformer"));
    let run_ = run(here, "check proof").expect(0);
    assert!(run_.stdout.contains("proof: valid") && run_.stdout.contains("proof/transformer: valid"));
    // One weight changed: the own certificate does not hide it.
    let file = here.join("proof/transformer/network.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("\"label\": \"", "\"label\": \"x", 1)).unwrap();
    let run_ = run(here, "check proof").expect(1);
    assert!(run_.stdout.contains("proof: valid") && run_.stdout.contains("proof/transformer: INVALID"));
    // The rest of a proof is no proof.
    for name in ["network.json", "certificate.json"] {
        let said = &format!("proof/transformer/{name}: No such file");
        copy(&here.join("proof"), &here.join("proof/transformer"));
        fs::remove_file(here.join("proof/transformer").join(name)).unwrap();
        let run_ = run(here, "check proof").expect(2);
        assert!(run_.stdout.contains("proof: valid") && run_.stderr.contains(said), "{}", run_.stderr);
    }
    let run_ = run(here, "check proof --json").expect(2);
    let answer: serde_json::Value = serde_json::from_str(&run_.stdout).unwrap();
    assert_eq!(answer["results"][0]["verdict"], "valid");
    assert_eq!(answer["results"][1]["error"]["exit_code"], 2);
    // What reads one proof reads the folder's own.
    run(here, "explain proof").expect(0);
}

#[test]
#[cfg(target_os = "linux")]
fn pipes_and_devices_are_no_files() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let folder = proof();
    let here = folder.path();
    let pipe = |name: &str| {
        mknodat(CWD, here.join(name), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    };
    pipe("pipe");
    for name in ["target.toml", "network.json", "certificate.json"] {
        let spoilt = here.join(format!("with-{name}"));
        copy(&here.join("proof"), &spoilt);
        fs::remove_file(spoilt.join(name)).unwrap();
        pipe(&format!("with-{name}/{name}"));
        for command in ["check", "explain", "eval --input - --scalar exact", "report", "merge -o merged"] {
            let line = format!("{command} with-{name}");
            let run = run(here, &line).expect(2);
            assert!(run.all().contains("not a file"), "{line}: {}", run.all());
        }
    }
    for line in [
        "prove pipe",
        "prove /dev/zero",
        "prove with-target.toml",
        "prove small.toml -o pipe",
        "prove small.toml -o /dev/null",
        "report proof -o pipe",
        "report proof -o /dev/null",
        "audit --markdown -o pipe",
        "scale latent --plot pipe",
        "scale network pipe",
        "figures draw --data pipe -o out",
    ] {
        let run = run(here, line).expect(2);
        let said = run.all();
        let names =
            ["not a file", "not a folder", "regular file", "made by", "end its name", "Not a directory"];
        assert!(names.iter().any(|name| said.contains(name)), "{line}: {said}");
    }
}

#[test]
fn what_cannot_be_written_is_known_before_any_work() {
    let folder = proof();
    let here = folder.path();
    fs::write(here.join("file"), "").unwrap();
    // Far too many units: found only after planning.
    let hard = "name = \"hard\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\noutput = [\"sum(y: y[0]^2)\"]\n";
    fs::write(here.join("hard.toml"), hard).unwrap();
    let line = "prove hard.toml --max-units 1";
    assert!(run(here, line).expect(2).stderr.contains("--max-units"));
    for out in ["file/sub", "file/sub/more", "/proc/sumformer/x"] {
        let run = run(here, &format!("{line} -o {out}")).expect(2);
        assert!(run.stderr.contains(out) && !run.stderr.contains("--max-units"), "{out}: {}", run.stderr);
    }
    for line in [
        "report proof -o file/r.html",
        "audit --markdown -o file/a.md",
        "scale all -o file/x",
        "scale cost --plot file/a.svg",
    ] {
        let run = run(here, line).expect(2);
        assert!(run.stderr.contains("file/"), "{line}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{line}");
    }
    let names: Vec<_> = fs::read_dir(here).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{names:?}");
}

/// At whatever moment the program is killed, one whole version of the proof is there.
#[test]
#[cfg(unix)]
fn killed_runs_lose_nothing() {
    use std::process::{Command, Stdio};
    use std::time::Duration;
    let folder = proof();
    let here = folder.path();
    for round in 0..30 {
        let activation = if round % 2 == 0 { "relu" } else { "relu2" };
        let mut child = Command::new(program())
            .current_dir(here)
            .args(["prove", "small.toml", "-o", "proof", "--activation", activation])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(2 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        run(here, "check proof").expect(0);
    }
    // The next run that writes here clears away what they left.
    run(here, "prove small.toml -o proof --activation relu2").expect(0);
    let names: Vec<_> = fs::read_dir(here).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with(".sumformer-")), "{names:?}");
}

/// Where two folders cannot change places at once, a killed run leaves both versions under a temporary name.
#[test]
fn what_a_killed_run_moved_away_is_put_back() {
    let folder = proof();
    let here = folder.path();
    for line in ["check proof", "report proof", "explain proof", "prove small.toml -o proof --max-units 0"] {
        let staging = here.join(".sumformer-abc123");
        fs::create_dir(&staging).unwrap();
        fs::write(staging.join("lock"), "proof").unwrap();
        copy(&here.join("proof"), &staging.join("new"));
        fs::rename(here.join("proof"), staging.join("old")).unwrap();
        let run = run(here, line);
        assert!(run.stderr.contains("proof is restored"), "{line}: {}", run.all());
        assert!(here.join("proof/certificate.json").is_file() && !staging.exists(), "{line}");
    }
}
