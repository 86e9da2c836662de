//! What every rule refuses.

use super::{known, verdict};
use sumformer::reading::load_target;
use sumformer_checker::arith::number::{Exact, integer, ratio};
use sumformer_checker::check::check_floors;
use sumformer_checker::format::floor::{FLOOR_FORMAT, Face, Floor, FloorCertificate, Moving, Probe, Weight};
use sumformer_checker::format::sha256;
use sumformer_checker::refusal::{RefusalKind, Rule};

type Damage = (&'static str, &'static str, fn(&mut FloorCertificate));

fn last(certificate: &mut FloorCertificate) -> &mut Floor {
    certificate.floors.last_mut().expect("a floor")
}

const DAMAGES: &[Damage] = &[
    ("another target", "hash", |c| c.target_sha256 = "0".repeat(64)),
    ("another length", "shape", |c| c.tokens = 7),
    ("no others", "shape", |c| c.tokens = 1),
    ("a floor twice", "shape", |c| c.floors.push(c.floors[0].clone())),
    ("more than is so", "floor", |c| last(c).error.0 += ratio(1, 1 << 40)),
    ("an error less than 0", "floor", |c| last(c).error.0 = ratio(-1, 1 << 40)),
    ("tokens that leave the box", "floor", |c| last(c).moving[0].centre[0].0 = integer(1)),
    ("tokens that move further", "floor", |c| last(c).moving[0].directions[0][0].0 = integer(2)),
    ("a coordinate missing", "floor", |c| drop(last(c).moving[0].centre.pop())),
    ("a row of directions missing", "floor", |c| drop(last(c).moving[0].directions.pop())),
    ("a direction missing", "floor", |c| drop(last(c).moving[0].directions[0].pop())),
    ("a token too many", "floor", |c| last(c).moving[0].copies += 1),
    ("so many tokens that they cannot be counted", "floor", |c| {
        last(c).moving[0].copies = usize::MAX;
        last(c).moving[1].copies = usize::MAX;
    }),
    ("no token", "floor", |c| {
        let copies = last(c).moving[0].copies;
        last(c).moving[0].copies = 0;
        last(c).moving[1].copies += copies;
    }),
    ("an own token outside", "floor", |c| last(c).probes[0].own[0].0 = integer(-1)),
    ("an own token without a coordinate", "floor", |c| drop(last(c).probes[0].own.pop())),
    ("a resting token outside", "floor", |c| last(c).probes[0].resting[0].token[0].0 = integer(2)),
    ("a face missing", "floor", |c| drop(last(c).faces.pop())),
    ("a face too many", "floor", |c| {
        let face = last(c).faces[0].clone();
        last(c).faces.push(face);
    }),
    ("no weights", "floor", |c| last(c).faces[0].weights.clear()),
    ("weights of 0", "floor", |c| last(c).faces[0].weights.iter_mut().for_each(|w| w.weight.0 = integer(0))),
    ("a weight of no probe", "floor", |c| last(c).faces[0].weights[0].probe = 99),
    ("a weight of no output", "floor", |c| last(c).faces[0].weights[0].output = 1),
    ("a cut of the side that is a point", "floor", |c| last(c).faces[0].cuts = "a..".into()),
    ("a cut of no side", "floor", |c| last(c).faces[0].cuts = "z..".into()),
    ("cuts that go on", "floor", |c| last(c).faces[0].cuts = "b...".into()),
    ("cuts that are none", "floor", |c| last(c).faces[0].cuts = "?".into()),
    ("more sums than are looked at", "floor", |c| last(c).sums = 64),
];

#[test]
fn damaged_floors_are_refused_by_the_rule() {
    let all = known();
    let covariance = all.into_iter().find(|known| known.name == "covariance-n6").expect("floors");
    assert!(verdict(&covariance.target, &covariance.certificate).is_ok());
    for (name, rule, damage) in DAMAGES {
        let mut damaged = covariance.certificate.clone();
        damage(&mut damaged);
        assert_ne!(damaged, covariance.certificate, "{name}");
        let refusal = verdict(&covariance.target, &damaged).expect_err(name);
        assert_eq!(refusal.rule.to_string(), *rule, "{name}: {refusal}");
        let unsupported = *name == "more sums than are looked at";
        assert_eq!(refusal.kind == RefusalKind::Unsupported, unsupported, "{name}: {refusal}");
    }
}

#[test]
fn a_finer_cut_proves_no_less() {
    let all = known();
    let covariance = all.into_iter().find(|known| known.name == "covariance-n6").expect("floors");
    let mut cut = covariance.certificate.clone();
    for (i, face) in last(&mut cut).faces.iter_mut().enumerate() {
        face.cuts = if i == 0 { "bc...".into() } else { "a.a..".into() };
    }
    let derived = verdict(&covariance.target, &cut).expect("as before");
    assert!(derived[2] >= covariance.certificate.floors[2].error.0);
}

#[test]
fn files_that_say_nothing_are_not_read() {
    let all = known();
    let target = all[0].target.source.as_bytes();
    let text = sumformer::words::to_json(&all[0].certificate);
    for wrong in [
        String::new(),
        "[]".into(),
        text.replace("sumformer-floor/1", "sumformer-floor/2"),
        text.replacen("\"tokens\"", "\"token\"", 1),
        text.replacen("\"copies\":", "\"copies\": -", 1),
        text.replacen("\"error\":", "\"error\": 0.5, \"other\":", 1),
    ] {
        assert_ne!(wrong, text);
        assert!(check_floors(target, wrong.as_bytes()).is_err(), "{}", &wrong[..wrong.len().min(80)]);
    }
    assert!(check_floors(b"\xff", text.as_bytes()).is_err());
    assert!(check_floors(b"name = 1", text.as_bytes()).is_err());
}

/// Nothing stalls the checker: a power of twelve directions has more terms than there is time for.
#[test]
fn much_work_is_refused() {
    let source = "name = \"power\"\ntokens = 3\ndomain = [[0, 1]]\noutput = [\"sum(y != x: y[0])^301\"]\n";
    let target = load_target("power.toml", source).expect("a target");
    let k = 12;
    let face = Face {
        weights: vec![Weight { probe: 0, output: 0, weight: Exact(integer(1)) }],
        cuts: String::new(),
    };
    let floor = Floor {
        sums: k - 1,
        error: Exact(integer(0)),
        moving: vec![Moving {
            copies: 2,
            centre: vec![Exact(ratio(1, 2))],
            directions: vec![vec![Exact(ratio(1, 30)); k]],
        }],
        probes: vec![Probe { own: vec![Exact(integer(0))], resting: Vec::new() }],
        faces: vec![face; k],
    };
    let certificate = FloorCertificate {
        format: FLOOR_FORMAT.into(),
        target_sha256: sha256(source.as_bytes()),
        tokens: 3,
        floors: vec![floor],
    };
    let refusal = verdict(&target, &certificate).expect_err("too much");
    assert_eq!((refusal.rule, refusal.kind), (Rule::Work, RefusalKind::Unsupported), "{refusal}");
}
