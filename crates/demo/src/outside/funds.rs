//! What a delete of a fund and of an investment does now, and which funds are archived.

use connect::Session;
use model::{Fault, Sql, count_text, sql};

use super::{Proof, rows};
use crate::stage::Stage;

/// SQLSTATEs of a delete that a foreign key refuses: RESTRICT has its own from 18 on.
const REFUSED: [&str; 2] = ["23001", "23503"];

pub(super) async fn at_end(stage: &Stage) -> Result<Vec<Proof>, Fault> {
    let session = stage.session().await?;
    let proofs = vec![fund_stays(&session).await?, events_go(&session).await?, archived(&session).await?];
    session.close().await;
    Ok(proofs)
}

/// A fund with investments cannot be deleted.
async fn fund_stays(session: &Session) -> Result<Proof, Fault> {
    let delete = "BEGIN; DELETE FROM public.funds WHERE id = (SELECT min(fund_id) FROM public.investments)";
    let answer = session.batch_execute(delete).await;
    send(session, &sql!("ROLLBACK")).await?;
    let state = answer.as_ref().err().and_then(connect::sqlstate).unwrap_or("none");
    let holds = REFUSED.contains(&state);
    Ok(Proof { what: format!("deleting a fund that has investments is refused (SQLSTATE {state})"), holds })
}

/// An investment's events go with it, as they did before.
async fn events_go(session: &Session) -> Result<Proof, Fault> {
    let count = async |id: &str| -> Result<i64, Fault> {
        let query = sql!(
            "SELECT count(*) FROM public.fund_events WHERE investment_id = {}::bigint",
            model::Literal::new(id)
        );
        Ok(rows(session, &query).await?.first().map(|row| row.get(0)).unwrap_or_default())
    };
    let id = rows(session, &sql!("SELECT min(investment_id)::text FROM public.fund_events")).await?;
    let id: String = id.first().and_then(|row| row.get::<_, Option<String>>(0)).unwrap_or_default();
    let before = count(&id).await?;
    send(
        session,
        &sql!("BEGIN; DELETE FROM public.investments WHERE id = {}::bigint", model::Literal::new(&id)),
    )
    .await?;
    let after = count(&id).await?;
    send(session, &sql!("ROLLBACK")).await?;
    let what =
        format!("deleting an investment still deletes its events ({before} of {before}, {after} left)");
    Ok(Proof { what, holds: before > 0 && after == 0 })
}

/// Every fund that was to be archived is; the application archives others.
async fn archived(session: &Session) -> Result<Proof, Fault> {
    let query = sql!(
        "SELECT count(*) FILTER (WHERE archived AND old), count(*) FILTER (WHERE old), \
         count(*) FILTER (WHERE archived AND NOT old) \
         FROM (SELECT archived, created_at < now() - interval '8 years' AS old FROM public.funds) AS f"
    );
    let found = rows(session, &query).await?;
    let count = |at: usize| found.first().map(|row| row.get::<_, i64>(at)).unwrap_or_default().unsigned_abs();
    let (archived, old, by_code) = (count(0), count(1), count(2));
    let what = format!(
        "{} of {} old funds are archived by the backfill, {} others by the application",
        count_text(archived),
        count_text(old),
        count_text(by_code)
    );
    Ok(Proof { what, holds: archived == old && old > 0 })
}

async fn send(session: &Session, statement: &Sql) -> Result<(), Fault> {
    let sent = session.batch_execute(statement.as_str()).await;
    sent.map_err(|error| connect::fault("demo.outside", "what the change does cannot be tried", &error))
}
