//! Rows and values that would be gone.

use assess::Outcome;
use model::{Change, Object, sql};

use super::{Draft, Scene, Search};
use crate::relation::Types;

pub(super) fn of(scene: &Scene<'_>, change: &Change) -> Option<Draft> {
    let loses = |rule, what: &str, search| Draft {
        rule,
        outcome: Outcome::Loses,
        of: None,
        what: what.to_owned(),
        search,
    };
    match change {
        // What a generated column holds can be computed again.
        Change::DropColumn { table, column } if column.generated.is_none() => {
            let relation = scene.relation(table, Types::Now, |name| *name == column.name)?.plain();
            let filter = Some(sql!("{} IS NOT NULL", column.name));
            let search = Search::Filter { relation, filter };
            Some(loses("lost-values", "hold a value that would be lost", search))
        }
        Change::Drop { object: Object::Table { name, table } } if table.partition_by.is_none() => {
            scene.from.table(name)?;
            let search = Search::Filter { relation: sql!("{}", name), filter: None };
            Some(loses("lost-rows", "would be lost", search))
        }
        _ => None,
    }
}
