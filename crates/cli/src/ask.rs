//! Questions to a person at a terminal. Without a terminal nothing is asked, and nothing is guessed.

use std::io::{BufRead, IsTerminal, Write};

use diff::{Ambiguity, Rename};
use model::Fault;

/// What a person told of drops and adds that look alike.
#[derive(Debug, Default)]
pub struct Told {
    /// The renames.
    pub renames: Vec<Rename>,
    /// What is dropped, and not renamed.
    pub dropped: Vec<String>,
}

/// Whether there is a person to ask: questions go to standard error, answers come from standard input.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for each object that would be dropped whether it is renamed, and to what.
///
/// # Errors
/// `cli.input` when the terminal cannot be read; `diff.rename` when an option is none.
pub fn renames(ambiguities: &[Ambiguity]) -> Result<Told, Fault> {
    let stdin = std::io::stdin();
    told(ambiguities, &mut stdin.lock(), &mut std::io::stderr())
        .map_err(|error| Fault::new("cli.input", "the terminal could not be asked").cause(error))?
}

fn told(
    ambiguities: &[Ambiguity],
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> std::io::Result<Result<Told, Fault>> {
    let mut told = Told::default();
    let mut taken: Vec<&str> = Vec::new();
    let mut left = ambiguities;
    while let Some(first) = left.first() {
        let alike = left.iter().take_while(|ambiguity| ambiguity.dropped == first.dropped).count();
        let (same, rest) = left.split_at(alike);
        left = rest;
        let free: Vec<&Ambiguity> =
            same.iter().filter(|ambiguity| !taken.contains(&ambiguity.added.as_str())).collect();
        match choice(&first.dropped, &free, input, output)? {
            Choice::Renamed(ambiguity) => {
                taken.push(&ambiguity.added);
                match ambiguity.option.trim_start_matches("--rename ").parse() {
                    Ok(rename) => told.renames.push(rename),
                    Err(fault) => return Ok(Err(fault)),
                }
            }
            Choice::Dropped => told.dropped.push(first.dropped.clone()),
            Choice::Untold => {}
        }
    }
    Ok(Ok(told))
}

enum Choice<'a> {
    Renamed(&'a Ambiguity),
    Dropped,
    Untold,
}

fn choice<'a>(
    dropped: &str,
    candidates: &[&'a Ambiguity],
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> std::io::Result<Choice<'a>> {
    if candidates.is_empty() {
        return Ok(Choice::Dropped);
    }
    writeln!(output, "{dropped} is not in the wanted schema. Is it renamed, or dropped?")?;
    for (at, candidate) in candidates.iter().enumerate() {
        writeln!(output, "  {}  renamed to {} ({})", at + 1, candidate.added, candidate.reasons.join(", "))?;
    }
    writeln!(output, "  d  dropped, with what it holds")?;
    writeln!(output, "  q  neither is told")?;
    loop {
        write!(output, "> ")?;
        output.flush()?;
        let mut answer = String::new();
        if input.read_line(&mut answer)? == 0 {
            return Ok(Choice::Untold);
        }
        match answer.trim() {
            "d" => return Ok(Choice::Dropped),
            "q" => return Ok(Choice::Untold),
            number => {
                let nth = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                if let Some(candidate) = nth.and_then(|nth| candidates.get(nth)) {
                    return Ok(Choice::Renamed(candidate));
                }
                writeln!(output, "a number from 1 to {}, d, or q", candidates.len())?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ambiguity(dropped: &str, added: &str) -> Ambiguity {
        let new = added.rsplit('.').next().unwrap_or_default();
        Ambiguity {
            dropped: dropped.to_owned(),
            added: added.to_owned(),
            reasons: vec!["both are text".to_owned()],
            option: format!("--rename {dropped}={new}"),
        }
    }

    #[test]
    fn answers_are_taken_and_nonsense_is_asked_again() {
        let alike = [
            ambiguity("public.t.a", "public.t.x"),
            ambiguity("public.t.a", "public.t.y"),
            ambiguity("public.t.b", "public.t.x"),
            ambiguity("public.t.b", "public.t.y"),
            ambiguity("public.t.c", "public.t.x"),
        ];
        let mut said = Vec::new();
        let told = told(&alike, &mut "7\n2\nd\nq\n".as_bytes(), &mut said).unwrap().unwrap();
        assert_eq!(told.renames, ["public.t.a=y".parse().unwrap()]);
        assert_eq!(told.dropped, ["public.t.b"]);
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("a number from 1 to 2"), "{said}");
        assert_eq!(said.matches("renamed to public.t.y").count(), 1, "y was taken by a: {said}");
    }
}
