//! A server with the schema, on which statements are measured.

use facts::report::Report;
use lint::{LintConfig, Options, SourceFile};
use model::{Schema, Silent};
use shadow::{Database, Shadow, ShadowOptions};
use trace::On;

/// A throwaway server with a database that all others are copies of.
pub(crate) struct Server {
    shadow: Shadow,
    template: Database,
    schema: Schema,
    major: u32,
}

impl Server {
    /// Starts one and builds the schema.
    pub(crate) async fn start(major: u32, schema: &[String]) -> Self {
        let options = ShadowOptions { settings: trace::shadow_settings(), ..ShadowOptions::of(major) };
        let shadow = Shadow::start(&options, &Silent).await.unwrap();
        let template = shadow.create_database(None).await.unwrap();
        let session = connect::connect(&template.target, "lockkeeper test").await.unwrap();
        for text in schema {
            session.batch_execute(text).await.unwrap();
        }
        let schema = read::live::read(&session).await.unwrap();
        session.close().await;
        Self { shadow, template, schema, major }
    }

    /// What the database holds.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What the linter says of a run of files on a schema.
    pub(crate) fn said(&self, schema: &Schema, files: &[(String, String)]) -> Report {
        let config = LintConfig::default();
        let options = Options { schema: Some(schema), pg_version: self.major, ..Options::new(&config) };
        let sources: Vec<SourceFile> =
            files.iter().map(|(path, text)| SourceFile::new(path.clone(), text.clone())).collect();
        lint::lint(&sources, &options)
    }

    /// What the linter says of a run of files, and what the server does.
    pub(crate) async fn both(&self, files: &[(String, String)]) -> (Report, Report) {
        let said = self.said(&self.schema, files);
        let database = self.shadow.create_database(Some(self.template.name.as_str())).await.unwrap();
        let measured = trace::run(files, On::Throwaway(&database.target)).await;
        let measured = measured.unwrap_or_else(|fault| panic!("{}: {fault:?}", files[0].0));
        self.shadow.drop_database(&database).await.unwrap();
        (said, measured)
    }
}
