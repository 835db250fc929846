//! The table that is copied, and the names of what is made for it.

use model::{
    COPY_NAMESPACE, Change, Column, Constraint, ConstraintKind, Fingerprint, Ident, Name, ObjectRef, Sql,
    Table, sql,
};

/// A column that changes its type.
#[derive(Debug, Clone)]
pub(super) struct Retyped<'a> {
    pub(super) change: &'a Change,
    pub(super) from: &'a Column,
    pub(super) to: &'a Column,
}

/// A table as it is and as it is wanted.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) table: &'a Name,
    pub(super) from: &'a Table,
    pub(super) to: &'a Table,
    pub(super) retyped: Vec<Retyped<'a>>,
    /// Generated columns, as they are wanted, that the copy makes anew: new ones, those with another expression, and
    /// those of which a column changes its type.
    pub(super) generated: Vec<&'a Column>,
    /// Foreign keys from and to the table as it is, with the tables they belong to.
    pub(super) foreign_from: Vec<(Name, Constraint)>,
    /// The same as they are wanted.
    pub(super) foreign_to: Vec<(Name, Constraint)>,
    /// Sequences owned by a column, other than those of identities.
    pub(super) sequences: Vec<(Name, Ident)>,
    /// Changes of what goes and comes again because a type under it changes.
    pub(super) remade: Vec<&'a Change>,
    /// Its estimated rows.
    pub(super) rows: f64,
    /// Its size with indexes, in bytes.
    pub(super) bytes: u64,
    pub(super) major: u32,
}

/// The two tables while there are two: the one that the application uses, and the one that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The copy follows the table.
    Forth,
    /// The table as it was, which is kept, follows the copy that has taken its place.
    Back,
}

impl Subject<'_> {
    /// Where the copy waits.
    pub(super) fn copy(&self) -> Name {
        Name { schema: Ident::new(COPY_NAMESPACE), name: self.table.name.clone() }
    }

    /// Where the table as it was is kept.
    pub(super) fn kept(&self) -> Name {
        let name = format!("{}.{}", self.table.schema.as_str(), self.table.name.as_str());
        Name { schema: Ident::new("lockkeeper"), name: Ident::new(name).truncated() }
    }

    /// The table that follows.
    pub(super) fn follower(&self, way: Way) -> Name {
        match way {
            Way::Forth => self.copy(),
            Way::Back => self.kept(),
        }
    }

    /// The table in which the keys of written rows are noted.
    pub(super) fn notes(&self, way: Way) -> Name {
        self.named(way, "notes")
    }

    /// The function that notes them.
    pub(super) fn noting(&self, way: Way) -> Name {
        self.named(way, "noting")
    }

    fn named(&self, way: Way, what: &str) -> Name {
        let mark = Fingerprint::of_bytes(self.table.to_string().as_bytes());
        let way = if way == Way::Forth { "" } else { "_back" };
        Name::new("lockkeeper", format!("copy_{}_{what}{way}", mark.short()))
    }

    /// The columns of the primary key.
    pub(super) fn key(&self) -> &[Ident] {
        self.from.primary_key().map_or(&[], Constraint::columns)
    }

    /// The table's columns as the leading table has them.
    fn leading(&self, way: Way) -> &Table {
        if way == Way::Forth { self.from } else { self.to }
    }

    /// A column as the leading table has it.
    pub(super) fn column(&self, way: Way, name: &Ident) -> Option<&Column> {
        self.leading(way).column(name)
    }

    /// The columns that the following table takes over from the leading one, in order: all but those it generates.
    pub(super) fn columns(&self, way: Way) -> Vec<&Ident> {
        let (leading, follows) = if way == Way::Forth { (self.from, self.to) } else { (self.to, self.from) };
        let is_taken = |column: &&Column| {
            let generates = follows.column(&column.name).is_none_or(|column| column.generated.is_some());
            !generates
        };
        leading.columns.iter().filter(is_taken).map(|column| &column.name).collect()
    }

    /// Whether the copy makes this column anew.
    pub(super) fn generates(&self, name: &Ident) -> bool {
        self.generated.iter().any(|column| column.name == *name)
    }

    /// What the following table holds where the leading one holds this column: to be assigned.
    pub(super) fn value(&self, way: Way, name: &Ident) -> Sql {
        let Some(Retyped { change, from, to }) = self.retyped(name) else { return sql!("{}", name) };
        let using = match (way, change) {
            (Way::Forth, Change::AlterColumnType { using, .. }) => using.clone(),
            _ => to.type_name.using(name, &from.type_name),
        };
        using.map_or_else(|| sql!("{}", name), |using| sql!("({})", using))
    }

    /// The same with the type that it has there: to be compared.
    pub(super) fn typed(&self, way: Way, name: &Ident) -> Sql {
        let Some(Retyped { from, to, .. }) = self.retyped(name) else { return sql!("{}", name) };
        let into = if way == Way::Forth { to } else { from };
        sql!("CAST({} AS {})", self.value(way, name), into.type_name)
    }

    fn retyped(&self, name: &Ident) -> Option<&Retyped<'_>> {
        self.retyped.iter().find(|retyped| retyped.to.name == *name)
    }

    /// Whether the copy itself makes this change.
    pub(super) fn absorbs(&self, change: &Change) -> bool {
        match change {
            Change::AlterColumnType { table, to, .. } => {
                table == self.table && (self.retyped(&to.name).is_some() || self.generates(&to.name))
            }
            Change::AddColumn { table, column } | Change::DropColumn { table, column } => {
                table == self.table && self.generates(&column.name)
            }
            Change::SetGenerated { table, to, .. } => table == self.table && self.generates(&to.name),
            Change::SetColumnOption { table, column, .. }
            | Change::SetNotNull { table, column, .. }
            | Change::Comment { on: ObjectRef::Column(table, column), .. } => {
                table == self.table && self.generates(column)
            }
            Change::SetDefault { table, column, .. } => {
                table == self.table && (self.retyped(column).is_some() || self.generates(column))
            }
            // It is built on the copy as it is wanted.
            Change::CreateIndex { table, .. }
            | Change::DropIndex { table, .. }
            | Change::RenameIndex { table, .. } => table == self.table,
            other => self.remade.contains(&other),
        }
    }

    /// Constraints that are made with the copy, and not after it is filled.
    pub(super) fn checks(&self) -> impl Iterator<Item = &Constraint> {
        self.to.constraints.values().filter(|it| matches!(it.kind, ConstraintKind::Check { .. }))
    }

    /// Unique and exclusion constraints besides the primary key.
    pub(super) fn other_keys(&self) -> impl Iterator<Item = &Constraint> {
        let is_key = |it: &&Constraint| {
            matches!(it.kind, ConstraintKind::Unique { .. } | ConstraintKind::Exclusion { .. })
        };
        self.to.constraints.values().filter(is_key)
    }

    /// The columns in a list.
    pub(super) fn list<'i>(names: impl IntoIterator<Item = &'i Ident>) -> Sql {
        Sql::join(names.into_iter().map(|name| sql!("{}", name)), ", ")
    }
}
