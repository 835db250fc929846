//! A verification for people.

use std::fmt;

use crate::{Difference, Verification};

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.equal {
            writeln!(f, "equal: {}", self.found.short())?;
        } else {
            let counts = [
                (self.missing.len(), "missing"),
                (self.different.len(), "different"),
                (self.unexpected.len(), "unexpected"),
            ];
            let counts: Vec<String> = counts.iter().map(|(count, what)| format!("{count} {what}")).collect();
            writeln!(f, "not equal: {}", counts.join(", "))?;
        }
        section(f, "missing", &self.missing)?;
        section(f, "different", &self.different)?;
        section(f, "unexpected", &self.unexpected)?;
        for ambiguity in &self.ambiguities {
            let (dropped, added) = (&ambiguity.dropped, &ambiguity.added);
            writeln!(f, "\n{dropped} may be {added} under its old name: {}", ambiguity.reasons.join(", "))?;
            writeln!(f, "  if it is: {}", ambiguity.option)?;
        }
        if !self.unmodelled.is_empty() {
            writeln!(f, "\nnot compared, because not modelled:")?;
            self.unmodelled.iter().try_for_each(|object| writeln!(f, "  {object}"))?;
        }
        Ok(())
    }
}

fn section(f: &mut fmt::Formatter<'_>, title: &str, differences: &[Difference]) -> fmt::Result {
    if differences.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}:")?;
    for difference in differences {
        writeln!(f, "  {}", difference.object)?;
        for what in &difference.what {
            writeln!(f, "    {}", what.replace('\n', "\n    "))?;
        }
    }
    Ok(())
}
