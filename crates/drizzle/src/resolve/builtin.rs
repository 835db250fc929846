//! The modules of node itself.

/// The name of the node module a specifier means, without `node:`.
pub(crate) fn builtin(specifier: &str) -> Option<&str> {
    if let Some(named) = specifier.strip_prefix("node:") {
        return Some(named);
    }
    let name = specifier.split('/').next().unwrap_or(specifier);
    let known = BUILTINS.binary_search(&name).is_ok() && (name == specifier || SUBPATHS.contains(&specifier));
    known.then_some(specifier)
}

const SUBPATHS: &[&str] = &[
    "assert/strict",
    "dns/promises",
    "fs/promises",
    "path/posix",
    "path/win32",
    "readline/promises",
    "stream/consumers",
    "stream/promises",
    "stream/web",
    "timers/promises",
    "util/types",
];

const BUILTINS: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_searched() {
        assert!(BUILTINS.is_sorted());
    }
}
