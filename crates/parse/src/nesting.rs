//! How deep a statement's syntax tree can get, from its tokens alone.
//!
//! The parser underneath is recursive, and so is the release of its trees: a statement nested without
//! bound would overflow the stack, which no caller can catch. PostgreSQL refuses such statements too
//! (`max_stack_depth`), at depths beyond these.

/// Brackets, `CASE`, blocks and prefix operators that may be open at once.
const OPEN_MAX: usize = 200;
/// Tokens in a row without a comma, as in `a AND b AND …`.
const CHAIN_MAX: usize = 8_000;

/// Follows the nesting of one statement, or of one function body.
#[derive(Debug, Default)]
pub(crate) struct Nesting {
    /// For each open bracket, the chain that was going on before it.
    brackets: Vec<usize>,
    chain: usize,
    outer_chains: usize,
    blocks: usize,
    prefixes: usize,
    /// Whether the token before was `END`, so that this one names what ends.
    after_end: bool,
    /// Whether a plpgsql statement can start here.
    at_start: bool,
    too_deep: bool,
}

impl Nesting {
    /// Nothing is open yet.
    pub(crate) fn new() -> Self {
        Self { at_start: true, ..Self::default() }
    }

    /// Whether the limits were passed at some point.
    pub(crate) fn too_deep(&self) -> bool {
        self.too_deep
    }

    /// A word, in any case.
    pub(crate) fn word(&mut self, word: &str) {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        if is("end") {
            self.blocks = self.blocks.saturating_sub(1);
        } else if !self.after_end && (is("case") || is("begin") || is("loop") || (is("if") && self.at_start))
        {
            self.blocks += 1;
        }
        self.after_end = is("end");
        self.at_start = is("then") || is("else") || is("begin") || is("loop");
        self.prefixes = if is("not") { self.prefixes + 1 } else { 0 };
        self.grow();
    }

    /// A symbol of one byte.
    pub(crate) fn symbol(&mut self, byte: u8) {
        self.after_end = false;
        self.at_start = byte == b';';
        match byte {
            b'(' | b'[' => {
                self.brackets.push(self.chain);
                self.outer_chains += self.chain;
                self.chain = 0;
            }
            b')' | b']' => {
                self.chain = self.brackets.pop().unwrap_or(0);
                self.outer_chains = self.outer_chains.saturating_sub(self.chain);
            }
            b',' | b';' => self.chain = 0,
            _ => {}
        }
        let prefix = matches!(byte, b'+' | b'-' | b'~' | b'@' | b'!');
        self.prefixes = if prefix { self.prefixes + 1 } else { 0 };
        self.grow();
    }

    /// Anything else: a number, a string.
    pub(crate) fn other(&mut self) {
        (self.after_end, self.at_start, self.prefixes) = (false, false, 0);
        self.grow();
    }

    fn grow(&mut self) {
        self.chain += 1;
        let open = self.brackets.len() + self.blocks + self.prefixes;
        self.too_deep |= open > OPEN_MAX || self.outer_chains + self.chain > CHAIN_MAX;
    }
}

/// Whether a function's body is nested too deeply to be parsed.
pub(crate) fn body_too_deep(body: &str) -> bool {
    let mut nesting = Nesting::new();
    let mut rest = body;
    while let Some(byte) = rest.bytes().next() {
        let length = match byte {
            b'-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            b'\'' => rest[1..].find('\'').map_or(1, |end| end + 2),
            _ => rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count(),
        };
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => nesting.word(&rest[..length]),
            byte if length == 0 && byte.is_ascii() && !byte.is_ascii_whitespace() => nesting.symbol(byte),
            _ => {}
        }
        let step = length.max(rest.chars().next().map_or(1, char::len_utf8));
        rest = &rest[step..];
    }
    nesting.too_deep()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_bodies_pass() {
        let body =
            "BEGIN IF NOT EXISTS (SELECT 1) THEN CREATE TABLE IF NOT EXISTS t (); END IF; END;".repeat(500);
        assert!(!body_too_deep(&body));
    }

    #[test]
    fn deep_ones_do_not() {
        for deep in ["(", "begin ", "case when a then ", "not ", "- ", "[", "if a then "] {
            assert!(body_too_deep(&deep.repeat(300)), "{deep}");
        }
        assert!(body_too_deep(&"a + ".repeat(5_000)));
    }
}
