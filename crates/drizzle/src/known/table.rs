//! One table: its columns, keys and checks.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Column, Constraint, ConstraintKind, Expr, IDENT_BYTES_MAX, Ident, Identity, Name, ObjectRef, Sequence,
    SequenceOptions, Table, TypeName, Volatility,
};

use super::defaults::{self, Default as Written};
use super::kinds::{Base, Kind};
use super::names::SYSTEM_COLUMNS;
use super::{bounds, expression, name_text, sequence_options};
use crate::ddl::{Generation, ident, qualified};
use crate::described::{ColumnText, TableText};

/// A table as far as it is known.
pub(super) struct Draft {
    pub(super) name: Name,
    pub(super) table: Table,
    pub(super) uses: Vec<(ObjectRef, ObjectRef)>,
    pub(super) sequences: Vec<(Name, Sequence)>,
    /// Every relation that is made with it, itself included.
    pub(super) relations: Vec<Name>,
    /// The types of columns that can be in keys.
    pub(super) kinds: BTreeMap<Ident, Kind>,
    /// Columns that a foreign key can point at, with what stands behind; nothing where that is not known.
    pub(super) unique: Vec<(BTreeSet<Ident>, Option<ObjectRef>)>,
    /// Whether its columns' types and its keys are known, whatever else is not.
    pub(super) has_shape: bool,
    /// Whether all of it is.
    pub(super) is_known: bool,
}

/// More columns than this are left to the server, which has a limit on them and on the width of a row.
const COLUMNS_MAX: usize = 400;

impl Draft {
    pub(super) fn of(table: &TableText, kinds: &[Option<Kind>], generation: Generation) -> Self {
        let name = qualified(table.schema.as_deref(), &table.name);
        let mut draft = Self {
            relations: vec![name.clone()],
            name,
            table: Table { row_security: table.row_security, ..Table::default() },
            uses: Vec::new(),
            sequences: Vec::new(),
            kinds: BTreeMap::new(),
            unique: Vec::new(),
            has_shape: !table.columns.is_empty() && table.columns.len() <= COLUMNS_MAX,
            is_known: table.policies.is_empty(),
        };
        for column in &table.columns {
            match &kinds[column.kind] {
                Some(kind) => draft.column(column, kind),
                None => draft.has_shape = false,
            }
        }
        draft.keys(table, generation);
        draft.checks(table);
        draft.indexes(table, generation);
        draft.is_known &= draft.has_shape;
        draft
    }

    fn column(&mut self, text: &ColumnText, kind: &Kind) {
        let name = ident(&text.name);
        if SYSTEM_COLUMNS.contains(&name.as_str()) || self.table.column(&name).is_some() {
            self.has_shape = false;
            return;
        }
        let object = ObjectRef::Column(self.name.clone(), name.clone());
        if let Base::Enum(made, _) = &kind.base {
            self.uses.push((object.clone(), ObjectRef::Type(made.clone())));
        }
        let mut column = Column {
            not_null: text.not_null || kind.is_serial || text.identity.is_some(),
            ..Column::new(name.as_str(), kind.whole.0.as_str())
        };
        if kind.is_serial {
            self.is_known &= text.default.is_none() && text.identity.is_none();
            self.serial(&object, &mut column, kind);
        }
        self.is_known &= self.fill(text, kind, &mut column).is_some();
        // What may be done with a column that is computed is left to the server.
        if text.generated.is_none() {
            self.kinds.insert(name, kind.clone());
        }
        self.table.columns.push(column);
    }

    /// The default and the identity of a column, if they are known.
    fn fill(&mut self, text: &ColumnText, kind: &Kind, column: &mut Column) -> Option<()> {
        if text.generated.is_some() {
            return None;
        }
        if let Some(default) = &text.default
            && let Written::Expression(expression, volatility) = defaults::known(default, kind)?
        {
            column.default = Some(expression);
            column.default_volatility = Some(volatility);
        }
        if let Some(identity) = &text.identity {
            self.relations.push(self.name.sibling(&ident(&identity.name)));
            let sequence = sequence_options(&identity.options, &kind.bare)?;
            if column.default.is_some() || kind.is_array || !kind.base.is_integer() {
                return None;
            }
            column.identity = Some(Identity { always: identity.always, sequence });
        }
        Some(())
    }

    /// The sequence that fills a serial column.
    fn serial(&mut self, object: &ObjectRef, column: &mut Column, kind: &Kind) {
        let sequence = self.chosen(&[column.name.as_str()], "seq");
        let written = name_text(&sequence).filter(|text| !text.contains(['\'', '\\']));
        let (Some(written), Some((_, max))) = (written, bounds(&kind.bare)) else {
            self.is_known = false;
            return;
        };
        column.default = Some(Expr::new(format!("nextval('{written}'::regclass)")));
        column.default_volatility = Some(Volatility::Volatile);
        let options = SequenceOptions {
            type_name: TypeName::new(kind.bare.as_str()),
            start: 1,
            increment: 1,
            min: 1,
            max,
            cache: 1,
            cycle: false,
        };
        let owned_by = Some((self.name.clone(), column.name.clone()));
        self.uses.push((object.clone(), ObjectRef::Sequence(sequence.clone())));
        self.sequences.push((sequence, Sequence { options, owned_by, comment: None }));
    }

    /// The name that the server chooses for a relation of the table, which is noted: `funds_slug_key`.
    fn chosen(&mut self, columns: &[&str], suffix: &str) -> Name {
        let table = self.name.name.as_str();
        let parts: Vec<&str> = [table].into_iter().chain(columns.iter().copied()).chain([suffix]).collect();
        let name = parts.join("_");
        // A longer one is cut in ways of its own: as no name it makes nothing known.
        let name = if name.len() <= IDENT_BYTES_MAX { name } else { String::new() };
        let name = self.name.sibling(&Ident::new(name));
        self.relations.push(name.clone());
        name
    }

    fn keys(&mut self, table: &TableText, generation: Generation) {
        let lets_column_claim = table.primary_keys.is_empty() || generation == Generation::Zero;
        for column in table.columns.iter().filter(|column| column.primary && lets_column_claim) {
            self.primary_key(None, std::slice::from_ref(&column.name));
        }
        for key in &table.primary_keys {
            self.primary_key(key.name.as_deref(), &key.columns);
        }
        for (column, unique) in
            table.columns.iter().filter_map(|column| Some((&column.name, column.unique.as_ref()?)))
        {
            let columns = std::slice::from_ref(column);
            self.unique(unique.name.as_deref(), columns, unique.nulls_not_distinct);
        }
        for unique in &table.uniques {
            self.unique(unique.name.as_deref(), &unique.columns, unique.nulls_not_distinct);
        }
    }

    fn primary_key(&mut self, name: Option<&str>, columns: &[String]) {
        self.has_shape &= self.table.primary_key().is_none();
        let name = match name {
            Some(name) => self.given(name),
            None => self.chosen(&[], "pkey").name,
        };
        let columns: Vec<Ident> = columns.iter().map(|column| ident(column)).collect();
        for column in self.table.columns.iter_mut().filter(|column| columns.contains(&column.name)) {
            column.not_null = true;
        }
        let kind = ConstraintKind::PrimaryKey { columns, include: Vec::new(), without_overlaps: false };
        self.key(Constraint::new(name.as_str(), kind));
    }

    fn unique(&mut self, name: Option<&str>, columns: &[String], nulls_not_distinct: bool) {
        let columns: Vec<Ident> = columns.iter().map(|column| ident(column)).collect();
        let name = match name {
            Some(name) => self.given(name),
            None => self.chosen(&columns.iter().map(Ident::as_str).collect::<Vec<_>>(), "key").name,
        };
        // Servers before 15 refuse it.
        self.is_known &= !nulls_not_distinct;
        let (include, without_overlaps) = (Vec::new(), false);
        let kind = ConstraintKind::Unique { columns, include, nulls_not_distinct, without_overlaps };
        self.key(Constraint::new(name.as_str(), kind));
    }

    fn given(&mut self, name: &str) -> Ident {
        let name = ident(name);
        self.relations.push(self.name.sibling(&name));
        name
    }

    /// Adds a primary key or a unique constraint.
    fn key(&mut self, constraint: Constraint) {
        let columns: BTreeSet<Ident> = constraint.columns().iter().cloned().collect();
        let is_ordered = |column: &Ident| self.kinds.get(column).is_some_and(|kind| kind.base.is_ordered());
        // The server makes one of two keys on the same columns.
        let is_new = !self.unique.iter().any(|(known, _)| *known == columns);
        let is_sound = !columns.is_empty()
            && columns.len() == constraint.columns().len()
            && columns.len() <= 32
            && columns.iter().all(is_ordered);
        self.has_shape &= is_new && is_sound;
        let object = ObjectRef::Constraint(self.name.clone(), constraint.name.clone());
        self.use_columns(&object, columns.iter());
        self.unique.push((columns, Some(object)));
        self.constraint(constraint);
    }

    fn constraint(&mut self, constraint: Constraint) {
        // From 18 on names of this kind belong to NOT NULL constraints.
        self.has_shape &= !constraint.name.as_str().ends_with("_not_null");
        self.has_shape &= self.table.constraints.insert(constraint.name.clone(), constraint).is_none();
    }

    fn checks(&mut self, table: &TableText) {
        for check in &table.checks {
            let name = ident(&check.name);
            let object = ObjectRef::Constraint(self.name.clone(), name.clone());
            let known = self.condition(&object, &check.sql);
            self.is_known &= known.is_some();
            let expression = known.unwrap_or_else(|| Expr::new(""));
            let kind = ConstraintKind::Check { expression, no_inherit: false };
            self.constraint(Constraint::new(name.as_str(), kind));
        }
    }

    /// A condition of an object of the table, with what it uses noted.
    pub(super) fn condition(&mut self, object: &ObjectRef, text: &str) -> Option<Expr> {
        let known = expression::known(text, &self.name, &|column| self.kinds.get(column))?;
        self.use_columns(object, known.columns.iter());
        self.uses.extend(known.enums.into_iter().map(|made| (object.clone(), ObjectRef::Type(made))));
        Some(known.text)
    }

    pub(super) fn use_columns<'c>(&mut self, object: &ObjectRef, columns: impl Iterator<Item = &'c Ident>) {
        for column in columns {
            self.uses.push((object.clone(), ObjectRef::Column(self.name.clone(), column.clone())));
        }
    }

    /// What stands behind the only key on just these columns, in whatever order.
    pub(super) fn only_key(&self, columns: &[Ident]) -> Option<ObjectRef> {
        let wanted: BTreeSet<Ident> = columns.iter().cloned().collect();
        let mut found =
            self.unique.iter().filter(|(known, _)| wanted.len() == columns.len() && *known == wanted);
        match (found.next(), found.next()) {
            (Some((_, object)), None) => object.clone(),
            _ => None,
        }
    }
}
