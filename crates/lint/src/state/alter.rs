//! What `ALTER` statements do to the state, and when they are certain to fail.

use model::{Expr, Ident, Identity, Name};
use parse::{
    Alter, AlterChange, AlterOnTable, AlterType, ConstraintChange, Demand, Expression, OnTableKind,
    Reference, RelationKind, TypeChange,
};

use super::relation::{Known, Link, Relation, TypeKind, TypeState};
use super::{Catalog, volatility_of};
use crate::convert;
use crate::failure::{Failure, exists, missing, missing_column, missing_constraint};

type Applied = Result<(), Failure>;

impl Catalog {
    pub(crate) fn alter(&mut self, it: &Alter) -> Applied {
        let name = self.resolve(&it.relation);
        if it.if_exists && self.is_absent(&name) {
            return Ok(());
        }
        self.expect_relation(&it.relation)?;
        self.expect_kind(it, &name)?;
        match &it.change {
            AlterChange::Rename(to) => self.rename_relation(&name, name.sibling(to)),
            AlterChange::SetSchema(schema) => self.set_schema(&name, schema),
            AlterChange::AttachPartition { .. }
            | AlterChange::DetachPartition { .. }
            | AlterChange::Inherit(_)
            | AlterChange::NoInherit(_) => self.alter_inheritance(&name, &it.change),
            _ => self.alter_column(&name, it).or_else_constraint(self, &name, it),
        }
    }

    /// Fails where the statement's kind of relation is not the relation's.
    fn expect_kind(&self, it: &Alter, name: &Name) -> Applied {
        let Some(known) = self.relation(name) else { return Ok(()) };
        let word = match it.kind {
            RelationKind::View => "a view",
            RelationKind::MaterializedView => "a materialized view",
            RelationKind::Sequence => "a sequence",
            RelationKind::Index => "an index",
            RelationKind::Table | RelationKind::ForeignTable => return self.expect_table(it, known, name),
        };
        if it.kind != known.kind && known.whole {
            return Err(Failure::new("42809", format!("\"{}\" is not {word}", name.name.as_str())));
        }
        Ok(())
    }

    fn expect_table(&self, it: &Alter, known: &Relation, name: &Name) -> Applied {
        let anything = matches!(
            it.change,
            AlterChange::Rename(_)
                | AlterChange::SetSchema(_)
                | AlterChange::SetOwner
                | AlterChange::RenameColumn { .. }
        );
        let table = known.is_table() || known.kind == RelationKind::MaterializedView || !known.whole;
        if anything
            || table
            || known.kind == RelationKind::View && matches!(it.change, AlterChange::SetDefault(..))
        {
            return Ok(());
        }
        let text = format!("ALTER action cannot be performed on relation \"{}\"", name.name.as_str());
        Err(Failure::new("42809", text))
    }

    /// Gives a relation another name, and everything that points at it.
    fn rename_relation(&mut self, from: &Name, to: Name) -> Applied {
        if self.relation(&to).is_some() {
            return Err(exists("relation", &to.name));
        }
        let Some(relation) = self.relation(from).cloned() else { return Ok(()) };
        self.drop_relation(from);
        self.set_relation(to.clone(), Some(Relation::clone(&relation)));
        for link in [Link::References, Link::Child, Link::Reads, Link::Belongs] {
            let sources: Vec<Name> = self.pointing_at(link, from).cloned().collect();
            for source in sources {
                self.change(&source, |it| it.repoint(from, &to));
            }
        }
        if relation.kind == RelationKind::Index
            && let Some((owner, _)) = &relation.owner
        {
            self.change(owner, |table| table.rename_index(&from.name, &to.name));
        }
        Ok(())
    }

    fn set_schema(&mut self, name: &Name, schema: &Ident) -> Applied {
        if self.complete && !self.has_namespace(schema) {
            return Err(missing("schema", schema));
        }
        let moved = |name: &Name| Name { schema: schema.clone(), name: name.name.clone() };
        let belonging: Vec<Name> = self.pointing_at(Link::Belongs, name).cloned().collect();
        self.rename_relation(name, moved(name))?;
        for relation in belonging {
            self.rename_relation(&relation, moved(&relation))?;
        }
        Ok(())
    }

    fn alter_inheritance(&mut self, name: &Name, change: &AlterChange) -> Applied {
        match change {
            AlterChange::AttachPartition { partition, bound } => {
                let partition = self.expect_relation(partition)?;
                let whole = self.relation(name).is_some_and(|known| known.whole);
                if whole && !self.relation(name).is_some_and(|known| known.is_partitioned()) {
                    let text = format!(
                        "ALTER action ATTACH PARTITION cannot be performed on relation \"{}\"",
                        name.name.as_str()
                    );
                    return Err(Failure::new("42809", text));
                }
                if self.relation(&partition).is_some_and(|known| known.table.partition_of.is_some()) {
                    return Err(Failure::new(
                        "42809",
                        format!("\"{}\" is already a partition", partition.name.as_str()),
                    ));
                }
                self.attach(name, &partition, &bound.text);
            }
            AlterChange::DetachPartition { partition, .. } => {
                let partition = self.expect_relation(partition)?;
                let of = self.relation(&partition).and_then(|known| known.table.partition_of.clone());
                let whole = self.relation(&partition).is_some_and(|known| known.whole);
                if whole && of.is_none_or(|(parent, _)| parent != *name) {
                    let text = format!(
                        "relation \"{}\" is not a partition of relation \"{}\"",
                        partition.name.as_str(),
                        name.name.as_str()
                    );
                    return Err(Failure::new("42P01", text));
                }
                self.change(&partition, |relation| relation.table.partition_of = None);
            }
            AlterChange::Inherit(parent) => {
                let parent = self.expect_relation(parent)?;
                self.change(name, |relation| relation.table.inherits.push(parent));
            }
            AlterChange::NoInherit(parent) => {
                let parent = self.expect_relation(parent)?;
                self.change(name, |relation| relation.table.inherits.retain(|known| *known != parent));
            }
            _ => {}
        }
        Ok(())
    }

    /// A table becomes a partition: it gets the indexes of its parent that it lacks.
    fn attach(&mut self, parent: &Name, partition: &Name, bound: &str) {
        let missing = self.missing_indexes(parent, partition);
        let parent_name = parent.clone();
        self.change(partition, |relation| {
            relation.table.partition_of = Some((parent_name, Expr::new(bound)));
        });
        for index in missing {
            let name = super::create::chosen_name(
                &partition.name,
                &index.keys.iter().filter_map(|key| key.column.as_ref()).collect::<Vec<_>>(),
                "idx",
            );
            let index = model::Index { name: name.clone(), inherited: true, ..index };
            self.change(partition, |relation| drop(relation.table.indexes.insert(name, index)));
        }
    }

    /// The parent's indexes that a table to be attached has no equal of.
    pub(crate) fn missing_indexes(&self, parent: &Name, partition: &Name) -> Vec<model::Index> {
        let (Some(parent), Some(partition)) = (self.relation(parent), self.relation(partition)) else {
            return Vec::new();
        };
        let has = |keys: &[&Ident], unique: bool| {
            let plain = partition.table.indexes.values().any(|known| {
                let known_keys: Vec<&Ident> =
                    known.keys.iter().filter_map(|key| key.column.as_ref()).collect();
                known_keys == keys && known.unique == unique && known.predicate.is_none()
            });
            let behind = partition.table.constraints.values().filter(|it| it.has_index());
            plain || (unique && behind.into_iter().any(|it| it.columns().iter().collect::<Vec<_>>() == keys))
        };
        let mut missing = Vec::new();
        for index in parent.table.indexes.values() {
            let keys: Vec<&Ident> = index.keys.iter().filter_map(|key| key.column.as_ref()).collect();
            if !has(&keys, index.unique) {
                missing.push(index.clone());
            }
        }
        for constraint in parent.table.constraints.values().filter(|it| it.has_index()) {
            let keys: Vec<&Ident> = constraint.columns().iter().collect();
            if !has(&keys, true) {
                let names: Vec<&str> = keys.iter().map(|key| key.as_str()).collect();
                missing.push(model::Index {
                    unique: true,
                    ..model::Index::btree(constraint.name.as_str(), &names)
                });
            }
        }
        missing
    }

    /// Clauses about one column; false where the clause is about something else.
    fn alter_column(&mut self, name: &Name, it: &Alter) -> Result<bool, Failure> {
        match &it.change {
            AlterChange::AddColumn { column, if_not_exists } => {
                self.add_column(name, column, *if_not_exists)?
            }
            AlterChange::DropColumn { column, if_exists, cascade } => {
                self.drop_column(name, column, *if_exists, *cascade)?;
            }
            AlterChange::RenameColumn { from, to } => self.rename_column(name, from, to)?,
            AlterChange::AlterType { column, type_reference, using, .. } => {
                self.expect_column(name, column)?;
                let type_name = type_reference.type_name(|it| self.resolve_type(it));
                self.expect_conversion(name, column, &type_name, using.as_ref())?;
                self.change_column(name, column, true, |it| it.type_name = type_name.clone());
            }
            AlterChange::SetNotNull(column) => {
                self.expect_column(name, column)?;
                self.change_column(name, column, true, |it| it.not_null = true);
            }
            AlterChange::DropNotNull(column) => {
                self.expect_column(name, column)?;
                self.expect_not_key(name, column)?;
                self.change_column(name, column, true, |it| it.not_null = false);
            }
            AlterChange::SetDefault(column, default) => {
                self.expect_column(name, column)?;
                self.expect_plain(name, column)?;
                let volatility = volatility_of(default, self).0;
                let text = Expr::new(&default.text);
                self.change_column(name, column, true, |it| {
                    (it.default, it.default_volatility) = (Some(text.clone()), Some(volatility));
                });
            }
            AlterChange::DropDefault(column) => {
                self.expect_column(name, column)?;
                self.change_column(name, column, true, |it| it.default = None);
            }
            AlterChange::AddIdentity(column) => self.add_identity(name, column)?,
            AlterChange::DropIdentity { column, if_exists } => {
                self.expect_column(name, column)?;
                if self.has(name, column, |it| it.identity.is_some()) == Some(false) && !if_exists {
                    return Err(not_a(column, name, "an identity column", "55000"));
                }
                self.change_column(name, column, false, |it| it.identity = None);
            }
            AlterChange::SetIdentity(column) => {
                self.expect_column(name, column)?;
                if self.has(name, column, |it| it.identity.is_some()) == Some(false) {
                    return Err(not_a(column, name, "an identity column", "55000"));
                }
            }
            AlterChange::SetExpression(column, _)
            | AlterChange::DropExpression { column, if_exists: false } => {
                self.expect_column(name, column)?;
                if self.has(name, column, |it| it.generated.is_some()) == Some(false) {
                    return Err(not_a(column, name, "a generated column", "55000"));
                }
                if let AlterChange::DropExpression { .. } = &it.change {
                    self.change_column(name, column, true, |it| it.generated = None);
                }
            }
            AlterChange::SetStatistics(column)
            | AlterChange::SetStorage(column)
            | AlterChange::SetCompression(column)
            | AlterChange::SetColumnOptions(column)
            | AlterChange::DropExpression { column, .. } => {
                if it.kind != RelationKind::Index {
                    self.expect_column(name, column)?;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn add_column(&mut self, name: &Name, column: &parse::ColumnDefinition, if_not_exists: bool) -> Applied {
        let Some(relation) = self.relation(name).cloned() else { return Ok(()) };
        if matches!(relation.column(&column.name), Known::Yes(_)) && if_not_exists {
            return Ok(());
        }
        let mut changed = Relation::clone(&relation);
        self.new_column(name, &mut changed, column)?;
        self.set_relation(name.clone(), Some(changed));
        for child in self.descendants(name) {
            let inherited = model::Column { inherited: true, ..self.column(column) };
            self.change(&child, |it| {
                if it.table.column(&inherited.name).is_none() {
                    it.table.columns.push(inherited);
                }
            });
        }
        self.own_sequence(name, column);
        for constraint in &column.constraints {
            self.add_constraint(name, constraint, false)?;
        }
        Ok(())
    }

    fn rename_column(&mut self, name: &Name, from: &Ident, to: &Ident) -> Applied {
        let Some(relation) = self.relation(name).cloned() else { return Ok(()) };
        if relation.column(from) == Known::No {
            return Err(Failure::new("42703", format!("column \"{}\" does not exist", from.as_str())));
        }
        if matches!(relation.column(to), Known::Yes(_)) {
            let text =
                format!("column \"{}\" of relation \"{}\" already exists", to.as_str(), name.name.as_str());
            return Err(Failure::new("42701", text));
        }
        for table in std::iter::once(name.clone()).chain(self.descendants(name)) {
            self.change(&table, |it| it.rename_column(from, to));
        }
        let referencing: Vec<Name> = self.pointing_at(Link::References, name).cloned().collect();
        for source in referencing {
            self.change(&source, |it| it.rename_referenced(name, from, to));
        }
        let readers: Vec<Name> = self.pointing_at(Link::Reads, name).cloned().collect();
        for reader in readers {
            self.change(&reader, |it| it.rename_read(name, from, to));
        }
        Ok(())
    }

    /// Fails where a change of type needs a `USING`, or something stands on the column.
    fn expect_conversion(
        &self,
        name: &Name,
        column: &Ident,
        to: &model::TypeName,
        using: Option<&Expression>,
    ) -> Applied {
        let Some(Known::Yes(known)) = self.relation(name).map(|it| it.column(column)) else { return Ok(()) };
        if let Some(view) = self.reader_of(name, column) {
            let text = format!("cannot alter type of a column used by a view or rule: {view}");
            return Err(Failure::new("0A000", text));
        }
        let context =
            facts::ConversionContext { using: convert::using(using, column, to), indexed: false, utc: true };
        if convert::converted(&known.type_name, to, context, self).storage == facts::Storage::Refused {
            let text =
                format!("column \"{}\" cannot be cast automatically to type {}", column.as_str(), to.0);
            return Err(Failure::new("42804", text));
        }
        Ok(())
    }

    /// A view that reads a column.
    pub(crate) fn reader_of(&self, name: &Name, column: &Ident) -> Option<Name> {
        let reference = model::ObjectRef::Column(name.clone(), column.clone());
        let reads = |view: &&Name| self.relation(view).is_some_and(|it| it.reads.contains(&reference));
        self.pointing_at(Link::Reads, name).find(reads).cloned()
    }

    fn expect_not_key(&self, name: &Name, column: &Ident) -> Applied {
        let key = self.relation(name).and_then(|it| it.table.primary_key());
        if key.is_some_and(|key| key.columns().contains(column)) {
            return Err(Failure::new("42P16", format!("column \"{}\" is in a primary key", column.as_str())));
        }
        if self.has(name, column, |it| it.identity.is_some()) == Some(true) {
            return Err(not_a_(column, name, "is an identity column"));
        }
        Ok(())
    }

    /// Fails for a default of an identity or generated column.
    fn expect_plain(&self, name: &Name, column: &Ident) -> Applied {
        if self.has(name, column, |it| it.identity.is_some()) == Some(true) {
            return Err(not_a_(column, name, "is an identity column"));
        }
        if self.has(name, column, |it| it.generated.is_some()) == Some(true) {
            return Err(not_a_(column, name, "is a generated column"));
        }
        Ok(())
    }

    fn add_identity(&mut self, name: &Name, column: &Ident) -> Applied {
        self.expect_column(name, column)?;
        if self.has(name, column, |it| !it.not_null) == Some(true) {
            let text = format!(
                "column \"{}\" of relation \"{}\" must be declared NOT NULL before identity can be added",
                column.as_str(),
                name.name.as_str()
            );
            return Err(Failure::new("55000", text));
        }
        if self.has(name, column, |it| it.identity.is_some()) == Some(true) {
            return Err(not_a_(column, name, "is already an identity column"));
        }
        if self.has(name, column, |it| it.default.is_some()) == Some(true) {
            return Err(not_a_(column, name, "already has a default value"));
        }
        self.change_column(name, column, false, |it| {
            it.identity = Some(Identity {
                always: false,
                sequence: model::SequenceOptions {
                    type_name: it.type_name.clone(),
                    start: 1,
                    increment: 1,
                    min: 1,
                    max: i64::MAX,
                    cache: 1,
                    cycle: false,
                },
            });
        });
        self.add_sequence(name, column);
        Ok(())
    }

    /// What is known of a column's quality.
    pub(crate) fn has(
        &self,
        name: &Name,
        column: &Ident,
        quality: impl Fn(&model::Column) -> bool,
    ) -> Option<bool> {
        match self.relation(name)?.column(column) {
            Known::Yes(known) => Some(quality(known)),
            _ => None,
        }
    }

    /// Fails where a column is known not to exist.
    pub(crate) fn expect_column(&self, name: &Name, column: &Ident) -> Applied {
        match self.relation(name).map(|it| it.column(column)) {
            Some(Known::No) => Err(missing_column(column, name)),
            _ => Ok(()),
        }
    }

    /// Changes a column where it is known; its heirs' too.
    fn change_column(
        &mut self,
        name: &Name,
        column: &Ident,
        heirs: bool,
        change: impl Fn(&mut model::Column),
    ) {
        let heirs = if heirs { self.descendants(name) } else { Vec::new() };
        for table in std::iter::once(name.clone()).chain(heirs) {
            self.change(&table, |relation| {
                if let Some(known) = relation.table.columns.iter_mut().find(|known| known.name == *column) {
                    change(known);
                }
            });
        }
    }

    /// Clauses about constraints and settings.
    fn alter_constraint(&mut self, name: &Name, it: &Alter) -> Applied {
        match &it.change {
            AlterChange::AddConstraint(constraint) => self.add_constraint(name, constraint, false),
            AlterChange::ValidateConstraint(constraint) => self.validate(name, constraint),
            AlterChange::DropConstraint { name: constraint, if_exists, cascade } => {
                self.drop_constraint(name, constraint, *if_exists, *cascade)
            }
            AlterChange::RenameConstraint { from, to } => self.rename_constraint(name, from, to),
            AlterChange::AlterConstraint { name: constraint, change } => {
                self.expect_constraint(name, constraint)?;
                let change = *change;
                let constraint = constraint.clone();
                self.change(name, |relation| {
                    if let Some(known) = relation.table.constraints.get_mut(&constraint) {
                        match change {
                            ConstraintChange::Enforced => {
                                (known.not_enforced, known.not_valid) = (false, false)
                            }
                            ConstraintChange::NotEnforced => {
                                (known.not_enforced, known.not_valid) = (true, true)
                            }
                            ConstraintChange::Deferrability => known.deferrable = true,
                            ConstraintChange::Inheritance => {}
                        }
                    }
                });
                Ok(())
            }
            AlterChange::SetLogged => self.set(name, |relation| relation.table.unlogged = false),
            AlterChange::SetUnlogged => self.set(name, |relation| relation.table.unlogged = true),
            AlterChange::SetRowSecurity(on) => self.set(name, |relation| relation.table.row_security = *on),
            AlterChange::ReplicaIdentity { using_index: Some(index) }
            | AlterChange::ClusterOn(Some(index)) => self.expect_index(name, index),
            AlterChange::EnableTrigger { trigger: Some(trigger), .. } => {
                let relation = self.relation(name);
                let known = relation.is_some_and(|it| it.table.triggers.contains_key(trigger) || !it.whole);
                if known {
                    return Ok(());
                }
                let text = format!(
                    "trigger \"{}\" for table \"{}\" does not exist",
                    trigger.as_str(),
                    name.name.as_str()
                );
                Err(Failure::new("42704", text))
            }
            AlterChange::SequenceOptions { owned_by: Some((table, column)) } => {
                let table = self.expect_relation(table)?;
                self.expect_column(&table, column)?;
                let owner = Some((table, Some(column.clone())));
                self.set(name, |relation| relation.owner = owner)
            }
            _ => Ok(()),
        }
    }

    fn set(&mut self, name: &Name, change: impl FnOnce(&mut Relation)) -> Applied {
        self.change(name, change);
        Ok(())
    }

    fn expect_index(&self, table: &Name, index: &Ident) -> Applied {
        match self.relation(table) {
            Some(known) if known.whole => {
                let exists = known.table.indexes.contains_key(index)
                    || known.table.constraints.get(index).is_some_and(model::Constraint::has_index);
                let text = format!(
                    "index \"{}\" for table \"{}\" does not exist",
                    index.as_str(),
                    table.name.as_str()
                );
                if exists { Ok(()) } else { Err(Failure::new("42704", text)) }
            }
            _ => Ok(()),
        }
    }

    /// Fails where a constraint is known not to exist.
    pub(crate) fn expect_constraint(&self, table: &Name, name: &Ident) -> Applied {
        match self.relation(table).map(|it| it.constraint(name)) {
            // A NOT NULL has a constraint of its own on 18, whose name the state does not keep.
            Some(Known::No) if !name.as_str().ends_with("not_null") => Err(missing_constraint(name, table)),
            _ => Ok(()),
        }
    }

    fn validate(&mut self, name: &Name, constraint: &Ident) -> Applied {
        self.expect_constraint(name, constraint)?;
        let Some(relation) = self.relation(name).cloned() else { return Ok(()) };
        if let Known::Yes(known) = relation.constraint(constraint) {
            if known.not_enforced {
                let text = format!("cannot validate NOT ENFORCED constraint \"{}\"", constraint.as_str());
                return Err(Failure::new("42809", text));
            }
            let column = match &known.kind {
                model::ConstraintKind::NotNull { column } => Some(column.clone()),
                _ => None,
            };
            for table in std::iter::once(name.clone()).chain(self.descendants(name)) {
                self.change(&table, |it| it.mark_valid(constraint, column.as_ref()));
            }
        } else if !relation.whole {
            // A constraint that is validated here exists, and is valid from now on.
            self.change(name, |it| {
                it.validated.insert(constraint.clone());
            });
        }
        Ok(())
    }

    fn rename_constraint(&mut self, name: &Name, from: &Ident, to: &Ident) -> Applied {
        self.expect_constraint(name, from)?;
        let behind = self
            .relation(name)
            .is_some_and(|it| matches!(it.constraint(from), Known::Yes(known) if known.has_index()));
        if matches!(self.relation(name).map(|it| it.constraint(to)), Some(Known::Yes(_))) {
            let text = format!(
                "constraint \"{}\" for relation \"{}\" already exists",
                to.as_str(),
                name.name.as_str()
            );
            return Err(Failure::new("42710", text));
        }
        if behind {
            return self.rename_relation(&name.sibling(from), name.sibling(to));
        }
        for table in std::iter::once(name.clone()).chain(self.descendants(name)) {
            self.change(&table, |it| it.rename_constraint(from, to));
        }
        Ok(())
    }

    pub(crate) fn alter_type(&mut self, it: &AlterType) -> Applied {
        let name = self.resolve_type(&it.name);
        let Some(state) = self.type_state(&name).cloned() else {
            // Types of extensions are in no schema that is given, so a stranger may exist.
            return Ok(());
        };
        let mut changed = TypeState::clone(&state);
        match &it.change {
            TypeChange::AddValue { label, if_not_exists, beside } => {
                if !add_label(&name, &mut changed, label, *if_not_exists, beside.as_ref())? {
                    return Ok(());
                }
            }
            TypeChange::RenameValue { from, to } => rename_label(&name, &mut changed, from, to)?,
            TypeChange::Rename(to) => return self.rename_type(&name, name.sibling(to)),
            TypeChange::SetSchema(schema) => {
                let to = Name { schema: schema.clone(), name: name.name.clone() };
                return self.rename_type(&name, to);
            }
            _ => alter_domain(&name, &mut changed, &it.change)?,
        }
        self.set_type(name, Some(changed));
        Ok(())
    }

    fn rename_type(&mut self, from: &Name, to: Name) -> Applied {
        if self.type_state(&to).is_some() {
            return Err(exists("type", &to.name));
        }
        let Some(state) = self.type_state(from).cloned() else { return Ok(()) };
        self.set_type(from.clone(), None);
        let users: Vec<Name> = self.pointing_at(Link::Uses, from).cloned().collect();
        for user in users {
            let (old, new) = (from.to_string(), to.to_string());
            self.change(&user, |relation| {
                for column in &mut relation.table.columns {
                    if super::relation::named_type(&column.type_name.0).as_ref() == Some(from) {
                        column.type_name.0 = column.type_name.0.replacen(&old, &new, 1);
                    }
                }
            });
        }
        self.set_type(to, Some(TypeState::clone(&state)));
        Ok(())
    }

    /// A transaction ended: labels added in it can be used.
    pub(crate) fn labels_committed(&mut self, types: &[Name]) {
        for name in types {
            let Some(state) = self.type_state(name).cloned() else { continue };
            let mut changed = TypeState::clone(&state);
            if let TypeKind::Enum { uncommitted, .. } = &mut changed.kind {
                uncommitted.clear();
            }
            self.set_type(name.clone(), Some(changed));
        }
    }

    pub(crate) fn alter_on_table(&mut self, it: &AlterOnTable) -> Applied {
        let Some(table) = &it.table else { return Ok(()) };
        let table = self.expect_relation(table)?;
        self.expect_on_table(it.kind, &it.name.name, &table)?;
        if let Some(to) = it.rename_to.clone() {
            self.change(&table, |relation| relation.rename_on_table(it.kind, &it.name.name, to));
        }
        Ok(())
    }

    /// Fails where a trigger, policy or rule is known not to exist.
    pub(crate) fn expect_on_table(&self, kind: OnTableKind, name: &Ident, table: &Name) -> Applied {
        let Some(relation) = self.relation(table).filter(|it| it.whole) else { return Ok(()) };
        let (exists, word, of) = match kind {
            OnTableKind::Trigger => (relation.table.triggers.contains_key(name), "trigger", "table"),
            OnTableKind::Policy => (relation.table.policies.contains_key(name), "policy", "table"),
            OnTableKind::Rule => (relation.table.rules.contains_key(name), "rule", "relation"),
            OnTableKind::Statistics => return Ok(()),
        };
        let text =
            format!("{word} \"{}\" for {of} \"{}\" does not exist", name.as_str(), table.name.as_str());
        if exists || relation.kind == RelationKind::View { Ok(()) } else { Err(Failure::new("42704", text)) }
    }

    pub(crate) fn rename_schema(&mut self, from: &Ident, to: &Ident) -> Applied {
        if self.complete && !self.has_namespace(from) {
            return Err(missing("schema", from));
        }
        let names: Vec<Name> = self.relations_in(from).map(|(name, _)| name.clone()).collect();
        self.set_namespace(from.clone(), false);
        self.set_namespace(to.clone(), true);
        for name in names {
            self.rename_relation(&name, Name { schema: to.clone(), name: name.name.clone() })?;
        }
        Ok(())
    }

    /// The full name of a relation that a statement needs.
    ///
    /// # Errors
    /// Where it is known not to exist.
    pub(crate) fn expect_relation(&self, name: &Reference) -> Result<Name, Failure> {
        let full = self.resolve(name);
        if self.is_absent(&full) && !self.is_system(name) {
            return Err(match &name.schema {
                Some(schema) if self.complete && !self.has_namespace(schema) => missing("schema", schema),
                Some(schema) => {
                    let dotted = format!("{}.{}", schema.as_str(), name.name.as_str());
                    missing("relation", &Ident::new(dotted))
                }
                None => missing("relation", &full.name),
            });
        }
        Ok(full)
    }
}

/// `false` from the clauses of columns goes on to those of constraints.
trait OrElseConstraint {
    fn or_else_constraint(self, catalog: &mut Catalog, name: &Name, it: &Alter) -> Applied;
}

impl OrElseConstraint for Result<bool, Failure> {
    fn or_else_constraint(self, catalog: &mut Catalog, name: &Name, it: &Alter) -> Applied {
        if self? { Ok(()) } else { catalog.alter_constraint(name, it) }
    }
}

fn not_a(column: &Ident, table: &Name, what: &str, sqlstate: &'static str) -> Failure {
    let (column, table) = (column.as_str(), table.name.as_str());
    Failure::new(sqlstate, format!("column \"{column}\" of relation \"{table}\" is not {what}"))
}

fn not_a_(column: &Ident, table: &Name, what: &str) -> Failure {
    let (column, table) = (column.as_str(), table.name.as_str());
    Failure::new("42601", format!("column \"{column}\" of relation \"{table}\" {what}"))
}

/// Adds a label; false where `IF NOT EXISTS` makes the statement do nothing.
fn add_label(
    name: &Name,
    state: &mut TypeState,
    label: &str,
    if_not_exists: bool,
    beside: Option<&(String, bool)>,
) -> Result<bool, Failure> {
    let fresh = state.fresh;
    let TypeKind::Enum { labels, uncommitted } = &mut state.kind else {
        return Err(Failure::new("42809", format!("{} is not an enum", name.name)));
    };
    if labels.iter().any(|known| known == label) {
        return if if_not_exists {
            Ok(false)
        } else {
            Err(Failure::new("42710", format!("enum label \"{label}\" already exists")))
        };
    }
    let at = match beside {
        Some((neighbour, before)) => {
            let at = labels.iter().position(|known| known == neighbour);
            let text = || format!("\"{neighbour}\" is not an existing enum label");
            at.ok_or_else(|| Failure::new("22023", text()))? + usize::from(!before)
        }
        None => labels.len(),
    };
    labels.insert(at, label.to_owned());
    if !fresh {
        uncommitted.insert(label.to_owned());
    }
    Ok(true)
}

fn rename_label(name: &Name, state: &mut TypeState, from: &str, to: &str) -> Applied {
    let TypeKind::Enum { labels, .. } = &mut state.kind else {
        return Err(Failure::new("42809", format!("{} is not an enum", name.name)));
    };
    if labels.iter().any(|known| known == to) {
        return Err(Failure::new("42710", format!("enum label \"{to}\" already exists")));
    }
    let text = || format!("\"{from}\" is not an existing enum label");
    let at = labels.iter().position(|known| known == from);
    let at = at.ok_or_else(|| Failure::new("22023", text()))?;
    labels[at] = to.to_owned();
    Ok(())
}

fn alter_domain(name: &Name, state: &mut TypeState, change: &TypeChange) -> Applied {
    let TypeKind::Domain { checks, not_null, .. } = &mut state.kind else { return Ok(()) };
    let absent = |constraint: &Ident| {
        let text = format!(
            "constraint \"{}\" of domain \"{}\" does not exist",
            constraint.as_str(),
            name.name.as_str()
        );
        Failure::new("42704", text)
    };
    match change {
        TypeChange::DomainAdd(constraint) if matches!(constraint.demand, Demand::NotNull { .. }) => {
            *not_null = true
        }
        TypeChange::DomainAdd(constraint) => {
            let chosen = super::create::chosen_name(&name.name, &[], "check");
            checks.push((constraint.name.clone().unwrap_or(chosen), !constraint.not_valid));
        }
        TypeChange::DomainValidate(constraint) => {
            let known = checks.iter_mut().find(|(known, _)| known == constraint);
            known.ok_or_else(|| absent(constraint))?.1 = true;
        }
        TypeChange::DomainDropConstraint { name: constraint, if_exists } => {
            let before = checks.len();
            checks.retain(|(known, _)| known != constraint);
            if checks.len() == before && !if_exists {
                return Err(absent(constraint));
            }
        }
        TypeChange::DomainSetNotNull => *not_null = true,
        TypeChange::DomainDropNotNull => *not_null = false,
        _ => {}
    }
    Ok(())
}
