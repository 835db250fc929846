//! Clauses about a column.

use model::{Ident, Identity, Name};
use parse::{Alter, AlterChange, Expression, RelationKind};

use crate::convert;
use crate::failure::{Failure, missing_column};
use crate::state::{Catalog, volatility_of};
use crate::state::{Known, Link, Relation};
type Applied = Result<(), Failure>;

impl Catalog {
    /// Clauses about one column; false where the clause is about something else.
    pub(super) fn alter_column(&mut self, name: &Name, it: &Alter) -> Result<bool, Failure> {
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
                self.expect_type(type_reference)?;
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
                let text = self.qualified(&default.text);
                self.change_column(name, column, true, |it| {
                    (it.default, it.default_volatility) = (Some(text.clone()), Some(volatility));
                });
            }
            AlterChange::DropDefault(column) => {
                self.expect_column(name, column)?;
                self.expect_plain(name, column)?;
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

    pub(super) fn add_column(
        &mut self,
        name: &Name,
        column: &parse::ColumnDefinition,
        if_not_exists: bool,
    ) -> Applied {
        let Some(relation) = self.relation(name).cloned() else { return Ok(()) };
        if matches!(relation.column(&column.name), Known::Yes(_)) && if_not_exists {
            return Ok(());
        }
        column.type_reference.iter().try_for_each(|it| self.expect_type(it))?;
        self.expect_same_in_children(name, &self.column(column))?;
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

    /// A child that has the column already keeps it, where it is of the same type.
    fn expect_same_in_children(&self, name: &Name, column: &model::Column) -> Applied {
        let differs = |child: &Name| {
            let relation = self.relation(child)?;
            let own = relation.table.column(&column.name)?;
            (own.type_name != column.type_name).then(|| child.name.clone())
        };
        let Some(child) = self.descendants(name).iter().find_map(differs) else { return Ok(()) };
        let (child, column) = (child.as_str(), column.name.as_str());
        let text = format!("child table \"{child}\" has different type for column \"{column}\"");
        Err(Failure::new("42804", text))
    }

    pub(super) fn rename_column(&mut self, name: &Name, from: &Ident, to: &Ident) -> Applied {
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
    pub(super) fn expect_conversion(
        &self,
        name: &Name,
        column: &Ident,
        to: &model::TypeName,
        using: Option<&Expression>,
    ) -> Applied {
        let Some(Known::Yes(known)) = self.relation(name).map(|it| it.column(column)) else { return Ok(()) };
        let refuses = |using: facts::Using, indexed: bool| {
            let context = facts::ConversionContext { using, indexed, utc: true };
            convert::converted(&known.type_name, to, context, self).storage == facts::Storage::Refused
        };
        let using = convert::using(using, column, to);
        if refuses(using, false) {
            let text =
                format!("column \"{}\" cannot be cast automatically to type {}", column.as_str(), to.0);
            return Err(Failure::new("42804", text));
        }
        let whole_number = ["smallint", "integer", "bigint"].contains(&to.0.as_str());
        if known.identity.is_some() && !whole_number {
            let text = "identity column type must be smallint, integer, or bigint";
            return Err(Failure::new("22023", text));
        }
        if known.default.is_some() && refuses(facts::Using::None, false) {
            let text = format!(
                "default for column \"{}\" cannot be cast automatically to type {}",
                column.as_str(),
                to.0
            );
            return Err(Failure::new("42804", text));
        }
        if let Some(view) = self.reader_of(name, column) {
            let text = format!("cannot alter type of a column used by a view or rule: {view}");
            return Err(Failure::new("0A000", text));
        }
        if self.feeds_generated(name, column) {
            let text = "cannot alter type of a column used by a generated column".to_owned();
            return Err(Failure::new("0A000", text));
        }
        self.expect_keys_to_hold(name, column, to)?;
        self.expect_indexable(name, column, to)
    }

    /// Fails where an index on the column has no operator class for its new type.
    fn expect_indexable(&self, name: &Name, column: &Ident, to: &model::TypeName) -> Applied {
        let Some(relation) = self.relation(name) else { return Ok(()) };
        let bare = |index: &&model::Index| {
            index.keys.iter().any(|key| key.column.as_ref() == Some(column) && key.opclass.is_none())
        };
        let behind = relation.table.constraints.values().filter(|it| it.has_index()).filter_map(|it| {
            let excludes = |(key, _): &(model::IndexKey, String)| key.column.as_ref() == Some(column);
            match &it.kind {
                model::ConstraintKind::Exclusion { method, keys, .. } => {
                    keys.iter().any(excludes).then_some(method.as_str())
                }
                _ => it.columns().contains(column).then_some("btree"),
            }
        });
        let plain = relation.table.indexes.values().filter(bare).map(|index| index.method.as_str());
        // Extensions bring classes of their own.
        for method in plain.chain(behind).filter(|_| !self.extended) {
            let to = to.0.as_str();
            let takes = match method {
                "gist" => {
                    to.ends_with("range") || ["box", "circle", "point", "polygon", "tsvector"].contains(&to)
                }
                "gin" => to.ends_with("[]") || to == "jsonb" || to == "tsvector" || to.contains('.'),
                "btree" | "hash" => to != "json" && to != "xml" && to != "point",
                _ => true,
            };
            if !takes {
                let text =
                    format!("data type {to} has no default operator class for access method \"{method}\"");
                return Err(Failure::new("42704", text));
            }
        }
        Ok(())
    }

    /// Whether a generated column of the table is computed from a column.
    pub(crate) fn feeds_generated(&self, name: &Name, column: &Ident) -> bool {
        self.relation(name).is_some_and(|relation| {
            relation.table.columns.iter().any(|other| {
                other.generation().is_some_and(|it| {
                    other.name != *column && Expression::parse(&it.expression.0).columns.contains(column)
                })
            })
        })
    }

    /// A view that reads a column.
    pub(crate) fn reader_of(&self, name: &Name, column: &Ident) -> Option<Name> {
        let reference = model::ObjectRef::Column(name.clone(), column.clone());
        let reads = |view: &&Name| self.relation(view).is_some_and(|it| it.reads.contains(&reference));
        self.pointing_at(Link::Reads, name).find(reads).cloned()
    }

    pub(super) fn expect_not_key(&self, name: &Name, column: &Ident) -> Applied {
        if self.has(name, column, |it| it.identity.is_some()) == Some(true) {
            return Err(refused_for(column, name, "is an identity column"));
        }
        let key = self.relation(name).and_then(|it| it.table.primary_key());
        if key.is_some_and(|key| key.columns().contains(column)) {
            return Err(Failure::new("42P16", format!("column \"{}\" is in a primary key", column.as_str())));
        }
        Ok(())
    }

    /// Fails for a default of an identity or generated column.
    pub(super) fn expect_plain(&self, name: &Name, column: &Ident) -> Applied {
        if self.has(name, column, |it| it.identity.is_some()) == Some(true) {
            return Err(refused_for(column, name, "is an identity column"));
        }
        if self.has(name, column, |it| it.generated.is_some()) == Some(true) {
            return Err(refused_for(column, name, "is a generated column"));
        }
        Ok(())
    }

    pub(super) fn add_identity(&mut self, name: &Name, column: &Ident) -> Applied {
        self.expect_column(name, column)?;
        let whole_number =
            |it: &model::Column| ["smallint", "integer", "bigint"].contains(&it.type_name.0.as_str());
        if self.has(name, column, whole_number) == Some(false) {
            let text = "identity column type must be smallint, integer, or bigint";
            return Err(Failure::new("22023", text));
        }
        if self.has(name, column, |it| !it.not_null) == Some(true) {
            let text = format!(
                "column \"{}\" of relation \"{}\" must be declared NOT NULL before identity can be added",
                column.as_str(),
                name.name.as_str()
            );
            return Err(Failure::new("55000", text));
        }
        if self.has(name, column, |it| it.identity.is_some()) == Some(true) {
            return Err(refused_for(column, name, "is already an identity column"));
        }
        if self.has(name, column, |it| it.default.is_some()) == Some(true) {
            return Err(refused_for(column, name, "already has a default value"));
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
    pub(super) fn change_column(
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
}

pub(super) fn not_a(column: &Ident, table: &Name, what: &str, sqlstate: &'static str) -> Failure {
    let (column, table) = (column.as_str(), table.name.as_str());
    Failure::new(sqlstate, format!("column \"{column}\" of relation \"{table}\" is not {what}"))
}

pub(super) fn refused_for(column: &Ident, table: &Name, what: &str) -> Failure {
    let (column, table) = (column.as_str(), table.name.as_str());
    Failure::new("42601", format!("column \"{column}\" of relation \"{table}\" {what}"))
}
