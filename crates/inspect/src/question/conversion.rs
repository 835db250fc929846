//! Values that do not convert, or come out as others.

use assess::Outcome;
use facts::{ConversionContext, Using, spell};
use model::{Column, Expr, Ident, Literal, Name, Sql, TypeName, sql};

use super::{Draft, Scene, Search, domain, is_array, text_array};
use crate::relation::Types;

/// A conversion of a column's values.
#[derive(Debug)]
pub(crate) struct Conversion {
    /// After `FROM`.
    pub(crate) relation: Sql,
    /// The column.
    pub(crate) column: Ident,
    /// Its type so far.
    pub(crate) from: TypeName,
    /// The converted value.
    pub(crate) value: Sql,
    /// True for rows whose value does not convert, where SQL can say so without converting it.
    pub(crate) refused: Option<Sql>,
    /// How converted values are compared with those they come from.
    pub(crate) back: Back,
    /// What a changed value does, to follow "rows".
    pub(crate) changed: String,
}

/// How it is found out whether a value comes out as another.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Back {
    /// This is true for rows whose value does.
    Differs(Sql),
    /// The types say that none does.
    Never,
    /// There is no telling, and why.
    Unknown(&'static str),
}

pub(super) fn of(
    scene: &Scene<'_>,
    table: &Name,
    from: &Column,
    to: &Column,
    using: Option<&Expr>,
) -> Vec<Draft> {
    let Some(relation) = scene.relation(table, Types::Now, |_| true) else { return Vec::new() };
    let relation = relation.plain();
    // The domain may be new: its values are those of the type beneath, and what it asks of them comes after.
    let beneath = domain::of(scene.to, &to.type_name).map(|(_, domain)| &domain.type_name);
    let wanted = Column { type_name: beneath.unwrap_or(&to.type_name).clone(), ..to.clone() };
    let using = using.filter(|_| beneath.is_none());
    let mut drafts: Vec<Draft> = converts(scene, &relation, from, &wanted, using).into_iter().collect();
    let value = sql!("{}::{}", to.name, wanted.type_name);
    drafts.extend(domain::becomes(scene, table, relation, (&to.name, value), &to.type_name));
    drafts
}

fn converts(
    scene: &Scene<'_>,
    relation: &Sql,
    from: &Column,
    to: &Column,
    using: Option<&Expr>,
) -> Option<Draft> {
    if from.type_name == to.type_name {
        return None;
    }
    let cast = sql!("{}::{}", to.name, to.type_name);
    let form = match using {
        None => Using::None,
        Some(using) if using.0 == cast.as_str() => Using::Cast,
        Some(_) => Using::Expression,
    };
    let context = ConversionContext { using: form, indexed: false, utc: false };
    let facts = facts::conversion(&from.type_name, &to.type_name, context, scene.major);
    let pair = Pair { scene, column: &to.name, from: &from.type_name, to: &to.type_name, using, form };
    if !facts.may_fail && !facts.may_change {
        return None;
    }
    let value = using.map_or(cast, |using| sql!("({})", using));
    let labels = pair.labels();
    // The assignment to a shorter text refuses letters and cuts spaces; facts count the spaces for nothing.
    let keeps = !facts.may_change && !pair.is_text();
    let back = if labels.is_some() || keeps { Back::Never } else { pair.back(&value) };
    let conversion = Conversion {
        refused: labels.or_else(|| pair.refused()),
        back,
        changed: match pair.is_json_to_jsonb() {
            true => "hold a key twice, of which jsonb keeps the last".to_owned(),
            false => format!("come out as another value in {}", to.type_name),
        },
        relation: relation.clone(),
        column: to.name.clone(),
        from: from.type_name.clone(),
        value,
    };
    Some(Draft {
        rule: "unconvertible-values",
        outcome: Outcome::Fails,
        of: None,
        what: format!("hold a value that does not convert to {}", to.type_name),
        search: Search::Conversion(Box::new(conversion)),
    })
}

/// Two types of one column.
struct Pair<'a> {
    scene: &'a Scene<'a>,
    column: &'a Ident,
    from: &'a TypeName,
    to: &'a TypeName,
    using: Option<&'a Expr>,
    form: Using,
}

impl Pair<'_> {
    /// Values that are no label of the enum they become. The enum may be new, so nothing is cast to it.
    fn labels(&self) -> Option<Sql> {
        let element = self.to.0.strip_suffix("[]").unwrap_or(&self.to.0);
        let name: Name = element.parse().ok()?;
        let labels = text_array(&self.scene.to.enums.get(&name)?.labels);
        Some(match (is_array(self.from), is_array(self.to)) {
            (true, true) => sql!("NOT ({}::text[] <@ {})", self.column, labels),
            (false, false) => sql!("{}::text <> ALL ({})", self.column, labels),
            _ => return None,
        })
    }

    fn refused(&self) -> Option<Sql> {
        let to = spell(&self.to.0)?;
        let sizes = to.sizes.as_slice();
        match (to.base.as_str(), sizes) {
            ("character varying" | "character", [length])
                if to.array && is_array(self.from) && self.form == Using::None =>
            {
                let longer = sql!("char_length(rtrim(element::text)) > {}", *length);
                Some(sql!("EXISTS (SELECT FROM unnest({}) AS element WHERE {})", self.column, longer))
            }
            _ if to.array => None,
            // An explicit cast cuts; the assignment that a bare ALTER makes refuses all but spaces.
            ("character varying" | "character", [length]) if self.form == Using::None => {
                Some(sql!("char_length(rtrim({}::text)) > {}", self.column, *length))
            }
            ("smallint", _) if self.is_number() => Some(self.out_of(i16::MIN.into(), i16::MAX.into())),
            ("integer", _) if self.is_number() => Some(self.out_of(i32::MIN.into(), i32::MAX.into())),
            ("bigint", _) if self.is_number() => Some(self.out_of(i64::MIN, i64::MAX)),
            ("numeric", [precision, scale]) if self.is_number() => {
                let value = sql!("{}::numeric", self.column);
                let limit = sql!("10::numeric ^ ({})", precision - scale);
                Some(sql!("{} <> 'NaN' AND abs(round({}, {})) >= {}", value, value, *scale, limit))
            }
            _ => self.invalid_input(),
        }
    }

    /// Where values go by their text, the server says from 16 on whether it reads them.
    fn invalid_input(&self) -> Option<Sql> {
        let text = Sql::verbatim("text");
        let by_text = sql!("{}::{}::{}", self.column, text, self.to);
        let goes_by_text = match self.form {
            Using::None | Using::Cast => self.is_text(),
            Using::Expression => self.using.is_some_and(|using| using.0 == by_text.as_str()),
        };
        let literal = Literal::new(self.to.0.as_str());
        (self.scene.major >= 16 && goes_by_text)
            .then(|| sql!("NOT pg_input_is_valid({}::text, {})", self.column, literal))
    }

    fn out_of(&self, least: i64, most: i64) -> Sql {
        // A sign before the constant would bind closer than a cast of it.
        let (least, most) = (sql!("({})", least), sql!("({})", most));
        match self.from.0.as_str() {
            "smallint" | "integer" | "bigint" => sql!("{} NOT BETWEEN {} AND {}", self.column, least, most),
            _ => sql!("round({}::numeric) NOT BETWEEN {} AND {}", self.column, least, most),
        }
    }

    fn is_number(&self) -> bool {
        let numbers = ["smallint", "integer", "bigint", "numeric", "real", "double precision"];
        self.form != Using::Expression
            && spell(&self.from.0).is_some_and(|from| !from.array && numbers.contains(&from.base.as_str()))
    }

    fn is_text(&self) -> bool {
        let texts = ["text", "character varying", "character"];
        spell(&self.from.0).is_some_and(|from| !from.array && texts.contains(&from.base.as_str()))
    }

    fn is_json_to_jsonb(&self) -> bool {
        (self.from.0.as_str(), self.to.0.as_str()) == ("json", "jsonb")
    }

    /// True for documents with an object that has a key more than once, however deep. 16 has a word for it.
    fn repeats_a_key(&self) -> Sql {
        if self.scene.major >= 16 {
            return sql!("NOT ({} IS JSON WITH UNIQUE KEYS)", self.column);
        }
        sql!(
            "EXISTS (WITH RECURSIVE parts (part) AS (SELECT {} UNION ALL SELECT below.part FROM parts \
             CROSS JOIN LATERAL (\
             SELECT value FROM json_each(CASE json_typeof(part) WHEN 'object' THEN part ELSE {} END) \
             UNION ALL SELECT value FROM \
             json_array_elements(CASE json_typeof(part) WHEN 'array' THEN part ELSE '[]' END)) AS below (part)) \
             SELECT FROM parts WHERE json_typeof(part) = 'object' \
             AND (SELECT count(*) > count(DISTINCT key) FROM json_object_keys(part) AS key))",
            self.column,
            Literal::new("{}")
        )
    }

    /// Converted there and back, a value is the same unless something of it was lost.
    fn back(&self, value: &Sql) -> Back {
        let to_text = spell(&self.to.0).is_some_and(|to| {
            !to.array && matches!(to.base.as_str(), "text" | "character varying" | "character")
        });
        if self.is_text() && !to_text {
            // "007" becomes 7: another text, the same number.
            return Back::Never;
        }
        // As text, which is as long as it has to be, every value is what it is.
        if self.to.0 == "text" && self.form != Using::Expression {
            return Back::Never;
        }
        if self.is_json_to_jsonb() {
            return Back::Differs(self.repeats_a_key());
        }
        if matches!(self.from.0.as_str(), "json" | "xml") {
            return Back::Unknown("values of this type cannot be compared");
        }
        let elements = |array: &TypeName| array.0.strip_suffix("[]").map(TypeName::new);
        let elements_convert = elements(self.to)
            .zip(elements(self.from))
            .is_some_and(|(to, from)| to.converts_by_assignment(&from));
        let back = if elements_convert || self.to.converts_by_assignment(self.from) {
            sql!("({})::{}", value, self.from)
        } else if to_text {
            sql!("({})::text::{}", value, self.from)
        } else {
            return Back::Unknown("there is no cast back to compare with");
        };
        Back::Differs(sql!("{} IS DISTINCT FROM {}", back, self.column))
    }
}

/// Rows that hold a label which an enum loses.
pub(super) fn labels(
    scene: &Scene<'_>,
    from: &[String],
    to: &[String],
    columns: &[(Name, Column)],
) -> Vec<Draft> {
    let lost: Vec<&String> = from.iter().filter(|label| !to.contains(label)).collect();
    if lost.is_empty() {
        return Vec::new();
    }
    let array = text_array(lost.iter().copied());
    let told = Sql::join(lost.iter().map(|label| Literal::new(label.as_str())), ", ");
    let of = |(table, column): &(Name, Column)| {
        let relation = scene.relation(table, Types::Now, |name| *name == column.name)?.plain();
        let filter = if is_array(&column.type_name) {
            sql!("{}::text[] && {}", column.name, array)
        } else {
            sql!("{}::text = ANY ({})", column.name, array)
        };
        Some(Draft {
            rule: "enum-values-in-use",
            outcome: Outcome::Fails,
            of: Some(table.to_string()),
            what: format!("hold {told} in {}", column.name),
            search: Search::Filter { relation, filter: Some(filter) },
        })
    };
    columns.iter().filter_map(of).collect()
}
