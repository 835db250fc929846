//! NOT NULL on a column that has nulls, where a person told what they become.
//!
//! A trigger gives new rows the value as well, so that code which still writes null goes on, and a column of the
//! plan's own notes each row that had none. The way back gives those rows their null again, in small transactions,
//! where the application has not written another value since.

use assess::effect::Act;
use facts::Form;
use model::{
    Action, Change, Column, Fingerprint, Ident, KEPT_PREFIX, Literal, Name, ObjectRef, PhaseName, Sql, sql,
};

use super::prove_again::only_back;
use super::{filling, set_not_null};
use crate::Cost;
use crate::demand::{demand, dollar_quoted};
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;
use crate::told::Fill;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::SetNotNull { table, column, not_null: true } = change else { return None };
    let told = situation.fill(table, column)?;
    // A column that is new gets the value with its default.
    situation.table(table)?.column(column)?;
    let nulls = Nulls { situation, told, table, column };
    let mut drafts = vec![nulls.prepare(), nulls.begin(), nulls.restore(), nulls.follow(), nulls.fill()];
    drafts.extend(set_not_null::steps(table, column, situation));
    drafts.push(nulls.clean_up());
    let drafted = Drafted::new(
        "[[fill]] tells what nulls become: they are filled in small transactions, those of new rows by a trigger, and then \
         NOT NULL is proved without holding anybody up",
        drafts,
    );
    Some(drafted.note(format!(
        "code may go on writing null into {table}.{column} until cleanup, and a trigger makes it the value of [[fill]]; rows \
         that had null have it again after a rollback, unless they were given another value since"
    )))
}

/// A column whose nulls are filled.
struct Nulls<'a> {
    situation: &'a Situation<'a>,
    told: &'a Fill,
    table: &'a Name,
    column: &'a Ident,
}

impl Nulls<'_> {
    /// The column that notes which rows had null.
    fn noted(&self) -> Ident {
        Ident::new(format!("{KEPT_PREFIX}{}", self.column.as_str())).truncated()
    }

    /// The trigger's function.
    fn function(&self) -> Name {
        let place = format!("{}.{}", self.table, self.column);
        Name::new("lockkeeper", format!("fill_{}", Fingerprint::of_bytes(place.as_bytes()).short()))
    }

    /// Triggers fire in the order of their names, and this one sees what the others made.
    fn trigger(&self) -> Ident {
        Ident::new(format!("~lockkeeper_fill_{}", self.column.as_str())).truncated()
    }

    /// The function: it forgets a row that is given another value, and fills one that is given none.
    fn body(&self, fills: bool) -> Sql {
        let (column, noted) = (self.column, self.noted());
        let fill = sql!(
            "  IF NEW.{} IS NULL THEN\n    NEW.{} := (SELECT {} FROM (SELECT NEW.*) AS row_);\n    NEW.{} := true;\n    RETURN NEW;\n  END IF;\n",
            column,
            column,
            self.told.with,
            noted
        );
        let body = sql!(
            "\n#variable_conflict use_column\nBEGIN\n{}  IF TG_OP = 'UPDATE' AND NEW.{} IS DISTINCT FROM OLD.{} THEN\n    NEW.{} := NULL;\n  END IF;\n  RETURN NEW;\nEND\n",
            if fills { fill } else { sql!("") },
            column,
            column,
            noted
        );
        sql!(
            "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS {}",
            self.function(),
            dollar_quoted(&body)
        )
    }

    /// Fails where the expression has no value for a row that needs one; it reads every row, and changes nothing.
    fn check(&self) -> Sql {
        let place = Literal::new(format!("{}.{}", self.table, self.column));
        let found = sql!(
            "SELECT * FROM {} WHERE {} IS NULL AND ({}) IS NULL",
            self.table,
            self.column,
            self.told.with
        );
        demand(
            &sql!(
                "SELECT format('%s rows hold null in %s, and [[fill]] gives them none either: %s', f.count, {}, {}) \
                 FROM (SELECT count(*) FROM ({}) AS q) AS f WHERE f.count > 0",
                place,
                Literal::new(found.as_str()),
                found
            ),
            "tell another expression with [[fill]] in lockkeeper.toml and plan again; nothing was changed",
        )
    }

    fn draft(&self, phase: PhaseName, title: String, action: Action, done: Sql) -> Draft {
        Draft {
            phase,
            title,
            table: Some(self.table.clone()),
            action,
            acts: Vec::new(),
            verification: done.clone(),
            probe: done,
            undo: Action::Nothing { why: "the steps before it take it back".to_owned() },
            cost: Cost::Catalog,
            undo_acts: None,
            late: false,
        }
    }

    /// Every row is read here, under no lock that anybody notices.
    fn prepare(&self) -> Draft {
        let function = ObjectRef::Routine(format!("{}()", self.function()));
        let title = format!("check that every row has a value for {}, and prepare to give it", self.column);
        let action = Action::Transaction { sql: vec![self.check(), self.body(false)] };
        let mut draft = self.draft(PhaseName::Expand, title, action, probe::object(&function));
        draft.acts = vec![Act::new(Form::Select, self.table)];
        draft.undo = Action::Transaction { sql: vec![sql!("DROP FUNCTION {}()", self.function())] };
        draft.undo_acts = Some(Vec::new());
        draft.cost = Cost::Scan;
        draft
    }

    fn begin(&self) -> Draft {
        let (table, noted, trigger) = (self.table, self.noted(), self.trigger());
        let column = Column::new(noted.as_str(), "boolean");
        let mut sql = Change::AddColumn { table: table.clone(), column }.sql();
        sql.push(sql!(
            "CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW WHEN (current_setting({}, true) IS DISTINCT FROM 'on') \
             EXECUTE FUNCTION {}()",
            trigger,
            table,
            Literal::new(model::FILLING),
            self.function()
        ));
        let title = format!("note which rows have no {}", self.column);
        let there = probe::column(table, &noted);
        let mut draft = self.draft(PhaseName::Expand, title, Action::Transaction { sql }, there);
        draft.acts = vec![Act::new(Form::AddColumn, table), Act::new(Form::CreateTrigger, table)];
        draft.undo = Action::Transaction { sql: self.forget() };
        draft
    }

    fn forget(&self) -> Vec<Sql> {
        vec![
            sql!("DROP TRIGGER {} ON {}", self.trigger(), self.table),
            sql!("ALTER TABLE {} DROP COLUMN {}", self.table, self.noted()),
        ]
    }

    /// On the way back the rows that had null have it again.
    fn restore(&self) -> Draft {
        let noted = self.noted();
        let left = sql!("SELECT EXISTS (SELECT FROM {} WHERE {})", self.table, noted);
        let title = format!("keep which rows had no {} for the way back", self.column);
        let action = only_back("it gives the rows that had null their null again");
        let mut draft = self.draft(PhaseName::Expand, title, action, left);
        draft.verification = sql!("SELECT true");
        draft.undo = self.fill_with(sql!("{} = NULL, {} = NULL", self.column, noted), sql!("{}", noted));
        draft.cost = Cost::Nothing;
        draft.undo_acts = Some(vec![Act::new(Form::Update, self.table)]);
        draft
    }

    /// From here on what is written without a value gets it; on the way back it no longer does.
    fn follow(&self) -> Draft {
        let function = sql!("{}()", self.function());
        let says = |text: Sql| sql!("COMMENT ON FUNCTION {} IS {}", function, text);
        let fills = sql!(
            "SELECT coalesce(obj_description(to_regprocedure({}), 'pg_proc') = {}, false)",
            Literal::new(function.as_str()),
            Literal::new(FILLS)
        );
        let sql = vec![self.body(true), says(sql!("{}", Literal::new(FILLS)))];
        let title = format!("fill {} of rows that are written without one from now on", self.column);
        let mut draft = self.draft(PhaseName::Expand, title, Action::Transaction { sql }, fills);
        draft.undo = Action::Transaction { sql: vec![self.body(false), says(sql!("NULL"))] };
        draft.undo_acts = Some(Vec::new());
        draft
    }

    fn fill_with(&self, set: Sql, pending: Sql) -> Action {
        Action::Backfill(filling::of((self.table, &[self.column]), set, pending, self.situation))
    }

    fn fill(&self) -> Draft {
        let pending = sql!("{} IS NULL", self.column);
        let action = self.fill_with(
            sql!("{} = {}, {} = true", self.column, self.told.with, self.noted()),
            pending.clone(),
        );
        let title = format!("fill {}", self.column);
        let mut draft = self.draft(PhaseName::Backfill, title, action, probe::no_row(self.table, &pending));
        draft.acts = vec![Act::new(Form::Update, self.table)];
        draft.undo = Action::Nothing {
            why: "the rows get their null again when the expand phase is taken back".to_owned(),
        };
        draft.cost = Cost::Fill;
        draft
    }

    fn clean_up(&self) -> Draft {
        let title = format!("forget which rows had no {}", self.column);
        let gone = probe::not(&probe::column(self.table, &self.noted()));
        let mut sql = self.forget();
        sql.push(sql!("DROP FUNCTION {}()", self.function()));
        let mut draft = self.draft(PhaseName::Cleanup, title, Action::Transaction { sql }, gone);
        draft.acts = vec![Act::new(Form::DropTrigger, self.table), Act::new(Form::DropColumn, self.table)];
        draft.undo = Action::Nothing { why: "what cleanup removed is gone for good".to_owned() };
        draft
    }
}

/// What the comment on the function says while it fills.
const FILLS: &str = "lockkeeper: fills what is written without a value";
