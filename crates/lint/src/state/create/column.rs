//! New columns, and the sequences behind them.

use model::{Column, Expr, Generated, Ident, Identity, Name, SequenceOptions, TypeName, Volatility};
use parse::{ColumnDefinition, RelationKind};

use crate::failure::Failure;
use crate::state::Relation;
use crate::state::chosen_name;
use crate::state::{Catalog, volatility_of};
type Applied = Result<(), Failure>;

impl Catalog {
    /// Adds a column without its constraints.
    pub(crate) fn new_column(&self, table: &Name, relation: &mut Relation, it: &ColumnDefinition) -> Applied {
        match relation.table.columns.iter_mut().find(|column| column.name == it.name) {
            // A column of a parent may be said again.
            Some(column) if column.inherited => {
                column.not_null |= it.not_null();
                return Ok(());
            }
            Some(_) => {
                let text = format!(
                    "column \"{}\" of relation \"{}\" already exists",
                    it.name.as_str(),
                    table.name.as_str()
                );
                return Err(Failure::new("42701", text));
            }
            None => {}
        }
        relation.gone.remove(&it.name);
        relation.table.columns.push(self.column(it));
        Ok(())
    }

    /// A column as a definition describes it.
    pub(crate) fn column(&self, it: &ColumnDefinition) -> Column {
        let type_name =
            it.type_reference.as_ref().map(|found| found.type_name(|name| self.resolve_type(name)));
        let mut column = Column::new(it.name.as_str(), type_name.map_or("unknown".to_owned(), |name| name.0));
        column.not_null = it.not_null();
        if let Some(default) = it.default.as_ref().filter(|default| !default.is_null) {
            column.default = Some(self.qualified(&default.text));
            column.default_volatility = Some(volatility_of(default, self).0);
        }
        if it.is_serial() {
            column.default = Some(Expr::new("nextval"));
            column.default_volatility = Some(Volatility::Volatile);
        }
        column.identity =
            it.identity.map(|always| Identity { always, sequence: sequence_of(&column.type_name) });
        column.generated = it.generated.as_ref().map(|generated| Generated {
            expression: Expr::new(&generated.expression.text),
            stored: generated.stored.unwrap_or(false),
        });
        column
    }

    /// A default as the server keeps it: with the namespace of the sequence it draws from.
    pub(crate) fn qualified(&self, default: &str) -> Expr {
        match super::super::readers::sequence_in(default) {
            Some(sequence) if sequence.schema.is_none() => drawing(&self.resolve(&sequence)),
            _ => Expr::new(default),
        }
    }

    /// The sequence behind a serial or identity column.
    pub(crate) fn own_sequence(&mut self, table: &Name, it: &ColumnDefinition) {
        if it.identity.is_some() || it.is_serial() {
            let sequence = self.add_sequence(table, &it.name);
            if it.is_serial() {
                self.change(table, |relation| {
                    let columns = relation.table.columns.iter_mut().filter(|column| column.name == it.name);
                    columns.for_each(|column| column.default = Some(drawing(&sequence)));
                });
            }
        }
    }

    pub(crate) fn add_sequence(&mut self, table: &Name, column: &Ident) -> Name {
        let chosen = chosen_name(&table.name, &[column], "seq");
        let name = table.sibling(&self.unused(table, &chosen));
        let owner = Some((table.clone(), Some(column.clone())));
        self.set_relation(name.clone(), Some(Relation { owner, ..Relation::made(RelationKind::Sequence) }));
        name
    }
}

/// The default of a column that draws from a sequence, as a catalog shows it.
fn drawing(sequence: &Name) -> Expr {
    Expr::new(["nextval('", &sequence.to_string(), "'::regclass)"].concat())
}

/// The sequence of an identity column with the server's defaults.
pub(super) fn sequence_of(type_name: &TypeName) -> SequenceOptions {
    let max = match type_name.0.as_str() {
        "smallint" => i64::from(i16::MAX),
        "integer" => i64::from(i32::MAX),
        _ => i64::MAX,
    };
    SequenceOptions {
        type_name: type_name.clone(),
        start: 1,
        increment: 1,
        min: 1,
        max,
        cache: 1,
        cycle: false,
    }
}
