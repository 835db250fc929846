//! Functions and procedures.

use model::Volatility;
use squawk_syntax::ast::{self, AstNode};

use crate::action::{CreateRoutine, Verb};
use crate::names::Reference;

pub(super) fn routine(
    name: Option<Reference>,
    or_replace: Option<ast::OrReplace>,
    options: Option<ast::FuncOptionList>,
) -> Option<Verb> {
    let mut routine = CreateRoutine {
        name: name?,
        or_replace: or_replace.is_some(),
        volatility: Volatility::Volatile,
        open_security_definer: false,
        sql_body: None,
        reads: Vec::new(),
        writes: Vec::new(),
    };
    let (mut definer, mut path) = (false, false);
    let (mut sql, mut body) = (false, None);
    for option in options.into_iter().flat_map(|list| list.options()) {
        match option {
            ast::FuncOption::VolatilityFuncOption(it) => routine.volatility = volatility(&it),
            ast::FuncOption::SecurityDefinerFuncOption(_) => definer = true,
            ast::FuncOption::LanguageFuncOption(it) => {
                let words = it.syntax().text().to_string().to_ascii_lowercase();
                sql = words
                    .split_whitespace()
                    .nth(1)
                    .is_some_and(|name| name.trim_matches(['\'', '"']) == "sql");
            }
            ast::FuncOption::AsFuncOption(it) => {
                body =
                    it.syntax().descendants().find_map(ast::Literal::cast).and_then(|it| it.string_value());
            }
            ast::FuncOption::SetFuncOption(it) => {
                path |= it.syntax().text().to_string().to_ascii_lowercase().contains("search_path");
            }
            _ => {}
        }
    }
    routine.open_security_definer = definer && !path;
    if let Some(body) = body.filter(|_| sql) {
        follow(&body, &mut routine);
        routine.sql_body = Some(body);
    }
    Some(Verb::CreateRoutine(Box::new(routine)))
}

/// The relations of an SQL body.
fn follow(body: &str, routine: &mut CreateRoutine) {
    for action in crate::parse(body).statements.into_iter().flat_map(|it| it.actions) {
        if let Verb::Query(query) = action.verb {
            routine.reads.extend(query.reads);
            routine.writes.extend(query.writes.into_iter().map(|write| write.table));
        }
    }
}

fn volatility(option: &ast::VolatilityFuncOption) -> Volatility {
    match option {
        ast::VolatilityFuncOption::Immutable(_) => Volatility::Immutable,
        ast::VolatilityFuncOption::Stable(_) => Volatility::Stable,
        ast::VolatilityFuncOption::Volatile(_) => Volatility::Volatile,
    }
}
