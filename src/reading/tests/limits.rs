//! Files made to exhaust stack, memory or time: each is refused, on a small stack, with the limit in the message.

use super::{file, load};
use crate::reading::load_target;
use std::time::{Duration, Instant};

/// Loads on a stack of 512 KiB and returns the messages.
fn refused(source: String) -> String {
    let load = move || match load_target("t.toml", &source) {
        Ok(_) => "accepted".to_string(),
        Err(problems) => {
            problems.list().iter().map(|one| format!("{} ({})\n", one.message, one.label)).collect()
        }
    };
    let start = Instant::now();
    let thread = std::thread::Builder::new().stack_size(768 << 10).spawn(load).unwrap();
    let messages = thread.join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(20), "took {:?}", start.elapsed());
    messages
}

fn output(expression: &str) -> String {
    file("4", &format!("output = ['{expression}']"))
}

const K: usize = 100_000;

#[test]
fn deep_nesting_is_one_problem() {
    let too_deep = "the expression is nested more than 200 levels deep (too deep from here on)\n";
    for expression in [
        format!("{}1{}", "(".repeat(K), ")".repeat(K)),
        format!("{}x[0]", "-".repeat(K)),
        format!("{}1{}", "exp(".repeat(K), ")".repeat(K)),
        format!("{}1{}", "max(1, ".repeat(K), ")".repeat(K)),
        format!("{}1{}", "2*(1-".repeat(K), ")".repeat(K)),
        vec!["1"; K].join("/"),
        (0..20_000).map(|k| format!("sum(y{k}: ")).collect::<String>() + "1" + &")".repeat(20_000),
        format!("{}1{}", "unknown(".repeat(50), ")".repeat(50)) + " + " + &"-".repeat(201) + "1",
    ] {
        let messages = refused(output(&expression));
        assert!(messages.contains(too_deep), "{messages}");
        assert_eq!(messages.matches("nested").count(), 1);
    }
    assert!(refused(output(&"(".repeat(K))).contains("nested more than 200"));
    assert!(refused(output(&")".repeat(K))).contains("found `)`"));
    assert!(refused(output(&format!("x[0]{}", "^-(".repeat(K)))).contains("literal natural exponent"));
    assert!(refused(output(&"x[".repeat(K))).contains("expected a coordinate number"));
    assert!(refused("[".repeat(K)).contains("not valid TOML"));
}

#[test]
fn the_deepest_accepted_expressions_are_read_dropped_and_compared() {
    let source = output(&format!("{}x[0]{}", "sin(-(".repeat(98), "))".repeat(98)));
    let check = move || {
        let target = load(&source);
        assert_eq!(target.clone(), target);
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(check).unwrap().join().unwrap();
}

#[test]
fn towers_of_exponents_are_evaluated() {
    assert!(refused(output(&format!("x[0]{}", "^2".repeat(K)))).contains("larger than 10000"));
    assert!(refused(output("x[0]^99999999999999999999")).contains("larger than 10000"));
    assert_eq!(refused(output(&format!("x[0]{}", "^1".repeat(K)))), "accepted");
    assert_eq!(refused(output("1/(2^10000)^10000")), "accepted");
}

#[test]
fn exponential_abbreviations_are_counted_not_built() {
    for (last, size) in
        [(18, "this alone expands to"), (70, "this alone expands to"), (5000, "this alone expands to")]
    {
        let chain: String = (1..=last).map(|k| format!("a{k} = 'a{} * a{}'\n", k - 1, k - 1)).collect();
        let messages = refused(file("4", &format!("output = ['a{last}']\n[where]\na0 = 'x[0]'\n{chain}")));
        assert!(
            messages
                .starts_with("all expressions and abbreviations together expand to more than 200000 nodes")
        );
        assert!(messages.contains(size), "{messages}");
        assert_eq!(messages.lines().count(), 1, "{messages}");
    }
    let chain: String = (1..=15).map(|k| format!("a{k} = 'a{} * a{}'\n", k - 1, k - 1)).collect();
    assert_eq!(refused(file("4", &format!("output = ['a15']\n[where]\na0 = 'x[0]'\n{chain}"))), "accepted");
}

#[test]
fn heights_add_up_through_abbreviations() {
    let chain: String = (1..=300).map(|k| format!("a{k} = '-a{}'\n", k - 1)).collect();
    let messages = refused(file("4", &format!("output = ['a300']\n[where]\na0 = 'x[0]'\n{chain}")));
    assert_eq!(messages, "the expression is nested more than 200 levels deep (too deep from here on)\n");
}

#[test]
fn large_files_numerals_and_lists_are_refused() {
    assert!(refused(" ".repeat((1 << 20) + 1)).contains("at most 1048576"));
    assert!(refused(output(&"7".repeat(10_001))).contains("10001 characters"));
    assert_eq!(refused(output(&"7".repeat(10_000))), "accepted");
    assert_eq!(refused(output(&format!("0.{}1e-2000", "0".repeat(9_000)))), "accepted");
    assert!(refused(output(&vec!["1"; 200_001].join("+"))).contains("more than 200000 nodes"));
    assert!(refused(output(&vec!["1"; 100_001].join("+"))).contains("more than 200000 nodes"));
    assert_eq!(refused(output(&vec!["1"; 100_000].join("+"))), "accepted");
    assert!(refused(file("4", &format!("output = [{}]", "'1',".repeat(4_097)))).contains("found 4097"));
    let domain = "[0, 1], ".repeat(4_097);
    let wide = format!("name = 't'\ntokens = 1\ndomain = [{domain}]\noutput = ['1']");
    assert!(refused(wide).contains("between 1 and 4096 intervals, found 4097"));
    assert!(refused(output(&"$ ".repeat(400_000))).contains("unexpected `$`"));
    assert!(refused(output(&"a".repeat(900_000))).contains("unknown name"));
    assert_ne!(refused(output(&"1e-2000+".repeat(100_000))), "accepted");
}
