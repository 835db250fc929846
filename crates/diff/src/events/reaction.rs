//! What a user of an object does when something happens to the object.

use model::{ConstraintKind, ObjectRef, Schema};

use super::{Event, Events};

/// The reaction of a user that stays; none where PostgreSQL needs none.
pub(super) fn of(
    events: &Events,
    from: &Schema,
    to: &Schema,
    user: &ObjectRef,
    used: &ObjectRef,
    event: Event,
) -> Option<Event> {
    let changes = !events.is_same(from, to, user);
    // A view altered in place would hold a routine until its namesake is there, and calls could then mean either.
    let holds = matches!((user, used), (ObjectRef::View(_), ObjectRef::Routine(_)));
    if event == Event::Redefaulted || event == Event::Gone && changes && !holds {
        // A user that changes lets go of what goes by itself.
        return None;
    }
    match user {
        ObjectRef::View(_) | ObjectRef::Rule(..) | ObjectRef::Policy(..) | ObjectRef::Trigger(..) => {
            Some(Event::Renewed)
        }
        ObjectRef::Routine(_) => Some(Event::Renewed),
        ObjectRef::Constraint(..) | ObjectRef::Index(..) if event == Event::Retyped => {
            is_key_between_retyped(events, from, user).then_some(Event::Renewed)
        }
        ObjectRef::Constraint(..) | ObjectRef::Index(..) => Some(Event::Renewed),
        ObjectRef::Column(..) => column(from, to, user, used, event),
        ObjectRef::Type(_) => match used {
            ObjectRef::Type(_) if event == Event::Altered => None,
            _ => Some(Event::Renewed),
        },
        ObjectRef::Table(_) => {
            matches!(used, ObjectRef::Table(_)).then_some(event).filter(|event| *event == Event::Renewed)
        }
        _ => None,
    }
}

/// PostgreSQL rebuilds indexes and proves checks and foreign keys again by itself when a column changes its
/// type; but between two columns of which both change, a foreign key would meanwhile compare strangers.
fn is_key_between_retyped(events: &Events, from: &Schema, user: &ObjectRef) -> bool {
    let ObjectRef::Constraint(table, name) = user else { return false };
    let Some(constraint) = from.tables.get(table).and_then(|table| table.constraints.get(name)) else {
        return false;
    };
    let ConstraintKind::ForeignKey(key) = &constraint.kind else { return false };
    let changes = |relation: &model::Name, column: &model::Ident| {
        let event = events.of(&ObjectRef::Column(relation.clone(), column.clone()));
        matches!(event, Some(Event::Retyped | Event::Moved))
    };
    key.columns
        .iter()
        .zip(&key.referenced_columns)
        .any(|(column, referenced)| changes(table, column) && changes(&key.references, referenced))
}

fn column(from: &Schema, to: &Schema, user: &ObjectRef, used: &ObjectRef, event: Event) -> Option<Event> {
    let (table, name) = user.column()?;
    let current = from.tables.get(table)?.column(name)?;
    let wanted = to.tables.get(table)?.column(name)?;
    let generated = current.generated.is_some() && wanted.generated.is_some();
    match used {
        ObjectRef::Type(_) | ObjectRef::Collation(_) if event == Event::Renewed => Some(Event::Moved),
        ObjectRef::Type(_) | ObjectRef::Collation(_) => generated.then_some(Event::Renewed),
        ObjectRef::Table(_) => None,
        _ if generated => Some(Event::Renewed),
        // A default that is taken away lets go by itself.
        _ => wanted.default.as_ref().map(|_| Event::Redefaulted),
    }
}
