//! The node modules that the sandbox has a version of its own of.

/// The JavaScript of a built-in module: an expression that is a function of
/// `(module, exports, require, lockkeeper, name)`. None for those that only a stand-in can be had of.
pub(crate) fn source(name: &str) -> Option<&'static str> {
    Some(match name {
        "path" | "path/posix" | "path/win32" => include_str!("js/node/path.js"),
        "url" => include_str!("js/node/url.js"),
        "util" => include_str!("js/node/util.js"),
        "events" => include_str!("js/node/events.js"),
        "async_hooks" => include_str!("js/node/async_hooks.js"),
        "buffer" => include_str!("js/node/buffer.js"),
        "crypto" => include_str!("js/node/crypto.js"),
        "fs" => include_str!("js/node/fs.js"),
        "os" => include_str!("js/node/os.js"),
        "module" => include_str!("js/node/module.js"),
        "assert"
        | "assert/strict"
        | "console"
        | "diagnostics_channel"
        | "drizzle-kit"
        | "fs/promises"
        | "perf_hooks"
        | "process"
        | "querystring"
        | "timers"
        | "util/types" => include_str!("js/node/small.js"),
        _ => return None,
    })
}
