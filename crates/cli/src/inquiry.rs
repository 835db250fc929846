//! What is found out beside the two schemas.

use std::collections::BTreeMap;

use assess::{CodeUse, Evidence, Precondition};

/// What was found out beside the two schemas: on the live data, in code, about the project.
#[derive(Debug, Default)]
pub struct Inquiry {
    /// What the live data says of each change.
    pub preconditions: Vec<Precondition>,
    /// Where code uses what goes; none where no code was searched.
    pub code_uses: Option<BTreeMap<String, Vec<CodeUse>>>,
    /// What the checklist goes by.
    pub evidence: Evidence,
}
