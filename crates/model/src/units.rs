//! Numbers as people read them.

/// `812`, `5.0 M`, `1.2 k`: a count of rows.
pub fn rows_text(rows: f64) -> String {
    match rows {
        r if r >= 1e9 => format!("{:.1} G", r / 1e9),
        r if r >= 1e6 => format!("{:.1} M", r / 1e6),
        r if r >= 10_000.0 => format!("{:.0} k", r / 1e3),
        r => format!("{r:.0}"),
    }
}

/// `4 ms`, `1.3 s`, `8 min 10 s`: a duration given in milliseconds.
pub fn ms_text(ms: f64) -> String {
    match ms {
        m if m >= 60_000.0 => format!("{:.0} min {:.0} s", (m / 60_000.0).floor(), (m % 60_000.0) / 1e3),
        m if m >= 1_000.0 => format!("{:.1} s", m / 1e3),
        m if m >= 10.0 => format!("{m:.0} ms"),
        m => format!("{m:.1} ms"),
    }
}

/// `512 B`, `8.0 kB`, `1.4 GB`: a size, in PostgreSQL's units of 1024.
pub fn bytes_text(bytes: f64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes;
    let mut at = 0;
    while value >= 1024.0 && at + 1 < units.len() {
        value /= 1024.0;
        at += 1;
    }
    if at == 0 { format!("{value:.0} B") } else { format!("{value:.1} {}", units[at]) }
}

/// `500,000`: a whole number with thousands apart.
pub fn count_text(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_well() {
        assert_eq!(rows_text(5e6), "5.0 M");
        assert_eq!(ms_text(490_000.0), "8 min 10 s");
        assert_eq!(bytes_text(1536.0), "1.5 kB");
        assert_eq!(count_text(1_234_567), "1,234,567");
    }
}
