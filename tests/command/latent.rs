//! `latent`, and `check` of what it writes.

use crate::support::folder;
use common::run;
use serde_json::Value;
use std::fs;

const SPREAD: &str = "name = \"spread\"\ntokens = 4\ndomain = [[0, 1]]\nepsilon = \"1/100\"\noutput = [\"mean(y: y[0]^2) - mean(y: y[0])^2\"]\n";
const NORM: &str = "name = \"norm\"\ntokens = \"any\"\ndomain = [[0, 1], [0, 1]]\noutput = [\"mean(y: y[0]^2) + mean(y: y[1]^2) + x[0]\"]\n";
const SOFT: &str = "name = \"soft\"\ntokens = 3\ndomain = [[0, 1]]\noutput = [\"sum(y: y[0]*exp(x[0]*y[0])) / sum(y: exp(x[0]*y[0]))\"]\n";

#[test]
fn the_least_number_of_sums_is_decided() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    fs::write(here.join("norm.toml"), NORM).expect("a file");
    let json = run(here, "--json latent spread.toml -o out").expect(0).json();
    assert_eq!((&json["target"], &json["n"], &json["decided"]), (&"spread".into(), &4.into(), &2.into()));
    assert_eq!(json["epsilon"]["exact"], "1/100");
    let steps = json["staircase"].as_array().expect("steps");
    let floors: Vec<f64> =
        steps.iter().map(|step| step["floor"]["float"].as_f64().expect("a number")).collect();
    assert!(
        floors.windows(2).all(|pair| pair[0] >= pair[1]) && floors[1] > 0.01 && floors[2] == 0.0,
        "{floors:?}"
    );
    let reached: Vec<&Value> = steps.iter().map(|step| &step["reached"]).collect();
    assert!(reached[0].is_null() && reached[1].is_null() && reached[2]["exact"] == "0");
    // Both sums of squares are one; and what holds for twenty tokens, where the floor is highest, holds for every length.
    let text = run(here, "latent norm.toml").expect(0).stdout;
    assert!(text.contains("norm, n = 20") && text.contains("1 sum is the fewest"), "{text}");

    let checked = run(here, "--json check out").expect(0).json();
    assert_eq!(checked["floors"][0]["verdict"], "valid");
    assert_eq!(checked["floors"][0]["floors"][1]["sums"], 1);
    assert!(
        run(here, "check out")
            .expect(0)
            .stdout
            .contains("every Sumformer with so many sums errs by at least")
    );
    // The same again, byte for byte.
    let before = fs::read(here.join("out/floor.json")).expect("a file");
    run(here, "latent out -o out --threads 1").expect(0);
    assert_eq!(fs::read(here.join("out/floor.json")).expect("a file"), before);

    let mut floors: Value = serde_json::from_slice(&before).expect("JSON");
    floors["floors"][1]["error"] = "1/5".into();
    fs::write(here.join("out/floor.json"), floors.to_string()).expect("a file");
    let refused = run(here, "--json check out").expect(1).json();
    assert_eq!(
        (&refused["floors"][0]["verdict"], &refused["floors"][0]["rule"]),
        (&"invalid".into(), &"floor".into())
    );
    fs::write(here.join("out/floor.json"), "{}").expect("a file");
    run(here, "check out").expect(2);
}

#[test]
fn an_interval_may_be_left() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("soft.toml"), SOFT).expect("a file");
    let json = run(here, "--json latent soft.toml --until 2 --starts 6 --epsilon 1/1000").expect(3).json();
    assert_eq!(json["decided"], Value::Null);
    assert!(json["staircase"][1]["floor"]["float"].as_f64().expect("a number") > 0.001, "{json}");
    // What is not looked at is not decided, however large ε is.
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    let none = run(here, "--json latent spread.toml --until 1 --epsilon 1").expect(3).json();
    assert_eq!(none["decided"], Value::Null);
}

#[test]
fn floors_stand_beside_a_proof() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    run(here, "prove spread.toml -o p --activation relu2").expect(0);
    run(here, "latent p -o p --starts 8").expect(0);
    let checked = run(here, "--json check p").expect(0).json();
    assert_eq!(checked["results"][0]["verdict"], "valid");
    assert_eq!(checked["floors"][0]["verdict"], "valid");
    let other = run(here, "latent square.toml -o p").expect(2);
    assert!(other.stderr.contains("another target"), "{}", other.stderr);
    // Somebody's file of that name stays, and keeps the folder.
    let floors = fs::read(here.join("p/floor.json")).expect("floors");
    fs::write(here.join("p/floor.json"), "{\"mine\": 1}").expect("a file");
    run(here, "latent p -o p --starts 8").expect(2);
    run(here, "prove spread.toml -o p --activation relu2").expect(2);
    assert_eq!(fs::read(here.join("p/floor.json")).expect("a file"), b"{\"mine\": 1}");
    fs::write(here.join("p/floor.json"), floors).expect("a file");
    // A new proof takes the place of both.
    run(here, "prove spread.toml -o p --activation relu2").expect(0);
    assert!(!here.join("p/floor.json").exists());
}

/// `prove --floor` says in a line whether d' is the least possible; `explain` and `report` have it from the file.
#[test]
fn what_floors_say_of_a_network_is_seen() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    let proved = run(here, "--json prove spread.toml -o p --activation relu2 --floor").expect(0);
    assert!(proved.stderr.contains(
        "d' = 2, the least possible for epsilon = 1/100: with 1 sum every Sumformer errs by at least"
    ));
    let floors = &proved.json()["results"][0]["floors"];
    assert_eq!((&floors["n"], &floors["needed"], &floors["least"]), (&4.into(), &2.into(), &true.into()));
    assert!(floors["floors"][1]["floor"]["float"].as_f64().expect("a number") > 0.01, "{floors}");
    assert_eq!(run(here, "--json check p").expect(0).json()["floors"][0]["verdict"], "valid");
    // Without the option nothing is searched for, and nothing is said.
    let plain = run(here, "--json prove spread.toml -o plain --activation relu2").expect(0);
    assert!(plain.json()["results"][0]["floors"].is_null() && !here.join("plain/floor.json").exists());

    let text = run(here, "explain p").expect(0).stdout;
    assert!(text.contains("the least possible") && text.contains("heads × width of a value"), "{text}");
    assert_eq!(&run(here, "--json explain p").expect(0).json()["floors"], floors);
    assert!(!run(here, "explain p output:0").expect(0).stdout.contains("least possible"));

    let page = run(here, "--json report p -o page.html").expect(0).json();
    assert_eq!(&page["results"][0]["floors"], floors);
    let page = fs::read_to_string(here.join("page.html")).expect("a page");
    for words in [
        "How few sums",
        "the least possible",
        "Floors for each number of sums",
        "every Sumformer errs by at least",
    ] {
        assert!(page.contains(words), "{words}");
    }

    // What does not follow is said, and not drawn.
    let text = fs::read_to_string(here.join("p/floor.json")).expect("floors");
    let mut wrong: Value = serde_json::from_str(&text).expect("JSON");
    wrong["floors"][1]["error"] = "1".into();
    fs::write(here.join("p/floor.json"), wrong.to_string()).expect("a file");
    assert!(run(here, "explain p").expect(1).stdout.contains("INVALID"));
    run(here, "report p -o page.html").expect(1);
    assert!(!fs::read_to_string(here.join("page.html")).expect("a page").contains("How few sums"));
}

/// Several architectures have the same floors; a table of steps is not bound by them; one token has none.
#[test]
fn floors_of_other_networks() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    let all = run(here, "--json prove spread.toml -o all --activation relu2 --architecture all --floor=20")
        .expect(0);
    let results = all.json()["results"].as_array().expect("results").clone();
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|result| result["floors"]["least"] == true));
    assert!(here.join("all/performer/floor.json").exists());
    let table = run(here, "--json prove square.toml -o t --construction discontinuous --floor=20").expect(0);
    assert!(table.stderr.contains("jumps"), "{}", table.stderr);
    assert_eq!(table.json()["results"][0]["floors"]["least"], false);
    fs::write(here.join("one.toml"), SPREAD.replace("tokens = 4", "tokens = 1")).expect("a file");
    let one = run(here, "prove one.toml -o one --floor").expect(0);
    assert!(one.stderr.contains("no others") && !here.join("one/floor.json").exists(), "{}", one.stderr);
    run(here, "prove square.toml -o x --floor=0").expect(2);
}

#[test]
fn wrong_input() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("one.toml"), SPREAD.replace("tokens = 4", "tokens = 1")).expect("a file");
    let other =
        "name = \"o\"\ntokens = 3\ndomain = [[0, 1]]\nsemi_invariant = [\"x1[0]*(x2[0] - 2*x3[0])\"]\n";
    fs::write(here.join("other.toml"), other).expect("a file");
    for (line, words) in [
        ("latent one.toml", "no others"),
        ("latent square.toml --tokens 5", "leave the option out"),
        ("latent square.toml --until 17", "17"),
        ("latent square.toml --epsilon -1", "epsilon"),
        ("latent other.toml", "not symmetric"),
        ("latent absent.toml", "absent.toml"),
        ("latent square.toml -o square.toml", "square.toml"),
    ] {
        let refused = run(here, line).expect(2);
        assert!(refused.stderr.contains(words), "{line}: {}", refused.stderr);
    }
}

/// A target with very many sums: the time is kept, and one row is enough for what is not looked at.
#[test]
fn many_sums_end_in_time() {
    let folder = folder();
    let here = folder.path();
    let side = vec!["[0, 1]"; 20].join(", ");
    let products: Vec<String> = (0..9).map(|k| format!("y[{k}]*z[{}]", k + 9)).collect();
    let source = format!(
        "name = \"wide\"\ntokens = 10\ndomain = [{side}]\noutput = [\"sum(y != x: sum(z != x: ({})^4))\"]\n",
        products.join(" + ")
    );
    fs::write(here.join("wide.toml"), source).expect("a file");
    let start = std::time::Instant::now();
    let text = run(here, "latent wide.toml --time-limit 2").expect(3).stdout;
    assert!(text.lines().count() < 25, "{text}");
    assert!(start.elapsed().as_secs() < 40, "{:?}", start.elapsed());
}

/// Floors in a folder do not keep the proofs in it, or what is left of them, from being checked.
#[test]
fn floors_hide_no_proofs() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    run(here, "prove spread.toml --architecture all -o all").expect(0);
    run(here, "latent spread.toml -o floors").expect(0);
    // `latent` puts none there itself, ...
    let refused = run(here, "latent spread.toml -o all").expect(2);
    assert!(refused.stderr.contains("there are proofs in it"), "{}", refused.stderr);
    // ... but people may.
    for file in ["target.toml", "floor.json"] {
        fs::copy(here.join("floors").join(file), here.join("all").join(file)).expect("a copy");
    }
    let checked = run(here, "--json check all").expect(0).json();
    let count = |key: &str| checked[key].as_array().map(Vec::len);
    assert_eq!((count("results"), count("floors")), (Some(3), Some(1)), "{checked}");
    let network = here.join("all/transformer/network.json");
    let text = fs::read_to_string(&network).expect("a network");
    fs::write(&network, text.replacen("\"1\"", "\"2\"", 1)).expect("a file");
    run(here, "check all").expect(1);
    fs::write(here.join("all/floor.json"), "{}").expect("a file");
    let checked = run(here, "--json check all").json();
    assert_eq!(checked["results"].as_array().map(Vec::len), Some(3), "{checked}");
    // What is left of a proof says so.
    run(here, "prove spread.toml -o one").expect(0);
    run(here, "latent spread.toml -o one").expect(0);
    fs::remove_file(here.join("one/certificate.json")).expect("a file less");
    let refused = run(here, "check one").expect(2);
    assert!(refused.stderr.contains("certificate.json"), "{}", refused.stderr);
}

/// Where fewer sums do for every ε though not for 0: `latent` knows, and `prove` makes a network of so many.
#[test]
fn products_take_fewer_sums_for_every_error_but_none() {
    let folder = folder();
    let here = folder.path();
    let product = "name = \"product\"\ntokens = 4\ndomain = [[0, 1]]\noutput = [\"prod(y != x: y[0])\"]\n";
    let explicit = "name = \"explicit\"\ntokens = 3\ndomain = [[0, 1], [0, 1]]\nsemi_invariant = [\"x1[0]*(x2[0]*x3[1] + x3[0]*x2[1])\"]\n";
    let third = "name = \"third\"\ntokens = 5\ndomain = [[0, 1]]\noutput = [\"sum(y != x: sum(z != x, y: sum(w != x, y, z: y[0]*z[0]*w[0])))/6\"]\n";
    for (name, text, sums, exact, epsilon) in [
        ("product", product, 1, 3, "1/1000"),
        ("explicit", explicit, 2, 3, "1/100"),
        ("third", third, 2, 3, "1/50"),
    ] {
        let file = format!("{name}.toml");
        fs::write(here.join(&file), text).expect("a file");
        let stairs =
            run(here, &format!("--json latent {file} --starts 16 --epsilon {epsilon}")).expect(0).json();
        assert_eq!(stairs["decided"], sums, "{name}");
        let reached = |sums: usize| stairs["staircase"][sums]["reached"]["float"].as_f64();
        assert!(reached(sums - 1).is_none() && reached(sums).is_some_and(|r| r > 0.0), "{stairs}");
        assert_eq!(reached(exact), Some(0.0), "{stairs}");
        let line = format!("--json prove {file} --latent {sums} --epsilon {epsilon} -o {name}");
        let proved = run(here, &line).expect(0).json();
        let result = &proved["results"][0];
        assert_eq!((&result["latent"]["dimension"], &result["verdict"]), (&sums.into(), &"valid".into()));
        assert_eq!(result["route"]["replaced"][0]["by"], "logarithms", "{result}");
        assert_eq!(
            run(here, &format!("--json check {name}")).expect(0).json()["results"][0]["verdict"],
            "valid"
        );
        // As many sums as it takes without an error are used without one.
        let line = format!("--json prove {file} --latent {exact} --epsilon {epsilon} -o exact");
        assert_eq!(run(here, &line).expect(0).json()["results"][0]["route"]["name"], "exact", "{name}");
    }
    let text = run(here, "latent product.toml --starts 16").expect(0).stdout;
    assert!(text.contains("1 sum is the fewest") && text.contains("for an error of 0, 3 do"), "{text}");
    // However few numbers of sums are looked at, those that do are known.
    let text = run(here, "latent product.toml --starts 16 --until 1").expect(0).stdout;
    assert!(text.contains("1 sum is the fewest"), "{text}");
    let text = run(here, "latent product.toml --starts 4 --epsilon 10").expect(3).stdout;
    assert!(text.contains("1 do, and nothing shows that fewer do not"), "{text}");
    let words = run(here, "explain product").expect(0).stdout;
    assert!(words.contains("exp of sums of logarithms"), "{words}");
}
