//! The closing days that contracts name: files beside the catalogue's documents.

use std::path::Path;

use super::finding::{Code, Finding};
use super::stored::{calendar_path, is_stored};
use super::{Catalogue, SourceFile};
use crate::holiday::closings;
use crate::phrase;
use crate::phrase::Phrase;

/// Whether a file, by its name, holds closing days (`.ics`) and no documents.
pub fn is_calendar(name: &str) -> bool {
    let name = calendar_path(name).unwrap_or(name);
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ics"))
}

/// Puts what the files say into the contracts that name them.
pub(super) fn resolve(catalogue: &mut Catalogue, files: &[&SourceFile], findings: &mut Vec<Finding>) {
    for contract in catalogue.contracts.values_mut() {
        let Some(holidays) = &contract.spec.holidays else { continue };
        if holidays.region.is_none() && holidays.closing_days.is_empty() {
            let expected = phrase!("a region, closingDays or both", "eine Region, closingDays oder beides");
            findings.push(Finding::new(
                Code::MissingField,
                contract.place("/spec/holidays"),
                phrase!("neither", "keines von beiden"),
                expected,
            ));
        }
        let mut closed = Vec::new();
        for (index, name) in holidays.closing_days.iter().enumerate() {
            let place = || contract.place(&format!("/spec/holidays/closingDays/{index}"));
            if !is_inside(name) {
                let expected = phrase!(
                    "a path inside the folder of the contract's file that ends in .ics",
                    "ein Pfad im Ordner der Vertragsdatei, der auf .ics endet"
                );
                findings.push(Finding::new(Code::InvalidValue, place(), Phrase::quoted(format!("{name:?}")), expected));
                continue;
            }
            // The file that says so: the contract's own, or a template's.
            let said_in = place().file;
            let known: Vec<(String, &SourceFile)> =
                files.iter().filter_map(|file| Some((path_from(&said_in, &file.name)?, *file))).collect();
            let Some((_, file)) = known.iter().find(|(path, _)| path == name) else {
                let known: Vec<String> = known.into_iter().map(|(path, _)| path).collect();
                let expected = match known.len() {
                    0 if is_stored(&said_in) => phrase!(
                        "closing days that are kept beside it; there are none",
                        "Schließtage, die daneben geführt werden; es gibt keine"
                    ),
                    0 => phrase!(
                        "a file in the folder of the contract's file; it holds none that ends in .ics",
                        "eine Datei im Ordner der Vertragsdatei; dort endet keine auf .ics"
                    ),
                    _ => Phrase::one_of(&known.join(", ")),
                };
                let found = phrase!("{name:?}, which is not there", "{name:?}, dort nicht vorhanden");
                findings.push(Finding::new(Code::UnknownReference, place(), found, expected));
                continue;
            };
            match closings(&file.name, &file.text) {
                Ok(read) => closed.extend(read),
                Err(defects) => findings.extend(defects),
            }
        }
        if let Some(holidays) = &mut contract.spec.holidays {
            holidays.closed = closed;
        }
    }
}

/// The path by which a document names a file: relative to its own folder, or the name of what is kept as it is.
fn path_from(document: &str, file: &str) -> Option<String> {
    match (is_stored(document), calendar_path(file)) {
        (true, path) => path.map(str::to_owned),
        (false, Some(_)) => None,
        (false, None) => {
            let folder = Path::new(document).parent().unwrap_or_else(|| Path::new(""));
            Path::new(file).strip_prefix(folder).ok().map(|path| path.display().to_string())
        }
    }
}

/// Whether a path stays inside the folder that it is relative to.
pub(super) fn is_inside(path: &str) -> bool {
    let named = |part: &str| !matches!(part, "" | "." | "..");
    is_calendar(path) && !path.contains(['\\', ':']) && path.split('/').all(named)
}
