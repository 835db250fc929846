//! The application that deletes funds, or archives them.

use model::{Ident, Name};
use traffic::{Does, Parameter, Statement, Workload, funds};

use super::{fund, table};

/// The table whose rows are deleted, or archived.
pub(crate) fn funds() -> Name {
    table("funds")
}

/// Old code: it deletes funds, and with them, unseen, their investments.
pub(crate) fn before() -> Workload {
    let mut workload = funds::workload();
    workload.name = "funds that are deleted".to_owned();
    workload.statements.push(Statement::write(
        "funds.delete",
        12,
        Does::Delete(funds()),
        "DELETE FROM public.funds WHERE id = $1 RETURNING id::text",
        vec![Parameter::Row],
    ));
    // Whether a fund is archived is new; everything else of it must stay as it is.
    watch_known_columns(&mut workload);
    workload
}

/// New code: it archives funds and looks for those that are not.
pub(crate) fn after() -> Workload {
    let mut workload = funds::workload();
    workload.name = "funds that are archived".to_owned();
    workload
        .statements
        .retain(|statement| !["funds.by_id", "funds.newest"].contains(&statement.name.as_str()));
    workload.statements.extend([
        Statement::read(
            "funds.by_id_active",
            30,
            "SELECT * FROM public.funds WHERE id = $1 AND NOT archived",
            vec![fund()],
        ),
        Statement::read(
            "funds.newest_active",
            6,
            "SELECT id, name, strategy, committed_capital, created_at FROM public.funds WHERE NOT archived \
             ORDER BY created_at DESC LIMIT 20",
            Vec::new(),
        ),
        Statement::write(
            "funds.archive",
            6,
            Does::Update(funds(), Ident::new("committed_capital")),
            "UPDATE public.funds SET archived = true, committed_capital = $2, updated_at = now() WHERE id = $1 \
             RETURNING committed_capital::text",
            vec![Parameter::Row, Parameter::Number],
        ),
    ]);
    watch_known_columns(&mut workload);
    workload
}

fn watch_known_columns(workload: &mut Workload) {
    for watched in workload.tables.iter_mut().filter(|watched| watched.table == funds()) {
        let columns = ["id", "slug", "name", "strategy", "currency", "term_years", "created_at"];
        watched.columns = Some(columns.into_iter().map(Ident::new).collect());
    }
}
