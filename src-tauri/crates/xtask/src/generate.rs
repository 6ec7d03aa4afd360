//! The files that are made from the code and kept in the tree, so that a reader finds them and a change shows.

use std::path::Path;
use std::process::Command;

use clap::builder::PossibleValuesParser;

use crate::chore::{ChoreError, line, run};
use crate::place::{built, workspace};
use crate::tree::Tree;

/// A program that writes files into a folder that it is given, the same ones for the same code on every machine.
#[derive(Debug)]
pub(crate) struct Generator {
    /// What a person calls it at the prompt.
    name: &'static str,
    /// The program, by its place in the build's folder.
    program: &'static str,
    /// What it is told; the folder follows as the last word.
    arguments: &'static [&'static str],
    /// The folder in the tree. It holds what the generator made, and nothing else.
    output: &'static str,
}

/// All generators. What they write is compared in every test run, so each must be done in a few seconds.
const GENERATORS: [Generator; 2] = [
    Generator { name: "schemas", program: "sla", arguments: &["schema", "--out"], output: "assets/schemas" },
    Generator {
        name: "demo",
        program: "examples/demo_measurements",
        arguments: &[],
        output: "assets/demo/measurements",
    },
];

/// The names that a person may give.
pub(crate) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(GENERATORS.iter().map(|generator| generator.name))
}

/// The generators of these names, or all if none is given.
pub(crate) fn chosen(names: &[String]) -> Vec<&'static Generator> {
    GENERATORS.iter().filter(|generator| names.is_empty() || names.iter().any(|name| name == generator.name)).collect()
}

/// Writes the generated files into the tree.
pub(crate) fn write(generators: &[&Generator]) -> Result<(), ChoreError> {
    for generator in generators {
        generator.run()?.write(&workspace().join(generator.output))?;
        println!("{} is up to date", generator.output);
    }
    Ok(())
}

/// Fails if the tree holds other files than the code makes. Writes nothing; every generator has its say.
pub(crate) fn check(generators: &[&Generator]) -> Result<(), ChoreError> {
    let mut names = Vec::new();
    let mut differences = Vec::new();
    let mut broken = None;
    for generator in generators {
        match generator.stale(&workspace()) {
            Ok(stale) if stale.is_empty() => println!("{} is up to date", generator.output),
            Ok(stale) => {
                names.push(generator.name);
                differences.extend(stale);
            }
            Err(error) => {
                println!("error: {}: {error}", generator.name);
                broken = broken.or(Some(error));
            }
        }
    }
    if !names.is_empty() {
        return Err(ChoreError::Stale { names: names.join(" "), differences: differences.join("\n") });
    }
    broken.map_or(Ok(()), Err)
}

impl Generator {
    fn command(&self) -> Command {
        let mut command = Command::new(built(self.program));
        command.current_dir(workspace()).args(self.arguments);
        command
    }

    /// Runs the generator into a temporary folder, so that a failure leaves the tree as it was.
    fn run(&self) -> Result<Tree, ChoreError> {
        generated(self.command())
    }

    /// One line for each file under `root` that is not what the code makes.
    fn stale(&self, root: &Path) -> Result<Vec<String>, ChoreError> {
        let present = Tree::read(&root.join(self.output))?;
        let lines = present.differences(&self.run()?);
        Ok(lines.into_iter().map(|line| format!("{}/{line}", self.output)).collect())
    }
}

/// What a command writes into the folder that it gets as its last word.
fn generated(mut command: Command) -> Result<Tree, ChoreError> {
    let folder = tempfile::tempdir().map_err(ChoreError::file("made", std::env::temp_dir()))?;
    run(command.arg(folder.path()))?;
    let tree = Tree::read(folder.path())?;
    if tree.is_empty() {
        return Err(ChoreError::NothingGenerated { command: line(&command) });
    }
    Ok(tree)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn generators_have_names_and_folders_of_their_own() {
        for field in [|generator: &Generator| generator.name, |generator: &Generator| generator.output] {
            let values: BTreeSet<&str> = GENERATORS.iter().map(field).collect();
            assert_eq!(values.len(), GENERATORS.len(), "{values:?}");
        }
        for (outer, inner) in GENERATORS.iter().flat_map(|outer| GENERATORS.iter().map(move |inner| (outer, inner))) {
            let inside = Path::new(inner.output).starts_with(outer.output);
            assert!(outer.name == inner.name || !inside, "{} would remove the files of {}", outer.name, inner.name);
        }
    }

    #[test]
    fn no_name_means_all() {
        fn check(names: &[&str], expected: &[&str]) {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let chosen: Vec<&str> = chosen(&names).iter().map(|generator| generator.name).collect();
            assert_eq!(chosen, expected, "{names:?}");
        }
        check(&[], &["schemas", "demo"]);
        check(&["demo"], &["demo"]);
    }

    #[test]
    fn a_generator_that_fails_or_writes_nothing_is_refused() {
        fn check(script: &str, expected: Result<(), &str>) {
            let mut command = Command::new("sh");
            command.args(["-c", script, "generator"]);
            match (generated(command), expected) {
                (Ok(tree), Ok(())) => assert!(!tree.is_empty(), "{script}"),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error} does not say {part}"),
                (result, _) => panic!("{script}: {result:?}"),
            }
        }
        check("echo '{}' >\"$1/a.json\"", Ok(()));
        check(":", Err("wrote no file"));
        check("echo '{}' >\"$1/a.json\"; exit 2", Err("ended with exit status: 2"));
    }
}
