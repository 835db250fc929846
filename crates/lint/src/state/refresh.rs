//! Materialized views that are filled again or emptied.

use parse::{Reference, RelationKind};

use super::Catalog;
use crate::failure::Failure;

impl Catalog {
    /// Fills or empties a materialized view.
    ///
    /// # Errors
    /// Where the server is certain to refuse.
    pub(crate) fn refresh(
        &mut self,
        view: &Reference,
        with_data: bool,
        concurrently: bool,
    ) -> Result<(), Failure> {
        let name = self.resolve(view);
        let Some(known) = self.relation(&name).filter(|it| it.whole) else { return Ok(()) };
        if known.kind != RelationKind::MaterializedView {
            let text = format!("\"{}\" is not a materialized view", name.name.as_str());
            return Err(Failure::new("0A000", text));
        }
        if concurrently && !known.populated {
            let text = "CONCURRENTLY cannot be used when the materialized view is not populated";
            return Err(Failure::new("0A000", text));
        }
        let tells_rows_apart = |index: &model::Index| {
            index.unique && index.predicate.is_none() && index.keys.iter().all(|key| key.column.is_some())
        };
        if concurrently && !known.table.indexes.values().any(tells_rows_apart) {
            let text = format!("cannot refresh materialized view \"{name}\" concurrently");
            return Err(Failure::new("55000", text));
        }
        self.change(&name, |it| it.populated = with_data);
        Ok(())
    }
}
