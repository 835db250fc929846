//! What is found out beside the two schemas.

use std::collections::BTreeMap;

use assess::{CodeUse, Evidence, Experience, Live, Precondition};

/// What was found out beside the two schemas: on the live data, in code, about the project.
#[derive(Debug, Default)]
pub struct Inquiry {
    /// What the live data says of each change.
    pub preconditions: Vec<Precondition>,
    /// Where code uses what goes; none where no code was searched.
    pub code_uses: Option<BTreeMap<String, Vec<CodeUse>>>,
    /// What the live database says of itself; none where there is none.
    pub live: Option<Live>,
    /// What earlier runs of such changes took, by the change's place.
    pub experience: BTreeMap<usize, Experience>,
    /// The budget for an application's stall, in ms; none for the default.
    pub stall_budget_ms: Option<u32>,
    /// What could not be found out, each a sentence.
    pub notes: Vec<String>,
    /// What the checklist goes by.
    pub evidence: Evidence,
}
