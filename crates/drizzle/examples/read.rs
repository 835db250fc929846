//! Prints the statements of a Drizzle project: `cargo run -p drizzle --example read -- PATH`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: read PATH");
        return ExitCode::from(2);
    };
    match drizzle::read(path.as_ref(), &drizzle::Options::default()) {
        Ok(project) => {
            for statement in &project.statements {
                println!("{};", statement.sql);
            }
            for note in &project.notes {
                eprintln!("note: {note}");
            }
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::from(2)
        }
    }
}
