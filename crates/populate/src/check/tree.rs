//! An expression as a tree, as far as it is understood.

use super::token::{Token, tokens};

/// A part of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// All of them.
    And(Vec<Node>),
    /// One of them.
    Or(Vec<Node>),
    /// A comparison or another operator between two parts.
    Binary(Box<Node>, String, Box<Node>),
    /// A part that equals one of the items.
    In(Box<Node>, Vec<Node>),
    /// `IS NULL`
    IsNull(Box<Node>),
    /// A column, or `VALUE` in a domain's check.
    Name(String),
    /// A constant, as text.
    Constant(String),
    /// A function with its arguments.
    Call(String, Vec<Node>),
    /// Something that is not understood.
    Other,
}

/// Reads an expression; what is not understood becomes [`Node::Other`].
pub(crate) fn tree(text: &str) -> Node {
    let Some(tokens) = tokens(text) else { return Node::Other };
    let mut reader = Reader { tokens, at: 0 };
    match reader.any_of() {
        Some(node) if reader.at == reader.tokens.len() => node,
        _ => Node::Other,
    }
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.at += usize::from(is);
        is
    }

    fn mark(&mut self, mark: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Mark(found)) if found == mark);
        self.at += usize::from(is);
        is
    }

    fn any_of(&mut self) -> Option<Node> {
        let mut parts = vec![self.all_of()?];
        while self.word("or") {
            parts.push(self.all_of()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Node::Or(parts) })
    }

    fn all_of(&mut self) -> Option<Node> {
        let mut parts = vec![self.compared()?];
        while self.word("and") {
            parts.push(self.compared()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Node::And(parts) })
    }

    /// A part, and what it is compared with.
    fn compared(&mut self) -> Option<Node> {
        if self.word("not") {
            self.compared()?;
            return Some(Node::Other);
        }
        let left = self.operand()?;
        if self.word("between") {
            let low = self.operand()?;
            let both = self.word("and").then(|| self.operand())??;
            let at_least = Node::Binary(Box::new(left.clone()), ">=".to_owned(), Box::new(low));
            return Some(Node::And(vec![
                at_least,
                Node::Binary(Box::new(left), "<=".to_owned(), Box::new(both)),
            ]));
        }
        if self.word("in") {
            let items = self.list("(", ")")?;
            return Some(Node::In(Box::new(left), items));
        }
        if self.word("is") {
            let not = self.word("not");
            let null = self.word("null");
            return Some(if null && !not { Node::IsNull(Box::new(left)) } else { Node::Other });
        }
        match self.peek() {
            Some(Token::Mark(mark))
                if ["=", "<", "<=", ">", ">=", "<>", "~", "~~"].contains(&mark.as_str()) =>
            {
                let operator = mark.clone();
                self.at += 1;
                self.compared_with(left, operator)
            }
            _ => Some(left),
        }
    }

    fn compared_with(&mut self, left: Node, operator: String) -> Option<Node> {
        if operator == "=" && self.word("any") {
            let opened = self.mark("(");
            // The server writes the array once or twice in parentheses, and casts it.
            let items = self.operand()?;
            if !(opened && self.mark(")")) {
                return None;
            }
            return Some(match items {
                Node::Call(name, items) if name == "array" => Node::In(Box::new(left), items),
                _ => Node::Other,
            });
        }
        let right = self.operand()?;
        Some(Node::Binary(Box::new(left), operator, Box::new(right)))
    }

    /// A sum, product or other arithmetic counts as not understood.
    fn operand(&mut self) -> Option<Node> {
        let mut node = self.cast()?;
        while let Some(Token::Mark(mark)) = self.peek() {
            if !["+", "-", "*", "/", "%", "||"].contains(&mark.as_str()) {
                break;
            }
            self.at += 1;
            self.cast()?;
            node = Node::Other;
        }
        Some(node)
    }

    /// A part with its casts, which are passed over.
    fn cast(&mut self) -> Option<Node> {
        let node = self.primary()?;
        while self.mark("::") {
            self.type_name()?;
        }
        Some(node)
    }

    fn type_name(&mut self) -> Option<()> {
        let Some(Token::Word(_)) = self.next() else { return None };
        loop {
            let more = matches!(self.peek(), Some(Token::Word(word))
                if ["varying", "precision", "without", "with", "time", "zone"].contains(&word.as_str()));
            if more {
                self.at += 1;
            } else if self.mark(".") {
                self.next()?;
            } else if self.mark("(") {
                while !self.mark(")") {
                    self.next()?;
                }
            } else if self.mark("[") {
                self.mark("]").then_some(())?;
            } else {
                return Some(());
            }
        }
    }

    fn primary(&mut self) -> Option<Node> {
        match self.next()? {
            Token::Mark(mark) if mark == "(" => {
                let node = self.any_of()?;
                self.mark(")").then_some(node)
            }
            Token::Mark(mark) if mark == "-" => match self.next()? {
                Token::Number(number) => Some(Node::Constant(format!("-{number}"))),
                _ => None,
            },
            Token::Number(number) => Some(Node::Constant(number)),
            Token::Text(text) => Some(Node::Constant(text)),
            Token::Word(word) if word == "array" => Some(Node::Call(word, self.list("[", "]")?)),
            Token::Word(word) => self.named(word),
            Token::Mark(_) => None,
        }
    }

    /// A column or a function, with its namespace passed over.
    fn named(&mut self, mut word: String) -> Option<Node> {
        while self.mark(".") {
            let Some(Token::Word(next)) = self.next() else { return None };
            word = next;
        }
        if matches!(self.peek(), Some(Token::Mark(mark)) if mark == "(") {
            return Some(Node::Call(word, self.list("(", ")")?));
        }
        Some(Node::Name(word))
    }

    fn list(&mut self, open: &str, close: &str) -> Option<Vec<Node>> {
        self.mark(open).then_some(())?;
        let mut items = Vec::new();
        while !self.mark(close) {
            items.push(self.any_of()?);
            if !self.mark(",") && !matches!(self.peek(), Some(Token::Mark(mark)) if mark == close) {
                return None;
            }
        }
        Some(items)
    }
}
