//! scratch
use trace::*;
#[tokio::test]
async fn scratch() {
    let sql = std::fs::read_to_string(std::env::var("SCRATCH").unwrap()).unwrap();
    for major in testkit::majors() {
        let options =
            shadow::ShadowOptions { settings: shadow_settings(), ..shadow::ShadowOptions::of(major) };
        let shadow = shadow::Shadow::start(&options, &model::Silent).await.unwrap();
        let db = shadow.create_database(None).await.unwrap();
        let mut tracer = Tracer::open(&db.target).await.unwrap();
        println!("== {major}");
        for s in sql.split(";\n").filter(|s| !s.trim().is_empty()) {
            let t = std::time::Instant::now();
            let o = tracer.statement(s).await.unwrap();
            println!(
                "{s}\n   {:?} {:?} outside={} {:?} [{:?}]",
                o.effect,
                o.error,
                o.outside_block,
                o.unknown,
                t.elapsed()
            );
        }
    }
}
