//! Reads a Drizzle project and prints its SQL: `cargo run -p drizzle --example read -- drizzle.config.ts`.

use std::path::Path;

fn main() {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: read PATH");
        return;
    };
    match drizzle::read(Path::new(&path), &drizzle::Options::default()) {
        Ok(project) => {
            for note in &project.notes {
                println!("-- {note}");
            }
            for statement in &project.statements {
                println!("{};", statement.sql);
            }
        }
        Err(fault) => eprintln!("error: {fault}"),
    }
}
