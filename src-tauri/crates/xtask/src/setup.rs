//! What the tests need beside Rust: found if it is there, installed if not.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::chore::{ChoreError, run};
use crate::place::{cargo, program, tools, workspace};
use crate::{interface, npm};

/// What a Debian package is needed for, and how to see that it is there.
struct Need {
    package: &'static str,
    sign: Sign,
}

/// What tells that a package is there, whoever installed it.
enum Sign {
    /// A program on the path.
    Program(&'static str),
    /// A program in the folder of any version, `ROOT/VERSION/bin/NAME`.
    Versioned(&'static str, &'static str),
    /// A module that Python finds.
    PythonModule(&'static str),
}

/// The servers that the acceptance tests start, and the programs that judge documents. npm comes with Node where that is not
/// Debian's.
const TESTS: [Need; 11] = [
    Need { package: "git", sign: Sign::Program("git") },
    Need { package: "prometheus", sign: Sign::Program("promtool") },
    Need { package: "postgresql", sign: Sign::Versioned("/usr/lib/postgresql", "postgres") },
    Need { package: "postgresql-client", sign: Sign::Program("psql") },
    Need { package: "pgbouncer", sign: Sign::Program("pgbouncer") },
    Need { package: "poppler-utils", sign: Sign::Program("pdftotext") },
    Need { package: "qpdf", sign: Sign::Program("qpdf") },
    Need { package: "util-linux", sign: Sign::Program("setpriv") },
    Need { package: "nodejs", sign: Sign::Program("node") },
    Need { package: "npm", sign: Sign::Program("npm") },
    Need { package: "chromium", sign: Sign::Program("chromium") },
];

/// A Python of its own for the program that a bench compares itself with.
const BENCH: [Need; 2] = [
    Need { package: "python3", sign: Sign::Program("python3") },
    Need { package: "python3-venv", sign: Sign::PythonModule("ensurepip") },
];

/// The version that the configuration in `.cargo/deny.toml` was written for. Building it takes two cores two and a half
/// minutes, once: it is kept beside the build. One that the user has installed is taken as it is.
const CARGO_DENY: &str = "0.20.2";

/// Installs packages without starting the servers that they bring: Debian starts a service when its package is
/// installed, unless this file says no. One that the system already has is left alone.
const INSTALL: &str = r#"
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 --quiet update
apt-get -o DPkg::Lock::Timeout=300 --quiet --yes --no-install-recommends install "$@"
"#;

/// Installs what the tests need and the machine does not have.
pub(crate) fn setup() -> Result<(), ChoreError> {
    install(&TESTS)?;
    // The OpenID provider that the tests sign in at.
    npm::install(&workspace().join("tests").join("openid"))?;
    interface::install()?;
    install_cargo_deny()
}

/// Installs what the benches need beside.
pub(crate) fn setup_python() -> Result<(), ChoreError> {
    install(&BENCH)
}

fn install(needs: &[Need]) -> Result<(), ChoreError> {
    let missing = missing(needs, Sign::is_there);
    if missing.is_empty() {
        let packages: Vec<&str> = needs.iter().map(|need| need.package).collect();
        println!("already there: {}", packages.join(", "));
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if program("apt-get").is_none() {
        return Err(ChoreError::NoApt { packages: packages.join(", ") });
    }
    println!("installing from Debian: {}", packages.join(", "));
    run(as_root("sh").args(["-c", INSTALL, "install"]).args(&packages).stdin(Stdio::null()))?;

    let still: Vec<String> = missing.iter().filter(|need| !need.sign.is_there()).map(|need| need.sign.name()).collect();
    if still.is_empty() {
        return Ok(());
    }
    Err(ChoreError::StillMissing { packages: packages.join(", "), files: still.join(", ") })
}

fn install_cargo_deny() -> Result<(), ChoreError> {
    if let Some(path) = program("cargo-deny") {
        println!("already there: {}", path.display());
        return Ok(());
    }
    run(cargo()
        .args(["install", "--locked", "--quiet", "--version", CARGO_DENY, "--root"])
        .arg(tools())
        .arg("cargo-deny"))
}

/// The needs whose sign is not there.
fn missing(needs: &[Need], is_there: impl Fn(&Sign) -> bool) -> Vec<&Need> {
    needs.iter().filter(|need| !is_there(&need.sign)).collect()
}

/// A command that is run as root: through sudo if this is not root yet. Without a terminal sudo must not ask.
fn as_root(name: &str) -> Command {
    if is_root() {
        return Command::new(name);
    }
    let mut sudo = Command::new("sudo");
    if !std::io::stdin().is_terminal() {
        sudo.arg("--non-interactive");
    }
    sudo.arg(name);
    sudo
}

fn is_root() -> bool {
    let id = Command::new("id").arg("--user").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

impl Sign {
    fn is_there(&self) -> bool {
        match self {
            Self::Program(name) => program(name).is_some() || Path::new("/usr/sbin").join(name).is_file(),
            Self::Versioned(root, name) => versioned(Path::new(root), name).is_some(),
            Self::PythonModule(name) => {
                let import = format!("import {name}");
                let python = Command::new("python3").args(["-c", &import]).stderr(Stdio::null()).status();
                python.is_ok_and(|status| status.success())
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Program(name) => (*name).to_owned(),
            Self::Versioned(root, name) => format!("{root}/VERSION/bin/{name}"),
            Self::PythonModule(name) => format!("python module {name}"),
        }
    }
}

fn versioned(root: &Path, name: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir(root).ok()?.flatten();
    versions.map(|version| version.path().join("bin").join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_installed() {
        fn check(there: &[&str], expected: &[&str]) {
            let missing = missing(&TESTS, |sign| there.contains(&sign.name().as_str()));
            assert_eq!(missing.iter().map(|need| need.package).collect::<Vec<_>>(), expected, "{there:?}");
        }
        let postgres = "/usr/lib/postgresql/VERSION/bin/postgres";
        let node = ["node", "npm"];
        let with_node = |there: &[&'static str]| [there, &node, &["chromium"]].concat();
        let all = with_node(&["git", "promtool", postgres, "psql", "pgbouncer", "pdftotext", "qpdf", "setpriv"]);
        check(&all, &[]);
        let few = with_node(&["git", "promtool", "psql", "setpriv"]);
        check(&few, &["postgresql", "pgbouncer", "poppler-utils", "qpdf"]);
        let one = with_node(&["git", postgres, "psql", "pgbouncer", "pdftotext", "qpdf", "setpriv"]);
        check(&one, &["prometheus"]);
        check(&all[..8], &["nodejs", "npm", "chromium"]);
    }

    #[test]
    fn a_program_of_any_version_is_found() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(versioned(root.path(), name), expected.map(|path| root.path().join(path)), "{name}");
        };
        check("postgres", None);
        for folder in ["15/bin", "16/lib"] {
            std::fs::create_dir_all(root.path().join(folder)).expect("a folder");
        }
        check("postgres", None);
        std::fs::write(root.path().join("15/bin/postgres"), "").expect("a file");
        check("postgres", Some("15/bin/postgres"));
        check("initdb", None);
    }
}
