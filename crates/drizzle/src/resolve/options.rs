//! How imports are looked for.

use oxc_resolver::{ResolveOptions, TsconfigDiscovery};

use super::Asks;

/// For the project's own files: TypeScript endings, tsconfig paths.
pub(super) fn project_options(asks: Asks) -> ResolveOptions {
    let alias =
        |from: &str, to: &[&str]| (from.to_owned(), to.iter().map(|&ending| ending.to_owned()).collect());
    ResolveOptions {
        tsconfig: Some(TsconfigDiscovery::Auto),
        extensions: [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".json"]
            .map(String::from)
            .to_vec(),
        extension_alias: vec![
            alias(".js", &[".ts", ".tsx", ".js"]),
            alias(".jsx", &[".tsx", ".jsx"]),
            alias(".mjs", &[".mts", ".mjs"]),
            alias(".cjs", &[".cts", ".cjs"]),
        ],
        ..package_options(asks)
    }
}

/// For the files of packages: node's rules alone.
pub(super) fn package_options(asks: Asks) -> ResolveOptions {
    let asked = match asks {
        Asks::Import => "import",
        Asks::Require => "require",
    };
    ResolveOptions {
        condition_names: ["node", asked, "default"].map(String::from).to_vec(),
        extensions: [".js", ".mjs", ".cjs", ".json", ".ts", ".mts", ".cts"].map(String::from).to_vec(),
        main_fields: vec!["main".into()],
        ..ResolveOptions::default()
    }
}
