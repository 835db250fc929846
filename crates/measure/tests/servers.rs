//! The facts are what the servers do. `LOCKKEEPER_FACTS_STRIDE` says that every so many-th case is measured
//! (20 by default; 1 measures all, as `cargo run -p measure -- --check` does).

use measure::{Case, Cases};
use model::Silent;

#[tokio::test]
async fn facts_are_what_the_servers_do() {
    let stride = std::env::var("LOCKKEEPER_FACTS_STRIDE").ok();
    let stride: usize = stride.map_or(20, |text| text.parse().expect("the stride is a number"));
    let cases = Cases::read().unwrap();
    let wanted: Vec<&Case> = cases.cases.iter().step_by(stride).collect();
    for major in testkit::majors() {
        let measured = measure::measure(major, &cases, &wanted, false, &Silent).await.unwrap();
        assert!(!measured.facts.is_empty());
        let differences = measure::measured_differences(&measured, major);
        assert_eq!(differences, Vec::<String>::new());
    }
}
