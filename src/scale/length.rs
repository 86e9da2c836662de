//! A target file read again for another sequence length.

use crate::reading::{Diagnostics, load_target};
use sumformer_checker::language::target::{Target, Tokens};
use toml::de::DeTable;

/// The target whose file has `tokens` replaced; an error where the new length makes none (an empty mean, a token of
/// `semi_invariant` that does not exist, …).
pub fn with_length(file_name: &str, target: &Target, tokens: Tokens) -> Result<Target, Diagnostics> {
    let source = &target.source;
    let value = match tokens {
        Tokens::Fixed(n) => n.to_string(),
        Tokens::Any => "\"any\"".to_string(),
    };
    let (table, _) = DeTable::parse_recoverable(source);
    let replaced = table.get_ref().get("tokens").map(|old| {
        let span = old.span();
        [&source[..span.start], &value, &source[span.end..]].concat()
    });
    // A target that was read has the field; without it the message says that it is missing.
    load_target(file_name, replaced.as_deref().unwrap_or(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "# tokens = 9\nname = \"t\"\n'tokens'= 0x4 # four\ndomain = [[\"0\", \"1\"]]\noutput = [\"mean(y != x: y[0])\"]\n";

    #[test]
    fn only_the_length_changes() {
        let target = load_target("t", SOURCE).unwrap();
        assert_eq!(target.tokens, Tokens::Fixed(4));
        let longer = with_length("t", &target, Tokens::Fixed(100)).unwrap();
        assert_eq!(longer.tokens, Tokens::Fixed(100));
        assert_eq!(longer.source, SOURCE.replace("0x4", "100"));
        // The mean over no token is a problem of the new length; a mean over the others of no length has no meaning.
        assert!(with_length("t", &target, Tokens::Fixed(1)).unwrap_err().to_string().contains("mean"));
        assert!(with_length("t", &target, Tokens::Fixed(0)).is_err());
        assert!(with_length("t", &target, Tokens::Any).is_err());
    }
}
