//! Puts questions to the database: read-only, each bounded in time, all of them together as well.

use std::time::{Duration, Instant};

use assess::{Outcome, Precondition, Rows};
use connect::Session;
use model::{Literal, Sql, sql};
use tokio_postgres::Error;

use crate::Limits;
use crate::question::{Back, Conversion, Question, Search};

/// What a statement ends with when its time is up, or somebody cancels it.
const CANCELLED: &str = "57014";
/// What a statement ends with when somebody holds a lock for longer than it waits.
const LOCKED: &str = "55P03";
/// Below this a query is not begun any more.
const TIME_MIN: Duration = Duration::from_millis(50);

/// Asks, and keeps the time.
pub(crate) struct Asker {
    session: Session,
    limits: Limits,
    began: Instant,
}

/// Why a query has no answer.
enum Refusal {
    /// In words.
    Other(String),
    /// The time was up.
    Late,
    /// A value was refused, by a conversion or a domain: SQLSTATE class 22 or 23.
    Value,
}

impl Asker {
    pub(crate) fn new(session: Session, limits: Limits) -> Self {
        Self { session, limits, began: Instant::now() }
    }

    pub(crate) async fn close(self) {
        self.session.close().await;
    }

    /// Finds out one thing.
    pub(crate) async fn answer(&mut self, question: Question) -> Vec<Precondition> {
        let Question { change, rule, object, outcome, of, what, search } = question;
        let answer = |rule, outcome, rows, what, query: Option<Sql>| Precondition {
            change,
            rule,
            object: object.clone(),
            outcome,
            rows,
            of: of.clone(),
            what,
            query,
        };
        match search {
            Search::None(why) => vec![answer(rule, outcome, Rows::Unknown(why), what, None)],
            Search::Filter { relation, filter } => {
                let rows = self.count(&relation, filter.as_ref()).await;
                vec![answer(rule, outcome, rows, what, Some(show(&relation, filter.as_ref())))]
            }
            Search::Groups { relation, filter, keys } => {
                let (rows, query) = self.groups(&relation, filter.as_ref(), &keys).await;
                vec![answer(rule, outcome, rows, what, Some(query))]
            }
            Search::Conversion(conversion) => {
                let (refused, query) = self.refused(&conversion).await;
                let converts = refused == Rows::Exactly(0);
                let mut answers = vec![answer(rule, outcome, refused, what, Some(query))];
                if let Some((rows, query)) = self.changed(&conversion, converts).await {
                    let what = conversion.changed.clone();
                    answers.push(answer("changed-values", Outcome::Changes, rows, what, query));
                }
                answers
            }
        }
    }

    /// Counts rows; where there are too many for the time, finds out whether there is one.
    async fn count(&mut self, relation: &Sql, filter: Option<&Sql>) -> Rows {
        let from = match filter {
            Some(filter) => sql!("FROM {} WHERE {}", relation, filter),
            None => sql!("FROM {}", relation),
        };
        match self.number(&sql!("SELECT count(*) {}", from)).await {
            Ok(count) => Rows::Exactly(count),
            Err(Refusal::Late) => {
                match self.number(&sql!("SELECT count(*) FROM (SELECT {} LIMIT 1) AS found", from)).await {
                    Ok(1..) => Rows::AtLeast(1),
                    _ => Rows::Unknown(self.late()),
                }
            }
            Err(refusal) => self.unknown(refusal),
        }
    }

    async fn groups(&mut self, relation: &Sql, filter: Option<&Sql>, keys: &Sql) -> (Rows, Sql) {
        let from = match filter {
            Some(filter) => sql!("FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1", relation, filter, keys),
            None => sql!("FROM {} GROUP BY {} HAVING count(*) > 1", relation, keys),
        };
        let count = sql!("SELECT coalesce(sum(n), 0)::bigint FROM (SELECT count(*) AS n {}) AS found", from);
        let rows = match self.number(&count).await {
            Ok(count) => Rows::Exactly(count),
            Err(refusal) => self.unknown(refusal),
        };
        (rows, sql!("SELECT {}, count(*) {} ORDER BY count(*) DESC", keys, from))
    }

    /// Rows whose value does not convert.
    async fn refused(&mut self, conversion: &Conversion) -> (Rows, Sql) {
        let Conversion { relation, column, value, .. } = conversion;
        if let Some(refused) = &conversion.refused {
            return (self.count(relation, Some(refused)).await, show(relation, Some(refused)));
        }
        // Converting all of them for once: if that works, every value converts.
        let attempt = sql!("SELECT count({}) FROM {}", value, relation);
        let query = sql!("SELECT {}, {} FROM {}", column, value, relation);
        match self.number(&attempt).await {
            Ok(_) => (Rows::Exactly(0), query),
            Err(Refusal::Value) => self.refused_one_by_one(conversion).await,
            Err(refusal) => (self.unknown(refusal), query),
        }
    }

    /// Converts each value by itself and counts those that are refused; nothing is written.
    async fn refused_one_by_one(&mut self, conversion: &Conversion) -> (Rows, Sql) {
        let Conversion { relation, column, value, .. } = conversion;
        let block = sql!("DO {}", Literal::new(one_by_one(conversion).as_str()));
        let mut notices = self.session.notices();
        let run = self.run(&block).await;
        let heard = std::iter::from_fn(|| notices.try_recv().ok())
            .find_map(|notice| notice.message().strip_prefix(MARK).map(str::to_owned));
        let attempt = sql!("SELECT {}, {} FROM {}", column, value, relation);
        let Some((count, places)) = run.ok().and(heard).and_then(|heard| {
            let (count, places) = heard.split_once(' ')?;
            Some((count.parse().ok()?, places.to_owned()))
        }) else {
            // The attempt failed on a value, so there is one.
            return (Rows::AtLeast(1), attempt);
        };
        let places = Sql::join(places.split_whitespace().map(Literal::new), ", ");
        let query = sql!("SELECT {} FROM {} WHERE ctid IN ({})", column, relation, places);
        (Rows::Exactly(count), query)
    }

    /// Rows whose value comes out as another; nothing where the types exclude it, or other rows fail first.
    async fn changed(&mut self, conversion: &Conversion, converts: bool) -> Option<(Rows, Option<Sql>)> {
        let relation = &conversion.relation;
        match &conversion.back {
            Back::Never => None,
            _ if !converts => None,
            Back::Unknown(why) => Some((Rows::Unknown((*why).to_owned()), None)),
            Back::Differs(differs) => {
                let Conversion { column, value, .. } = conversion;
                let rows = self.count(relation, Some(differs)).await;
                let query = sql!("SELECT {}, {} FROM {} WHERE {}", column, value, relation, differs);
                Some((rows, Some(query)))
            }
        }
    }

    /// The single number a query answers.
    async fn number(&mut self, query: &Sql) -> Result<u64, Refusal> {
        self.begin().await?;
        let answer = self.session.query_one(query.as_str(), &[]).await;
        self.end().await;
        let count: i64 = answer.map_err(|error| self.refusal(&error))?.get(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn run(&mut self, block: &Sql) -> Result<(), Refusal> {
        self.begin().await?;
        let answer = self.session.batch_execute(block.as_str()).await;
        self.end().await;
        answer.map_err(|error| self.refusal(&error))
    }

    /// A transaction that cannot write, that gives up in time, and that row security does not show less than
    /// there is: it fails instead.
    async fn begin(&self) -> Result<(), Refusal> {
        let left = self.limits.total.saturating_sub(self.began.elapsed());
        let time = left.min(self.limits.query);
        if time < TIME_MIN {
            return Err(Refusal::Late);
        }
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let begin = sql!(
            "BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = {}; SET LOCAL row_security = off; SET LOCAL client_min_messages = notice",
            ms(time),
            ms(self.limits.lock)
        );
        self.session.batch_execute(begin.as_str()).await.map_err(|error| self.refusal(&error))
    }

    /// A transaction that did not begin needs no end; a lost connection shows with the next query.
    async fn end(&self) {
        let _ = self.session.batch_execute("ROLLBACK").await;
    }

    fn refusal(&self, error: &Error) -> Refusal {
        match connect::sqlstate(error) {
            Some(CANCELLED) => Refusal::Late,
            Some(LOCKED) => Refusal::Other("somebody holds a lock on the table".to_owned()),
            Some(state) if state.starts_with("22") || state.starts_with("23") => Refusal::Value,
            // What the server says of a value could show it; of everything else it names the object.
            Some(state) => {
                let message = error.as_db_error().map_or("", |error| error.message());
                Refusal::Other(format!("{message} (SQLSTATE {state})"))
            }
            None => Refusal::Other("the connection broke".to_owned()),
        }
    }

    fn unknown(&self, refusal: Refusal) -> Rows {
        Rows::Unknown(match refusal {
            Refusal::Other(why) => why,
            Refusal::Late => self.late(),
            Refusal::Value => "a value in the way does not convert".to_owned(),
        })
    }

    fn late(&self) -> String {
        if self.limits.total.saturating_sub(self.began.elapsed()) < TIME_MIN {
            format!("the time for such queries ({} s) is used up", self.limits.total.as_secs_f32())
        } else {
            format!("not counted within {} s", self.limits.query.as_secs_f32())
        }
    }
}

fn show(relation: &Sql, filter: Option<&Sql>) -> Sql {
    match filter {
        Some(filter) => sql!("SELECT * FROM {} WHERE {}", relation, filter),
        None => sql!("SELECT * FROM {}", relation),
    }
}

/// What the notice of the block begins with.
const MARK: &str = "lockkeeper: ";

/// A block that converts each value in a subtransaction, counts those that are refused, and tells where the
/// first of them stand: places and not values, which may be nobody's business.
fn one_by_one(conversion: &Conversion) -> Sql {
    let Conversion { relation, column, from, value, .. } = conversion;
    sql!(
        "DECLARE
  lockkeeper_value {};
  lockkeeper_place tid;
  lockkeeper_count bigint := 0;
  lockkeeper_places text := '';
BEGIN
  FOR lockkeeper_value, lockkeeper_place IN SELECT {}, ctid FROM {} LOOP
    BEGIN
      PERFORM {} FROM (SELECT lockkeeper_value AS {}) AS lockkeeper_row;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
      lockkeeper_count := lockkeeper_count + 1;
      IF lockkeeper_count <= 5 THEN
        lockkeeper_places := lockkeeper_places || ' ' || lockkeeper_place;
      END IF;
    END;
  END LOOP;
  RAISE NOTICE 'lockkeeper: %', lockkeeper_count || ' ' || lockkeeper_places;
END",
        from,
        column,
        relation,
        value,
        column
    )
}
