//! The stages of the example's investments, as people typed them over the years.

use std::collections::BTreeMap;

/// A stage, and the phrases people have for it.
const PHRASES: [(&str, &[&str]); 9] = [
    ("SEED", &["seed", "pre seed", "angel", "seed round", "friends family"]),
    ("SERIES_A", &["series a", "round a", "series a1", "series a ext"]),
    ("SERIES_B", &["series b", "round b", "series b1"]),
    ("SERIES_B_PLUS", &["series b plus", "series b+", "late series b"]),
    ("SERIES_C", &["series c", "round c", "series c1"]),
    ("SERIES_D_PLUS", &["series d", "series e", "series d+", "series d plus"]),
    ("GROWTH", &["growth", "growth equity", "late stage", "expansion"]),
    ("BRIDGE", &["bridge", "bridge note", "convertible note"]),
    ("PRE_IPO", &["pre ipo", "ipo", "mezzanine"]),
];

/// Every spelling with its stage: each phrase in lower, upper and title case, its words apart by a
/// space, a hyphen or an underscore, or not at all. More than 150.
pub fn stage_spellings() -> BTreeMap<String, &'static str> {
    let mut spellings = BTreeMap::new();
    for (stage, phrases) in PHRASES {
        for phrase in phrases {
            for separator in ["-", " ", "_", ""] {
                let lower = phrase.replace(' ', separator);
                for spelling in [title(&lower), lower.to_uppercase(), lower] {
                    spellings.insert(spelling, stage);
                }
            }
        }
    }
    spellings
}

fn title(text: &str) -> String {
    let mut at_start = true;
    let upper = |c: char| {
        let c = if at_start { c.to_ascii_uppercase() } else { c };
        at_start = !c.is_alphanumeric();
        c
    };
    text.chars().map(upper).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_more_than_150_spellings() {
        let spellings = stage_spellings();
        assert!(spellings.len() > 150, "{}", spellings.len());
        for (spelling, stage) in [
            ("pre-seed", "SEED"),
            ("angel", "SEED"),
            ("Series-A", "SERIES_A"),
            ("series_a", "SERIES_A"),
            ("series-b+", "SERIES_B_PLUS"),
            ("series-b-plus", "SERIES_B_PLUS"),
        ] {
            assert_eq!(spellings.get(spelling), Some(&stage), "{spelling}");
        }
    }
}
