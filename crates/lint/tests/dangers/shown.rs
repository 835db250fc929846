//! Whether a report shows a danger.

use facts::report::{Report, Statement};
use lint::Danger;
use model::LockMode;

/// Whether one statement of the report at least shows the danger.
pub(crate) fn shows(danger: Danger, report: &Report) -> bool {
    let any = |shown: &dyn Fn(&Statement) -> bool| report.statements.iter().any(shown);
    match danger {
        Danger::Takes(mode) => any(&|it| strongest(it) >= Some(mode)),
        Danger::Rewrites => {
            any(&|it| !it.effect.rewrites.is_empty() && strongest(it) == Some(LockMode::AccessExclusiveLock))
        }
        Danger::Works(mode) => any(&|it| works(it) && strongest(it) >= Some(mode)),
        Danger::WorksWhileHeld => works_while_held(&report.statements),
        Danger::Reaches(mode) => {
            any(&|it| it.effect.locks.iter().filter(|lock| lock.mode >= mode).count() > 1)
        }
        Danger::Loses => any(&|it| it.effect.data_loss),
        Danger::LosesOrFails => any(&|it| it.effect.data_loss || it.error.is_some()),
        Danger::Fails => any(&|it| it.error.is_some()),
        // Shown by more than a report.
        Danger::Unstated | Danger::Breaks(_) | Danger::Afterwards(..) | Danger::Exempt(_) => false,
    }
}

fn strongest(statement: &Statement) -> Option<LockMode> {
    statement.effect.locks.iter().map(|lock| lock.mode).max()
}

fn works(statement: &Statement) -> bool {
    let effect = &statement.effect;
    !effect.rewrites.is_empty() || !effect.scans.is_empty() || effect.index_builds > 0
}

fn is_exclusive(statement: &Statement) -> bool {
    strongest(statement) == Some(LockMode::AccessExclusiveLock)
}

/// Whether a statement works on many rows after an earlier one of its transaction took a strong lock.
fn works_while_held(statements: &[Statement]) -> bool {
    let mut held = false;
    for statement in statements {
        match statement.sql.to_ascii_uppercase().as_str() {
            "BEGIN" | "COMMIT" | "ROLLBACK" => held = false,
            _ if works(statement) && (held || is_exclusive(statement)) => return true,
            _ => held |= is_exclusive(statement),
        }
    }
    false
}
