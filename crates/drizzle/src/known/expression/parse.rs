//! The few forms of expression whose canonical text is known.

use model::Ident;

use super::token::{Token, tokens};

/// An expression that is true or false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// `a AND b AND c`
    And(Vec<Condition>),
    /// `a OR b OR c`
    Or(Vec<Condition>),
    /// `NOT a`
    Not(Box<Condition>),
    /// A column that is true or false itself.
    Column(Ident),
    /// `a IS NULL`, or `IS NOT NULL`
    Null { of: Operand, not: bool },
    /// `a = 'x'`
    Compare { left: Operand, operator: &'static str, right: Value },
    /// `a IN ('x', 'y')`, or `NOT IN`
    In { left: Operand, not: bool, list: Vec<Value> },
    /// `a BETWEEN 1 AND 5`, or `NOT BETWEEN`
    Between { left: Operand, not: bool, low: Value, high: Value },
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operand {
    /// A function of one text around the column.
    pub(super) function: Option<&'static str>,
    pub(super) column: Ident,
}

/// What it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// A number with its sign.
    Number(String),
    Truth(bool),
    Column(Operand),
}

const FUNCTIONS: [&str; 5] = ["length", "char_length", "octet_length", "lower", "upper"];

/// The condition that a text on this table means, where it is of these forms.
pub(super) fn parse(text: &str, table: &[Ident]) -> Option<Condition> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, table };
    let condition = parser.or(0)?;
    parser.tokens.is_empty().then_some(condition)
}

/// How deep parentheses may go.
const DEPTH_MAX: usize = 32;

struct Parser<'t> {
    tokens: &'t [Token],
    /// The table's names from the outside in: schema and name.
    table: &'t [Ident],
}

impl Parser<'_> {
    fn next(&mut self) -> Option<&Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn takes_mark(&mut self, mark: &str) -> bool {
        let takes = matches!(self.tokens.first(), Some(Token::Mark(found)) if *found == mark);
        if takes {
            self.tokens = &self.tokens[1..];
        }
        takes
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let takes = matches!(self.tokens.first(), Some(Token::Word(found)) if found == word);
        if takes {
            self.tokens = &self.tokens[1..];
        }
        takes
    }

    fn or(&mut self, depth: usize) -> Option<Condition> {
        let mut left = self.and(depth)?;
        while self.takes_word("or") {
            let right = self.and(depth)?;
            // The server's parser joins to the left, through parentheses too.
            left = match left {
                Condition::Or(mut list) => {
                    list.push(right);
                    Condition::Or(list)
                }
                left => Condition::Or(vec![left, right]),
            };
        }
        Some(left)
    }

    fn and(&mut self, depth: usize) -> Option<Condition> {
        let mut left = self.not(depth)?;
        while self.takes_word("and") {
            let right = self.not(depth)?;
            left = match left {
                Condition::And(mut list) => {
                    list.push(right);
                    Condition::And(list)
                }
                left => Condition::And(vec![left, right]),
            };
        }
        Some(left)
    }

    fn not(&mut self, depth: usize) -> Option<Condition> {
        if depth > DEPTH_MAX {
            return None;
        }
        if self.takes_word("not") {
            return Some(Condition::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.takes_mark("(") {
            let condition = self.or(depth + 1)?;
            return self.takes_mark(")").then_some(condition);
        }
        let left = self.operand()?;
        self.predicate(left)
    }

    fn predicate(&mut self, left: Operand) -> Option<Condition> {
        if self.takes_word("is") {
            let not = self.takes_word("not");
            return self.takes_word("null").then_some(Condition::Null { of: left, not });
        }
        let not = self.takes_word("not");
        if self.takes_word("in") {
            return Some(Condition::In { left, not, list: self.list()? });
        }
        if self.takes_word("between") {
            let low = self.value()?;
            let high = self.takes_word("and").then(|| self.value())??;
            return Some(Condition::Between { left, not, low, high });
        }
        if let Some(operator) = self.operator(not) {
            return Some(Condition::Compare { left, operator, right: self.value()? });
        }
        (!not && left.function.is_none()).then_some(Condition::Column(left.column))
    }

    /// An operator as the server names it.
    fn operator(&mut self, not: bool) -> Option<&'static str> {
        let found = match (self.tokens.first()?, not) {
            (Token::Word(word), false) if word == "like" => "~~",
            (Token::Word(word), true) if word == "like" => "!~~",
            (Token::Word(word), false) if word == "ilike" => "~~*",
            (Token::Word(word), true) if word == "ilike" => "!~~*",
            (Token::Mark("!="), false) => "<>",
            (
                Token::Mark(mark @ ("=" | "<>" | "<" | ">" | "<=" | ">=" | "~" | "~*" | "!~" | "!~*")),
                false,
            ) => mark,
            _ => return None,
        };
        self.tokens = &self.tokens[1..];
        Some(found)
    }

    fn list(&mut self) -> Option<Vec<Value>> {
        let mut list = Vec::new();
        if !self.takes_mark("(") {
            return None;
        }
        loop {
            list.push(self.value()?);
            if self.takes_mark(")") {
                return Some(list);
            }
            if !self.takes_mark(",") {
                return None;
            }
        }
    }

    fn value(&mut self) -> Option<Value> {
        let minus = self.takes_mark("-");
        match self.tokens.first()?.clone() {
            Token::Number(number) => {
                self.next();
                Some(Value::Number(if minus { ["-", &number].concat() } else { number }))
            }
            _ if minus => None,
            Token::Text(value) => {
                self.next();
                Some(Value::Text(value))
            }
            Token::Word(word) if word == "true" || word == "false" => {
                self.next();
                Some(Value::Truth(word == "true"))
            }
            _ => self.operand().map(Value::Column),
        }
    }

    fn operand(&mut self) -> Option<Operand> {
        if let [Token::Word(word), Token::Mark("("), ..] = self.tokens {
            let function = FUNCTIONS.into_iter().find(|function| function == word)?;
            self.tokens = &self.tokens[2..];
            let column = self.column()?;
            return self.takes_mark(")").then_some(Operand { function: Some(function), column });
        }
        Some(Operand { function: None, column: self.column()? })
    }

    /// `column`, `table.column` or `schema.table.column`.
    fn column(&mut self) -> Option<Ident> {
        let mut path = vec![self.identifier()?];
        while self.takes_mark(".") {
            path.push(self.identifier()?);
        }
        let column = path.pop()?;
        self.table.ends_with(&path).then_some(column)
    }

    fn identifier(&mut self) -> Option<Ident> {
        match self.next()? {
            Token::Quoted(name) => Some(Ident::new(name.as_str())),
            // A keyword without quotes may be anything.
            Token::Word(word) => {
                let name = Ident::new(word.as_str());
                (name.to_string() == *word).then_some(name)
            }
            _ => None,
        }
    }
}
