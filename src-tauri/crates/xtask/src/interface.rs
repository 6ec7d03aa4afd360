//! The interface: its packages, its checks, its pages. It has a toolchain of its own (`ui/package.json`), started from here.

use std::path::PathBuf;

use crate::chore::{ChoreError, run};
use crate::npm;
use crate::place::{built, workspace};

fn folder() -> PathBuf {
    workspace().join("ui")
}

/// Installs its packages.
pub(crate) fn install() -> Result<(), ChoreError> {
    npm::install(&folder())
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

/// Journeys of people through the built pages in Chromium, against the real program.
pub(crate) fn journeys() -> Result<(), ChoreError> {
    run(npm::script(&folder(), "test:journeys").env("SLA_BIN", built("sla")))
}
