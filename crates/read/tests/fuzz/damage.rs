//! Files as a person, a merge or a disk damages them.

#[path = "../round_trip/random.rs"]
mod random;

pub(crate) use random::Random;

/// Some damage: bytes changed, taken out, doubled, words of the format put elsewhere, the end cut off.
pub(crate) fn damaged(random: &mut Random, whole: &[u8]) -> Vec<u8> {
    const WORDS: &[&str] = &[
        "null",
        "true",
        "-1",
        "1e999",
        "99999999999999999999",
        "\"\"",
        "[]",
        "{}",
        "[[[[",
        "\\u0000",
        "\\ud800",
        "\u{feff}",
        "\"type\"",
        "\"columns\"",
        "\"tables\"",
        "\"version\"",
        "\"5\"",
        "9",
        "\"public.x\"",
        "\"\\\"",
        "'",
        "$$",
    ];
    let mut text = whole.to_vec();
    for _ in 0..1 + random.below(4) {
        let at = random.below(text.len().max(1)).min(text.len());
        let end = (at + random.below(40)).min(text.len());
        match random.below(7) {
            0 => _ = text.splice(at..end, []),
            1 => text.truncate(at),
            2 => {
                let piece = text[at..end].to_vec();
                let there = random.below(text.len() + 1);
                text.splice(there..there, piece);
            }
            3 if at < text.len() => text[at] = random.next() as u8,
            4 => {
                let word = random.pick(WORDS).as_bytes().to_vec();
                text.splice(at..end.min(at + 3), word);
            }
            _ => replace_value(random, &mut text),
        }
    }
    text
}

/// Puts another value behind a random colon.
fn replace_value(random: &mut Random, text: &mut Vec<u8>) {
    const VALUES: &[&str] = &["null", "1", "\"x\"", "[]", "{}", "true", "[null]", "{\"x\": {}}", "-0.5"];
    let colons: Vec<usize> = (0..text.len()).filter(|at| text[*at] == b':').collect();
    if colons.is_empty() {
        return;
    }
    let from = *random.pick(&colons) + 1;
    let length = text[from..].iter().position(|byte| matches!(byte, b',' | b'\n' | b'}')).unwrap_or(0);
    text.splice(from..from + length, random.pick(VALUES).bytes());
}
