//! Gates that a person told, and the evidence that can be counted for one: that nothing is deleted from a
//! table any more.
//!
//! PostgreSQL counts deleted rows by table (`pg_stat_user_tables.n_tup_del`). The first step of the gate's
//! phase notes the count; the second lets the plan go on only when the count is still the same after the
//! table was watched long enough. Sessions report their counts within seconds, so a watch of less than
//! half a minute proves little.

use model::{Action, Fingerprint, Gate, Literal, Name, Operation, Sql, ms_text, sql};

use crate::Cost;
use crate::demand::dollar_quoted;
use crate::draft::Draft;
use crate::probe;
use crate::told::{Told, ToldGate};

/// The recipe's name.
const RECIPE: &str = "watch_deletes";

/// The gates that were told, as the plan shows them.
pub(crate) fn gates(told: &Told) -> Vec<Gate> {
    told.gates.iter().map(|gate| Gate { before: gate.before, waits_for: gate.waits_for.clone() }).collect()
}

/// The steps that count evidence; they come first in their phases.
pub(crate) fn drafts(told: &Told) -> Vec<(Operation, String, &'static str, Draft)> {
    let watches =
        told.gates.iter().filter_map(|gate| Some(Watch { gate, table: gate.no_deletes_from.as_ref()? }));
    let drafts = watches.flat_map(|watch| {
        let object = watch.table.to_string();
        [watch.begin(), watch.end()].map(|draft| (Operation::Select, object.clone(), RECIPE, draft))
    });
    drafts.collect()
}

struct Watch<'a> {
    gate: &'a ToldGate,
    table: &'a Name,
}

impl Watch<'_> {
    /// The table that keeps what was counted; it stays as evidence.
    fn kept(&self) -> Name {
        let mark = Fingerprint::of(&(self.gate.before, &self.gate.waits_for, self.table));
        Name::new("lockkeeper", format!("watch_{}", mark.short()))
    }

    /// Rows deleted from the table and its partitions, and when the counters were last reset.
    fn counted(&self) -> Sql {
        let name = Literal::new(self.table.to_string());
        sql!(
            "SELECT coalesce(sum(s.n_tup_del), 0)::bigint AS deleted, \
             (SELECT d.stats_reset FROM pg_stat_database AS d WHERE d.datname = current_database()) AS reset \
             FROM pg_stat_all_tables AS s WHERE s.relid = to_regclass({}) \
             OR s.relid IN (SELECT p.relid FROM pg_partition_tree(to_regclass({})) AS p)",
            name,
            name
        )
    }

    fn begin(&self) -> Draft {
        let kept = self.kept();
        let there = probe::relation(&kept);
        Draft {
            phase: self.gate.before,
            title: format!("begin to watch deletes from {}", self.table),
            table: Some(self.table.clone()),
            action: Action::Transaction {
                sql: vec![sql!(
                    "CREATE TABLE {} AS SELECT clock_timestamp() AS since, NULL::timestamptz AS until, c.deleted, c.reset \
                         FROM ({}) AS c",
                    kept,
                    self.counted()
                )],
            },
            acts: Vec::new(),
            verification: there.clone(),
            probe: there,
            undo: Action::Transaction { sql: vec![sql!("DROP TABLE {}", kept)] },
            cost: Cost::Catalog,
            undo_acts: None,
            late: false,
        }
    }

    fn end(&self) -> Draft {
        let kept = self.kept();
        let said = Literal::new(format!("Nothing was deleted from {} while it was watched.", self.table));
        let passed = sql!(
            "SELECT coalesce(obj_description(to_regclass({}), 'pg_class') = {}, false)",
            Literal::new(kept.to_string()),
            said
        );
        Draft {
            phase: self.gate.before,
            title: format!(
                "check that nothing was deleted from {} for {}",
                self.table,
                ms_text(self.gate.watched_for_ms as f64)
            ),
            table: Some(self.table.clone()),
            action: Action::Transaction {
                sql: vec![
                    self.demand(),
                    sql!("UPDATE {} SET until = clock_timestamp()", kept),
                    sql!("COMMENT ON TABLE {} IS {}", kept, said),
                ],
            },
            acts: Vec::new(),
            verification: passed.clone(),
            probe: passed,
            undo: Action::Transaction {
                sql: vec![
                    sql!("UPDATE {} SET until = NULL", kept),
                    sql!("COMMENT ON TABLE {} IS NULL", kept),
                ],
            },
            cost: Cost::Catalog,
            undo_acts: None,
            late: false,
        }
    }

    /// Fails with what was counted. A rehearsal has no production to watch, so there the time does not
    /// have to pass.
    fn demand(&self) -> Sql {
        let name = self.table.to_string();
        let body = sql!(
            "\nDECLARE\n    then_ record;\n    now_ record;\n    passed interval;\n    wanted interval := {} * interval '1 ms';\n    who text;\n\
             BEGIN\n    SELECT * INTO then_ FROM {};\n    SELECT * INTO now_ FROM ({}) AS c;\n    \
             passed := clock_timestamp() - then_.since;\n    \
             IF now_.reset IS DISTINCT FROM then_.reset OR now_.deleted < then_.deleted THEN\n        \
             RAISE EXCEPTION USING ERRCODE = {}, MESSAGE = {}, HINT = {};\n    \
             END IF;\n    \
             IF now_.deleted > then_.deleted THEN\n{}        \
             RAISE EXCEPTION USING ERRCODE = {},\n            \
             MESSAGE = format('%s rows were deleted from %s since %s', now_.deleted - then_.deleted, {}, then_.since::timestamptz(0)) || coalesce(', by ' || who, ''),\n            \
             HINT = {};\n    \
             END IF;\n    \
             IF passed < wanted AND current_setting('lockkeeper.rehearsal', true) IS DISTINCT FROM 'on' THEN\n        \
             RAISE EXCEPTION USING ERRCODE = {},\n            \
             MESSAGE = format('nothing was deleted from %s for %s; it is to be watched for %s', {}, date_trunc('second', passed), wanted),\n            \
             HINT = {};\n    \
             END IF;\nEND\n",
            self.gate.watched_for_ms,
            self.kept(),
            self.counted(),
            Literal::new(model::DEMAND_SQLSTATE),
            Literal::new(format!(
                "the counters of deleted rows were reset while {name} was watched: nothing is known"
            )),
            Literal::new(self.begin_anew()),
            self.suspects(),
            Literal::new(model::DEMAND_SQLSTATE),
            Literal::new(name.clone()),
            Literal::new(format!("deploy code that deletes nothing; {}", self.begin_anew())),
            Literal::new(model::DEMAND_SQLSTATE),
            Literal::new(name),
            Literal::new("apply again when the time has passed")
        );
        sql!("DO {}", dollar_quoted(&body))
    }

    /// Names the statements that delete from it, where `pg_stat_statements` knows them and may be read.
    fn suspects(&self) -> Sql {
        let pattern = format!(
            "delete\\s+from\\s+(only\\s+)?(\"?{}\"?\\s*\\.\\s*)?\"?{}\"?(\\s|;|$)",
            escaped(self.table.schema.as_str()),
            escaped(self.table.name.as_str())
        );
        sql!(
            "        BEGIN\n            \
             EXECUTE (SELECT format('SELECT string_agg(format(''%%s (%%s calls)'', left(query, 100), calls), ''; '') \
             FROM (SELECT query, calls FROM %I.pg_stat_statements WHERE query ~* $1 ORDER BY calls DESC LIMIT 5) AS q', n.nspname) \
             FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace \
             WHERE e.extname = 'pg_stat_statements') INTO who USING {};\n        \
             EXCEPTION WHEN OTHERS THEN\n            \
             who := NULL;\n        \
             END;\n",
            Literal::new(pattern)
        )
    }

    fn begin_anew(&self) -> String {
        let before = self.gate.before;
        let at = model::PhaseName::ALL.iter().position(|phase| *phase == before).unwrap_or_default();
        match at.checked_sub(1).and_then(|at| model::PhaseName::ALL.get(at)) {
            Some(earlier) => format!(
                "begin the watch anew with lockkeeper rollback PLAN --to {earlier}, then lockkeeper apply PLAN --until {before}"
            ),
            None => {
                "begin the watch anew with lockkeeper rollback PLAN, then lockkeeper apply PLAN".to_owned()
            }
        }
    }
}

/// A name as a regular expression that matches it and nothing else.
fn escaped(name: &str) -> String {
    name.chars()
        .flat_map(|c| (!c.is_alphanumeric() && c != '_').then_some('\\').into_iter().chain([c]))
        .collect()
}
