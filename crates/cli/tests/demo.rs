//! The demo's scenarios that wait for code, end to end and small: the program is killed, resumed, taken back
//! phase by phase, and judged from outside. Large by hand: `lockkeeper demo stages --rows 2000000`.

use std::process::Command;

use serde_json::Value;

/// Runs a scenario and gives its report; the program ends with 0 only where everything was proved.
fn report(args: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
    command.args(["demo", "--no-push", "--traffic", "30:60", "--baseline-seconds", "1", "--format", "json"]);
    let output = command.args(args).current_dir(folder.path()).env_remove("DATABASE_URL").output();
    let output = output.expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {said}"));
    assert_eq!(output.status.code(), Some(0), "{args:?}: {report:#}");
    report
}

/// What every scenario's report says.
fn is_whole(report: &Value, scenario: &str) {
    assert_eq!(report["scenario"], scenario);
    for proved in ["rolled_back", "resumed", "verified"] {
        assert_eq!(report[proved], true, "{proved}: {report:#}");
    }
    assert_eq!((&report["failed_statements"], &report["rows_lost"]), (&Value::from(0), &Value::from(0)));
    for key in ["rows", "server_version", "total_ms", "bare_ms"] {
        assert!(report[key].as_f64().is_some_and(|number| number > 0.0), "{key}");
    }
    for key in ["stall_ms", "baseline_ms"] {
        assert!(report[key]["read"].is_f64() && report[key]["write"].is_f64(), "{key}");
    }
    let phases = report["phases"].as_array().expect("a list");
    assert!(phases.iter().all(|phase| phase["lock_hold_ms"].is_f64() && phase["lock_wait_ms"].is_f64()));
    assert_eq!(report["killed"]["signal"], 9);
    let proofs = report["proofs"].as_array().expect("a list");
    assert!(!proofs.is_empty() && proofs.iter().all(|proof| proof["holds"] == true), "{proofs:#?}");
}

fn phases(report: &Value) -> Vec<&str> {
    let phases = report["phases"].as_array().expect("a list");
    phases.iter().filter_map(|phase| phase["name"].as_str()).collect()
}

#[test]
fn stages_become_normalized_while_the_application_works() {
    let report = report(&["stages", "--rows", "4000"]);
    is_whole(&report, "stages");
    assert_eq!(phases(&report), ["expand", "backfill", "validate", "switch", "contract", "cleanup"]);
    assert_eq!(report["gate"]["before"], "contract");
}

#[test]
fn a_cascade_becomes_a_restriction_when_nothing_deletes_any_more() {
    let report = report(&["cascade", "--rows", "50000", "--watch-seconds", "2"]);
    is_whole(&report, "cascade");
    assert_eq!(phases(&report), ["expand", "backfill", "validate", "switch"]);
    let refused = report["gate"]["refused"].as_str().expect("old code still deleted");
    assert!(refused.contains("were deleted from public.funds"), "{refused}");
}
