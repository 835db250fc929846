//! A Drizzle project as a revision of git has it.

use std::process::Command;

use crate::project::{Project, code, said};

const TABLE: &str = "import { integer, pgTable, text } from 'drizzle-orm/pg-core';
export const funds = pgTable('funds', { id: integer('id').primaryKey(), name: text('name') });";

fn git(project: &Project, args: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
        .args(args)
        .current_dir(project.path(""))
        .output()
        .expect("git");
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn its_packages_are_those_of_the_working_tree() {
    let project = Project::new();
    project.install_drizzle();
    project.write(".gitignore", "node_modules");
    project.write("package.json", "{}");
    project.write("drizzle.config.ts", "export default { dialect: 'postgresql', schema: './db/schema.ts' };");
    project.write("db/schema.ts", TABLE);
    git(&project, &["init", "-q", "-b", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "first"]);
    project.write("db/schema.ts", &TABLE.replace("text('name')", "text('name').notNull()"));
    let args = ["diff", "--from", "git:main:drizzle.config.ts", "--to", "drizzle.config.ts"];
    let answer = project.json(&args);
    let objects: Vec<&str> = answer["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .filter_map(|c| c["operation"].as_str())
        .collect();
    assert_eq!(objects, ["SET_NOT_NULL"], "{answer:#}");
    assert!(answer["notes"].to_string().contains("git does not hold packages"), "{answer:#}");
    project.write("db/schema.ts", "export const broken = ;");
    git(&project, &["commit", "-q", "-a", "-m", "broken"]);
    let refused =
        project.run(&["diff", "--from", "git:main:drizzle.config.ts", "--to", "git:HEAD~1:db/schema.ts"]);
    let words = said(&refused);
    assert!(code(&refused) == 2 && words.contains("at git:main:db/schema.ts:1:"), "{words}");
}
