//! Writes `docs/rules`, `docs/runners.md` and `docs/linters.md`: `cargo run -p lint --example rule_pages`. A test says where a page is out of date.

use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    fs::create_dir_all(&folder)?;
    for rule in lint::rules() {
        fs::write(folder.join(format!("{}.md", rule.name)), lint::documentation(rule))?;
    }
    fs::write(folder.join("README.md"), lint::index_page())?;
    fs::write(folder.join("../runners.md"), lint::runner_page())?;
    fs::write(folder.join("../linters.md"), lint::peer_page())
}
