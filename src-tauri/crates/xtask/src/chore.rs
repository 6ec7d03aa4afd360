//! How a chore runs another program, and how it fails.

use std::path::PathBuf;
use std::process::{Command, ExitStatus};

/// Why a chore did not do what it is for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChoreError {
    /// A program cannot be started.
    #[error("{command} cannot be started: {reason}")]
    Start {
        /// The command line.
        command: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A program ran and failed. It said itself why, just above.
    #[error("{command} ended with {status}")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A file or a folder cannot be read or written.
    #[error("{} cannot be {verb}: {reason}", path.display())]
    File {
        /// What was tried with it.
        verb: &'static str,
        /// Where it lies.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A generator ended well and wrote nothing.
    #[error("{command} wrote no file; it must write what belongs into the folder that it is given")]
    NothingGenerated {
        /// The command line.
        command: String,
    },
    /// Files in the tree are not those that the code makes.
    #[error(
        "generated files are not those that the code makes: run `cargo xtask generate {names}` and look at the difference\n{differences}"
    )]
    Stale {
        /// The generators, separated by spaces.
        names: String,
        /// One line for each file.
        differences: String,
    },
    /// Debian packages are missing on a system that is not Debian.
    #[error(
        "these are missing, and there is no apt-get to install them: {packages}; install them by hand, then run this again"
    )]
    NoApt {
        /// What Debian calls them, separated by commas.
        packages: String,
    },
    /// Packages were installed, and what the tests need of them is still not there.
    #[error("{packages} installed without an error, but {files} is not there; install it by hand, then run this again")]
    StillMissing {
        /// What Debian calls them, separated by commas.
        packages: String,
        /// The files that tell that a package is there, separated by commas.
        files: String,
    },
    /// Node is not there, or too old to build the interface.
    #[error("the interface is built with Node {least} or newer, and {found}; install it from https://nodejs.org")]
    Node {
        /// The oldest that will do.
        least: String,
        /// What is there.
        found: String,
    },
    /// A package was not made.
    #[error("no package was made: {what}")]
    Bundle {
        /// What is wrong.
        what: String,
    },
    /// Journeys failed.
    #[error("these journeys failed:\n  {failed}")]
    Journeys {
        /// Their names, each with the first line of why.
        failed: String,
    },
    /// Steps of a longer chore failed. Each said why where it ran.
    #[error("failed: {steps}")]
    Steps {
        /// The names of the steps, separated by commas.
        steps: String,
    },
}

impl ChoreError {
    /// Says what was tried with a file.
    pub(crate) fn file(verb: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |reason| Self::File { verb, path, reason }
    }
}

/// Runs a program with this one's terminal and waits for it.
pub(crate) fn run(command: &mut Command) -> Result<(), ChoreError> {
    let line = line(command);
    println!("$ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(ChoreError::Failed { command: line, status }),
        Err(reason) => Err(ChoreError::Start { command: line, reason }),
    }
}

/// A command as a person would type it, to be read and not to be parsed: the folders of its program are left out.
pub(crate) fn line(command: &Command) -> String {
    let program = command.get_program();
    let name = std::path::Path::new(program).file_name().unwrap_or(program);
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| quoted(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_=./:,@+".contains(c));
    if plain { word.to_owned() } else { format!("'{word}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_reads_as_it_would_be_typed() {
        fn check(words: &[&str], expected: &str) {
            let mut command = Command::new(words[0]);
            command.args(&words[1..]);
            assert_eq!(line(&command), expected);
        }
        check(&["/usr/bin/cargo", "fmt", "--all"], "cargo fmt --all");
        check(&["sh", "-c", "exit 1"], "sh -c 'exit 1'");
        check(&["sh", ""], "sh ''");
    }

    #[test]
    fn what_fails_and_what_cannot_start_are_told_apart() {
        fn check(words: &[&str], expected: &str) {
            let mut command = Command::new(words[0]);
            command.args(&words[1..]);
            let message = run(&mut command).expect_err("it fails").to_string();
            assert!(message.starts_with(expected), "{message} does not begin with {expected}");
        }
        check(&["sh", "-c", "exit 3"], "sh -c 'exit 3' ended with exit status: 3");
        check(&["a-program-that-nobody-has"], "a-program-that-nobody-has cannot be started: ");
    }
}
