//! Nothing: the manifest beside it names the files' package.
