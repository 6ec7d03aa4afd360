//! The interface: its packages, its checks, its pages. It has a toolchain of its own (`ui/package.json`), started from here.

use std::path::PathBuf;
use std::process::Command;

use crate::chore::{ChoreError, run};
use crate::npm;
use crate::place::{built, target, workspace};

fn folder() -> PathBuf {
    workspace().join("ui")
}

/// The oldest version of Node, major and minor, that its tools run on.
const NODE: (u32, u32) = (20, 19);

/// Installs its packages.
pub(crate) fn install() -> Result<(), ChoreError> {
    let output = Command::new("node").arg("--version").output();
    let found = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    if !suffices(&found) {
        let found = if found.is_empty() { "there is none".to_owned() } else { format!("this is {found}") };
        return Err(ChoreError::Node { least: format!("{}.{}", NODE.0, NODE.1), found });
    }
    npm::install(&folder())
}

/// Whether a version as Node prints it, such as `v20.19.0`, is new enough.
fn suffices(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|number| number.parse::<u32>().ok());
    numbers.next().zip(numbers.next()).is_some_and(|version| version >= NODE)
}

/// Types, lints, format, and whether the client is the one that the OpenAPI document describes.
pub(crate) fn check() -> Result<(), ChoreError> {
    run(&mut npm::script(&folder(), "check"))
}

/// Tests of its parts.
pub(crate) fn test() -> Result<(), ChoreError> {
    run(&mut npm::script(&folder(), "test"))
}

/// Builds its pages into `ui/dist`.
pub(crate) fn build() -> Result<(), ChoreError> {
    run(&mut npm::script(&folder(), "build"))
}

/// Journeys of people through the built pages in Chromium, against the real program, and a gallery of every part in every state.
pub(crate) fn journeys() -> Result<(), ChoreError> {
    run(&mut npm::script(&folder(), "gallery"))?;
    let told = target().join("xtask/journeys.json");
    let output = format!("--outputFile.json={}", told.display());
    let mut journeys = npm::script(&folder(), "test:journeys");
    journeys.args(["--", "--reporter=default", "--reporter=json", &output]).env("SLA_BIN", built("sla"));
    run(&mut journeys).map_err(|error| {
        let failed = std::fs::read_to_string(&told).map(|told| failed_in(&told)).unwrap_or_default();
        if failed.is_empty() { error } else { ChoreError::Journeys { failed: failed.join("\n  ") } }
    })
}

/// The journeys that failed, as the runner tells it, each with the first line of why.
fn failed_in(told: &str) -> Vec<String> {
    let told: serde_json::Value = serde_json::from_str(told).unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().and_then(|text| text.lines().next()).map(str::to_owned);
    let mut failed = Vec::new();
    for file in told["testResults"].as_array().into_iter().flatten() {
        let journeys = file["assertionResults"].as_array().into_iter().flatten();
        let of_file = journeys.filter(|one| one["status"] == "failed").filter_map(|one| {
            Some(format!("{}: {}", text(&one["fullName"])?, text(&one["failureMessages"][0]).unwrap_or_default()))
        });
        let before = failed.len();
        failed.extend(of_file);
        // A file whose desk did not start has no journey that failed.
        if failed.len() == before && file["status"] == "failed" {
            failed.extend(text(&file["name"]).zip(text(&file["message"])).map(|(name, why)| format!("{name}: {why}")));
        }
    }
    failed
}

#[cfg(test)]
mod tests {
    #[test]
    fn journeys_that_failed_are_named() {
        #[track_caller]
        fn check(told: &str, expected: &[&str]) {
            assert_eq!(super::failed_in(told), expected);
        }
        check("", &[]);
        check(r#"{"testResults":[{"status":"passed","assertionResults":[{"status":"passed","fullName":"a"}]}]}"#, &[]);
        check(
            r#"{"testResults":[
                {"status":"failed","name":"f","message":"","assertionResults":[
                    {"status":"passed","fullName":"a"},
                    {"status":"failed","fullName":"b c","failureMessages":["Timeout\n  at x"]}]},
                {"status":"failed","name":"many","message":"no desk\nat y","assertionResults":[]}]}"#,
            &["b c: Timeout", "many: no desk"],
        );
    }

    #[test]
    fn a_node_that_is_too_old_is_seen() {
        fn check(version: &str, expected: bool) {
            assert_eq!(super::suffices(version), expected, "{version}");
        }
        check("v20.19.0", true);
        check("v20.20.2", true);
        check("v22.1.0", true);
        check("v20.18.9", false);
        check("v18.20.4", false);
        check("v9.99.0", false);
        check("", false);
        check("node", false);
    }
}
