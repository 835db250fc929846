//! Takes a run's statements one by one through the state, the facts and the rules.

use std::collections::BTreeSet;

use facts::report;
use model::{Category, Effect, Finding, Ident, LockMode, Name, Operation};
use parse::{Action, AlterChange, Script, Span, Statement, TransactionStep, Verb};

use crate::apply::{apply, notice};
use crate::effect::{self, Judged, Parts, Session};
use crate::failure::Failure;
use crate::options::{BaselineEntry, Options, PathRules, PathSettings, Remaining, wording};
use crate::rule::{Check, Edit, Hit, Rule, Seen, Transaction, Unless, Whole};
use crate::rules;
use crate::source::{Runner, SourceFile, undo_part};
use crate::state::{Catalog, Mark};
use crate::suppress::Suppressions;

/// What a run answers, with the edits that would fix what can be fixed.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) report: report::Report,
    /// For each file by its place in the input: edits, each set that of one finding.
    pub(crate) fixes: Vec<Vec<Vec<Edit>>>,
    /// For a baseline: each finding with its statement's wording.
    pub(crate) entries: Vec<BaselineEntry>,
}

/// A finding that what comes later may make void.
struct Pending {
    finding: Found,
    unless: Unless,
    /// The statement's place in the report, for its category.
    statement: Option<usize>,
}

/// A finding with what sorting and fixing it need.
struct Found {
    file: usize,
    finding: Finding,
    fix: Vec<Edit>,
    entry: BaselineEntry,
}

/// Everything that goes through a run.
pub(crate) struct Run<'a> {
    options: &'a Options<'a>,
    paths: PathSettings<'a>,
    catalog: Catalog,
    found: Vec<Found>,
    pending: Vec<Pending>,
    statements: Vec<report::Statement>,
    small: BTreeSet<Name>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(options: &'a Options<'a>) -> Self {
        let mut catalog = options.schema.map_or_else(Catalog::empty, Catalog::of);
        catalog.major = options.pg_version;
        Self {
            options,
            paths: PathSettings::new(options.config),
            catalog,
            found: Vec::new(),
            pending: Vec::new(),
            statements: Vec::new(),
            small: options.config.small_tables.clone(),
        }
    }

    pub(crate) fn file(&mut self, at: usize, source: &SourceFile) {
        let script = parse::parse(&source.text);
        let rules = self.paths.for_path(&source.path);
        self.catalog.applying = source.applied;
        let mut file = FileRun::new(self, at, source, &script, rules);
        file.statements();
        file.finish();
    }

    /// Decides what was left open, and puts everything in order.
    pub(crate) fn finish(mut self, files: usize) -> Outcome {
        for pending in std::mem::take(&mut self.pending) {
            if !came(&pending.unless, &self.catalog) {
                if let Some(statement) = pending.statement.and_then(|at| self.statements.get_mut(at)) {
                    statement.category = statement.category.max(pending.finding.finding.category);
                }
                self.found.push(pending.finding);
            }
        }
        self.found.sort_by(|a, b| place(a).cmp(&place(b)));
        let mut remaining = Remaining::of(self.options.baseline);
        let mut outcome = Outcome { fixes: vec![Vec::new(); files], ..Outcome::default() };
        outcome.report.statements = self.statements;
        for found in self.found {
            if remaining.takes(&found.entry) {
                continue;
            }
            if !found.fix.is_empty() {
                outcome.fixes[found.file].push(found.fix);
            }
            outcome.entries.push(found.entry);
            outcome.report.findings.push(found.finding);
        }
        outcome
    }
}

fn place(found: &Found) -> (usize, u32, u32, &str) {
    (found.file, found.finding.line, found.finding.column, &found.finding.rule)
}

/// Whether what would make a finding void has come.
fn came(unless: &Unless, catalog: &Catalog) -> bool {
    match unless {
        Unless::Indexed(table, columns) => catalog.relation(table).is_none_or(|relation| {
            relation.index_keys().any(|keys| {
                keys.len() >= columns.len()
                    && keys.into_iter().take(columns.len()).all(|key| columns.contains(key))
            })
        }),
        Unless::Policy(table) => catalog
            .relation(table)
            .is_none_or(|relation| !relation.table.policies.is_empty() || !relation.table.row_security),
        Unless::Created(..) => false,
    }
}

/// One file on its way through a run.
struct FileRun<'r, 'a, 's> {
    run: &'r mut Run<'a>,
    at: usize,
    source: &'s SourceFile,
    script: &'s Script<'s>,
    rules: PathRules,
    suppressions: Suppressions,
    session: Session,
    transaction: Option<Transaction>,
    wrapped: bool,
    begin: Mark,
    undo: Option<std::ops::Range<usize>>,
    /// Findings of this file that a later statement of it may make void.
    waiting: Vec<Pending>,
}

impl<'r, 'a, 's> FileRun<'r, 'a, 's> {
    fn new(
        run: &'r mut Run<'a>,
        at: usize,
        source: &'s SourceFile,
        script: &'s Script<'s>,
        rules: PathRules,
    ) -> Self {
        let runner = run.options.runner.unwrap_or_else(|| Runner::detect(&source.path, &source.text));
        let outside = || script.statements.iter().any(runs_outside);
        let wrapped = run.options.assume_transaction || runner.wraps(script, outside);
        run.catalog.set_search_path(vec![Ident::new("public")]);
        run.catalog.commit();
        let begin = run.catalog.mark();
        Self {
            suppressions: Suppressions::of(script),
            undo: undo_part(script),
            transaction: wrapped.then(Transaction::default),
            session: Session::default(),
            waiting: Vec::new(),
            run,
            at,
            source,
            script,
            rules,
            wrapped,
            begin,
        }
    }

    fn statements(&mut self) {
        if !self.source.applied {
            for &rule in rules::ALL {
                if let Check::File(check) = rule.check {
                    let hits = if self.rules.applies(rule) { check(self.script) } else { Vec::new() };
                    self.report_all(rule, hits, None);
                }
            }
        }
        for statement in &self.script.statements {
            let undoes = self.undo.as_ref().is_some_and(|undo| undo.contains(&statement.span.start));
            if !undoes {
                self.statement(statement);
            }
        }
    }

    /// The file ends: what its transaction did stays.
    fn finish(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            self.run.catalog.labels_committed(&transaction.labelled);
            if let Some(begun) = transaction.begun {
                let hit =
                    Hit::new(begun, "the transaction that begins here never ends", "end it with COMMIT");
                self.report_all(&rules::UNCOMMITTED_TRANSACTION, vec![hit], None);
            }
        }
        self.run.catalog.commit();
        let waiting = std::mem::take(&mut self.waiting);
        self.run.pending.extend(waiting);
        if !self.source.applied {
            let bad = self.suppressions.bad(self.script);
            self.report_all(&rules::BAD_SUPPRESSION, bad, None);
        }
    }

    fn statement(&mut self, statement: &Statement<'_>) {
        let mark = self.run.catalog.mark();
        let mut hits: Vec<(&'static Rule, Hit)> = Vec::new();
        let mut parts = Parts::default();
        let mut failure = self.syntax_failure(statement).or_else(|| self.aborted(statement));
        if failure.is_none() {
            failure = self.actions(statement, &mut hits, &mut parts).err();
        }
        let mut judged = effect::judge(&parts, &self.run.catalog);
        if failure.is_none() {
            failure = self.refused(statement, &judged);
        }
        if failure.is_some() {
            self.run.catalog.undo_to(mark);
            judged = Judged { transaction: true, ..Judged::default() };
            hits.retain(|(rule, _)| rule.name == rules::CONCURRENTLY_IN_TRANSACTION.name);
        } else {
            self.only_existing(mark, &mut judged);
        }
        self.conclude(statement, failure, judged, hits);
        if self.transaction.is_none() {
            self.run.catalog.commit();
        }
    }

    fn syntax_failure(&self, statement: &Statement<'_>) -> Option<Failure> {
        let error = statement.errors.first()?;
        let place = format!("line {}, column {}", error.position.line, error.position.column);
        Some(Failure::new("42601", format!("syntax error at {place}: {}", error.message)))
    }

    fn aborted(&self, statement: &Statement<'_>) -> Option<Failure> {
        let line = self.transaction.as_ref()?.aborted?;
        let ends = statement.actions.iter().any(|action| {
            matches!(
                action.verb,
                Verb::Transaction(
                    TransactionStep::Rollback | TransactionStep::Commit | TransactionStep::RollbackTo(_)
                )
            )
        });
        let text = format!(
            "current transaction is aborted, commands ignored until end of transaction block (line {line} failed)"
        );
        (!ends).then(|| Failure::new("25P02", text))
    }

    /// Rules, parts and state, action by action.
    fn actions(
        &mut self,
        statement: &Statement<'_>,
        hits: &mut Vec<(&'static Rule, Hit)>,
        parts: &mut Parts,
    ) -> Result<(), Failure> {
        let together = dropped_together(&statement.actions, &self.run.catalog);
        for action in in_passes(&statement.actions) {
            notice(action, &mut self.run.catalog);
            let own = effect::of_action(action, &self.run.catalog, &self.session);
            if !self.source.applied {
                self.ask_rules(statement, action, &own, hits);
            }
            parts.append(own);
            if let Verb::Transaction(step) = &action.verb {
                self.transaction_step(step, statement, hits);
                continue;
            }
            let before = self.run.catalog.mark();
            let applied = apply(action, &together, &mut self.run.catalog, &mut self.session);
            match applied {
                Ok(()) => self.note_transaction(action),
                // A branch may not be taken, and a handler may catch the error.
                Err(_) if action.conditional => self.run.catalog.undo_to(before),
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    fn ask_rules(
        &self,
        statement: &Statement<'_>,
        action: &Action,
        parts: &Parts,
        hits: &mut Vec<(&'static Rule, Hit)>,
    ) {
        let seen = Seen {
            action,
            statement,
            script: self.script,
            catalog: &self.run.catalog,
            parts,
            transaction: self.transaction.as_ref(),
            small: &self.run.small,
        };
        for &rule in rules::ALL {
            if let Check::Action(check) = rule.check {
                hits.extend(check(&seen).into_iter().map(|hit| (rule, hit)));
            }
        }
    }

    /// What later statements of the transaction have to know.
    fn note_transaction(&mut self, action: &Action) {
        let catalog = &self.run.catalog;
        let Some(transaction) = &mut self.transaction else {
            if let Verb::AlterType(it) = &action.verb {
                let name = catalog.resolve_type(&it.name);
                self.run.catalog.labels_committed(&[name]);
            }
            return;
        };
        match &action.verb {
            Verb::Alter(it) => {
                if let AlterChange::AddConstraint(constraint) = &it.change
                    && constraint.not_valid
                    && let Some(name) = &constraint.name
                {
                    transaction.unproved.insert((catalog.resolve(&it.relation), name.clone()));
                }
            }
            Verb::AlterType(it) => transaction.labelled.push(catalog.resolve_type(&it.name)),
            _ => {}
        }
    }

    fn transaction_step(
        &mut self,
        step: &TransactionStep,
        statement: &Statement<'_>,
        hits: &mut Vec<(&'static Rule, Hit)>,
    ) {
        match step {
            TransactionStep::Begin => self.begin(statement, hits),
            TransactionStep::Commit | TransactionStep::Prepare => {
                if self.wrapped && self.transaction.as_ref().is_some_and(|it| it.begun.is_none()) {
                    let help = "leave BEGIN and COMMIT to what runs the file";
                    let text = "this ends the transaction that the migration runner opened around the file";
                    hits.push((&rules::NESTED_TRANSACTION, Hit::new(statement.span, text, help)));
                }
                if let Some(transaction) = self.transaction.take() {
                    if transaction.aborted.is_some() {
                        self.run.catalog.undo_to(self.begin);
                    }
                    self.run.catalog.labels_committed(&transaction.labelled);
                }
                self.run.catalog.commit();
            }
            TransactionStep::Rollback => {
                if self.transaction.take().is_some() {
                    self.run.catalog.undo_to(self.begin);
                }
            }
            TransactionStep::Savepoint(name) => {
                let mark = self.run.catalog.mark();
                if let Some(transaction) = &mut self.transaction {
                    transaction.savepoints.push((name.clone(), mark));
                }
            }
            TransactionStep::RollbackTo(name) => {
                let known = self.transaction.as_mut().and_then(|it| {
                    it.aborted = None;
                    it.savepoints.iter().rev().find(|(known, _)| known == name).map(|(_, mark)| *mark)
                });
                if let Some(mark) = known {
                    self.run.catalog.undo_to(mark);
                }
            }
            TransactionStep::Release(_) | TransactionStep::Other => {}
        }
    }

    fn begin(&mut self, statement: &Statement<'_>, hits: &mut Vec<(&'static Rule, Hit)>) {
        if self.transaction.is_some() {
            let text =
                "there is a transaction already: BEGIN does nothing here, and COMMIT ends the outer one";
            let help = if self.wrapped {
                "leave BEGIN and COMMIT to what runs the file"
            } else {
                "end the first transaction before the next begins, or use SAVEPOINT"
            };
            hits.push((&rules::NESTED_TRANSACTION, Hit::new(statement.span, text, help)));
            return;
        }
        self.run.catalog.commit();
        self.begin = self.run.catalog.mark();
        self.transaction = Some(Transaction { begun: Some(statement.span), ..Transaction::default() });
    }

    /// Errors that the facts know: a version that lacks the statement, a transaction that bars it.
    fn refused(&self, statement: &Statement<'_>, judged: &Judged) -> Option<Failure> {
        if let Some(message) = &judged.refusal {
            return Some(Failure::new("42601", message.clone()));
        }
        if let Some(failure) = crate::version::too_old(statement, self.run.options.pg_version) {
            return Some(failure);
        }
        let barred = !judged.transaction || statement.actions.iter().any(barred_from_transactions);
        if !barred {
            return None;
        }
        let what = statement_words(statement);
        if statement.actions.iter().any(|action| action.verb == Verb::Do) {
            return Some(Failure::new("25001", format!("{what} cannot be executed from a function")));
        }
        let text = format!("{what} cannot run inside a transaction block");
        self.transaction.is_some().then(|| Failure::new("25001", text))
    }

    /// Only relations that existed before the statement are named.
    fn only_existing(&self, mark: Mark, judged: &mut Judged) {
        let existed =
            |name: &Name| self.run.catalog.existed_at(mark, name) && name.schema.as_str() != "pg_temp";
        judged.effect.locks.retain(|lock| existed(&lock.relation));
        judged.effect.rewrites.retain(existed);
        judged.effect.scans.retain(existed);
    }

    /// Writes down what came out for a statement.
    fn conclude(
        &mut self,
        statement: &Statement<'_>,
        failure: Option<Failure>,
        judged: Judged,
        mut hits: Vec<(&'static Rule, Hit)>,
    ) {
        if self.source.applied {
            return self.hold_locks(statement, &judged);
        }
        if let Some(failure) = &failure {
            hits.extend(failed(statement, failure));
            if let Some(transaction) = self.transaction.as_mut() {
                transaction.aborted.get_or_insert(statement.position.line);
            }
        }
        hits.retain(|(rule, _)| self.rules.applies(rule) && !self.rules.skip);
        let mut category = worst(&hits);
        if failure.is_none() {
            let whole = self.whole_hits(statement, &judged, category);
            category = category.max(worst(&whole));
            hits.extend(whole);
        }
        category = category.max(base_category(
            &judged,
            statement,
            failure.is_some(),
            &self.run.catalog,
            &self.run.small,
        ));
        self.hold_locks(statement, &judged);
        self.run.statements.push(report::Statement {
            file: self.source.path.clone(),
            line: statement.position.line,
            column: statement.position.column,
            sql: statement.sql.to_owned(),
            operations: statement.operations(),
            category,
            effect: judged.effect,
            error: failure.map(|failure| failure.message),
            unknown: judged.unknown,
            execution_ms: None,
        });
        self.void_waiting(statement);
        for (rule, hit) in hits {
            self.report_all(rule, vec![hit], Some(statement));
        }
    }

    fn whole_hits(
        &self,
        statement: &Statement<'_>,
        judged: &Judged,
        worst: Category,
    ) -> Vec<(&'static Rule, Hit)> {
        let whole = Whole {
            statement,
            effect: &judged.effect,
            catalog: &self.run.catalog,
            session: &self.session,
            transaction: self.transaction.as_ref(),
            small: &self.run.small,
            worst,
        };
        let mut hits = Vec::new();
        for &rule in rules::ALL {
            if let Check::Statement(check) = rule.check
                && self.rules.applies(rule)
                && !self.rules.skip
            {
                hits.extend(check(&whole).into_iter().map(|hit| (rule, hit)));
            }
        }
        hits
    }

    /// The statement's locks are held to the end of the transaction.
    fn hold_locks(&mut self, statement: &Statement<'_>, judged: &Judged) {
        let catalog = &self.run.catalog;
        let Some(transaction) = &mut self.transaction else { return };
        for lock in judged.effect.locks.iter().filter(|lock| lock.mode >= LockMode::ShareUpdateExclusiveLock)
        {
            let fresh = catalog.relation(&lock.relation).is_some_and(|relation| relation.fresh);
            if !fresh {
                let held = transaction
                    .held
                    .entry(lock.relation.clone())
                    .or_insert((lock.mode, statement.position.line));
                if lock.mode > held.0 {
                    *held = (lock.mode, statement.position.line);
                }
            }
        }
    }

    /// What this statement creates makes findings void that waited for it.
    fn void_waiting(&mut self, statement: &Statement<'_>) {
        if self.waiting.is_empty() {
            return;
        }
        for action in &statement.actions {
            let Some((kind, name)) = created(&action.verb) else { continue };
            self.waiting.retain(|it| it.unless != Unless::Created(kind, name.clone()));
        }
    }

    fn report_all(&mut self, rule: &'static Rule, hits: Vec<Hit>, statement: Option<&Statement<'_>>) {
        if self.source.applied || self.rules.skip || !self.rules.applies(rule) {
            return;
        }
        for hit in hits {
            let position = self.script.position(hit.span.start);
            if self.suppressions.covers(rule.name, position.line, statement) {
                continue;
            }
            let words = statement.map_or_else(|| hit.span.of(self.script.text), |statement| statement.sql);
            let finding = Found {
                file: self.at,
                finding: Finding {
                    file: self.source.path.clone(),
                    line: position.line,
                    column: position.column,
                    rule: rule.name.to_owned(),
                    category: rule.category,
                    message: hit.message,
                    help: hit.help,
                },
                fix: hit.fix,
                entry: BaselineEntry {
                    file: self.source.path.clone(),
                    rule: rule.name.to_owned(),
                    statement: wording(words),
                    count: 1,
                },
            };
            match hit.unless {
                Some(unless) => {
                    let statement = statement.and_then(|_| self.run.statements.len().checked_sub(1));
                    self.waiting.push(Pending { finding, unless, statement });
                }
                None => self.run.found.push(finding),
            }
        }
    }
}

/// Clauses of one `ALTER TABLE` in the order the server runs them: what is dropped first, then types,
/// new columns, constraints.
fn in_passes(actions: &[Action]) -> Vec<&Action> {
    let pass = |action: &&Action| match &action.verb {
        Verb::Alter(it) => match &it.change {
            AlterChange::DropColumn { .. } | AlterChange::DropConstraint { .. } => 0,
            AlterChange::AlterType { .. } => 1,
            AlterChange::AddColumn { .. } => 2,
            AlterChange::SetNotNull(_)
            | AlterChange::DropNotNull(_)
            | AlterChange::SetDefault(..)
            | AlterChange::DropDefault(_)
            | AlterChange::AddIdentity(_) => 3,
            AlterChange::AddConstraint(_) => 4,
            _ => 5,
        },
        _ => 3,
    };
    let mut ordered: Vec<&Action> = actions.iter().collect();
    let one_table = actions.iter().all(|action| matches!(action.verb, Verb::Alter(_)));
    if one_table {
        ordered.sort_by_key(pass);
    }
    ordered
}

fn dropped_together(actions: &[Action], catalog: &Catalog) -> BTreeSet<Name> {
    let names = actions.iter().filter_map(|action| match &action.verb {
        Verb::Drop(it) => Some(catalog.resolve(&it.name)),
        _ => None,
    });
    names.collect()
}

fn runs_outside(statement: &Statement<'_>) -> bool {
    statement.actions.iter().any(|action| match &action.verb {
        Verb::CreateIndex(it) => it.concurrently,
        Verb::Drop(it) => it.concurrently,
        Verb::Maintain(it) => {
            it.concurrently && it.task == parse::Task::Reindex
                || matches!(it.task, parse::Task::Vacuum { .. } | parse::Task::VacuumFull)
        }
        Verb::Alter(it) => matches!(it.change, AlterChange::DetachPartition { concurrently: true, .. }),
        other => matches!(other, Verb::Other(_, property) if property.outside_transaction),
    })
}

fn barred_from_transactions(action: &Action) -> bool {
    matches!(&action.verb, Verb::Other(_, property) if property.outside_transaction)
}

/// The first words of a statement as the server names it in errors.
pub(crate) fn statement_words(statement: &Statement<'_>) -> String {
    let upper = statement.sql.to_ascii_uppercase();
    let words: Vec<&str> = upper.split_ascii_whitespace().take(3).collect();
    let concurrently = upper.contains("CONCURRENTLY");
    match words.as_slice() {
        ["CREATE", "INDEX" | "UNIQUE", ..] if concurrently => "CREATE INDEX CONCURRENTLY".to_owned(),
        ["DROP", "INDEX", ..] if concurrently => "DROP INDEX CONCURRENTLY".to_owned(),
        ["REINDEX", ..] if concurrently => "REINDEX CONCURRENTLY".to_owned(),
        ["ALTER", "TABLE", ..] if concurrently => "ALTER TABLE ... DETACH CONCURRENTLY".to_owned(),
        ["DO", ..] => "a statement of the block".to_owned(),
        ["VACUUM" | "CLUSTER" | "REINDEX", ..] => words[0].to_owned(),
        [first, second, ..] => format!("{first} {second}"),
        _ => upper.clone(),
    }
}

/// The findings of a statement that fails.
fn failed(statement: &Statement<'_>, failure: &Failure) -> Vec<(&'static Rule, Hit)> {
    if let Some(error) = statement.errors.first() {
        let text = format!("this is not SQL: {}", error.message);
        let help = "PostgreSQL refuses the statement; nothing else is known of it";
        return vec![(&rules::SYNTAX_ERROR, Hit::new(error.span, text, help))];
    }
    if failure.sqlstate == "25P02" {
        // The statement that aborted the transaction is reported already.
        return Vec::new();
    }
    let span = Span::new(statement.span.start, statement.span.start);
    if failure.sqlstate == "25001" {
        return vec![(&rules::CONCURRENTLY_IN_TRANSACTION, rules::barred(span, statement, failure))];
    }
    let text = format!("this will fail: {}", failure.message);
    vec![(&rules::WILL_FAIL, Hit::new(span, text, rules::failure_help(failure)))]
}

/// The worst of what rules found, findings aside that later statements may make void.
fn worst(hits: &[(&'static Rule, Hit)]) -> Category {
    let certain = hits.iter().filter(|(_, hit)| hit.unless.is_none());
    certain.map(|(rule, _)| rule.category).fold(Category::Safe, Category::max)
}

/// How bad a statement is from its effect alone.
fn base_category(
    judged: &Judged,
    statement: &Statement<'_>,
    fails: bool,
    catalog: &Catalog,
    small: &BTreeSet<Name>,
) -> Category {
    // Rows that a DELETE names are meant to go; rules tell where more of them may go than was meant.
    let deletes = statement.operations().iter().all(|it| matches!(it, Operation::Delete | Operation::Merge));
    if fails || (judged.effect.data_loss && !deletes) {
        return Category::Dangerous;
    }
    let blocks = blocking_work(&judged.effect, catalog, small).is_some();
    if blocks { Category::Risky } else { Category::Safe }
}

/// A relation that others use and have to wait for while all of it is read or written.
pub(crate) fn blocking_work<'e>(
    effect: &'e Effect,
    catalog: &Catalog,
    small: &BTreeSet<Name>,
) -> Option<&'e Name> {
    let waits = |name: &&Name| {
        let relation = catalog.relation(name);
        // Nobody but a refresh writes a materialized view.
        let read_only = relation.is_some_and(|it| it.kind == parse::RelationKind::MaterializedView);
        let used = !relation.is_some_and(|it| it.fresh) && !small.contains(*name);
        used && effect.locks.iter().any(|lock| {
            lock.relation == **name && (lock.mode.blocks_reads() || (lock.mode.blocks_writes() && !read_only))
        })
    };
    effect.rewrites.iter().chain(&effect.scans).find(waits)
}

/// What an action creates, as a finding that waits for it knows it.
fn created(verb: &Verb) -> Option<(parse::DropKind, String)> {
    use parse::{DropKind, OnTableKind, RelationKind};
    Some(match verb {
        Verb::CreateFromQuery(it) if it.kind == RelationKind::View => {
            (DropKind::View, it.name.name.to_string())
        }
        Verb::CreateFromQuery(it) if it.kind == RelationKind::MaterializedView => {
            (DropKind::MaterializedView, it.name.name.to_string())
        }
        Verb::CreateRoutine(it) => (DropKind::Routine, it.name.name.to_string()),
        Verb::CreateSequence(it) => (DropKind::Sequence, it.name.name.to_string()),
        Verb::CreateType(it) => {
            let domain = matches!(it.body, parse::TypeBody::Domain { .. });
            (if domain { DropKind::Domain } else { DropKind::Type }, it.name.name.to_string())
        }
        Verb::CreateExtension { name, .. } => (DropKind::Extension, name.to_string()),
        Verb::CreateOnTable(it) => {
            let kind = match it.kind {
                OnTableKind::Trigger => DropKind::Trigger,
                OnTableKind::Policy => DropKind::Policy,
                OnTableKind::Rule => DropKind::Rule,
                OnTableKind::Statistics => DropKind::Statistics,
            };
            (kind, it.name.as_ref()?.name.to_string())
        }
        Verb::CreateIndex(it) => (DropKind::Index, it.name.as_ref()?.to_string()),
        _ => return None,
    })
}
