//! Reports, decided ones, statements and summaries whose texts are drawn by chance, for a validator such as veraPDF: names in any
//! script, signs that Markdown and PDF give a meaning to, words without end, nothing at all. Run it with
//! `cargo run --package sla-report --example fuzzed_reports -- FOLDER COUNT`; equal counts make equal files.

use std::path::PathBuf;

use serde_json::Value;
use sla_core::evidence::sha256_hex;
use sla_core::record::{Language, MonthRecord, Verdict};
use sla_report::{
    Document, Templates, governance_documents, sample, settled_documents, statement_documents, tenant_documents,
};

/// Pieces of texts.
const PIECES: [&str; 24] = [
    "Verfügbarkeit",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung",
    "日本電信電話株式会社",
    "شركة النور",
    "חברת החשמל",
    "Ελληνική",
    "हिन्दी",
    "ไทย",
    "e\u{301}\u{302}\u{303}",
    "👩‍🚀🏳️‍🌈",
    "\u{202e}abc\u{202c}",
    "\u{0007}\u{001b}[31m",
    "\u{fffd}\u{e000}",
    "(\\) <</Type/Page>> endobj",
    "| a | b |",
    "# {{ x }} {% y %}",
    "```table",
    "**bold** `code` [link](#nowhere) ![x](y)",
    "<script>&amp;\"'",
    "!breached",
    "{page}",
    "\u{00ad}\u{200b}\u{feff}",
    "a",
    "=1+1",
];

/// Fields whose words come from outside.
const FOREIGN: [&str; 6] = ["tenant_name", "title", "query", "source", "server_version", "warnings"];

/// Numbers by chance that follow from a text, so that the same file comes again.
struct Chance {
    seed: String,
    drawn: u32,
}

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.drawn += 1;
        let digits = sha256_hex(format!("{} {}", self.seed, self.drawn).as_bytes());
        usize::from_str_radix(&digits[..8], 16).unwrap_or_default() % most
    }

    fn text(&mut self) -> String {
        let pieces = [0, 1, 2, 3, 5, 40][self.below(6)];
        let separator = ["", " ", "\n", "-"][self.below(4)];
        (0..pieces).map(|_| PIECES[self.below(PIECES.len())]).collect::<Vec<_>>().join(separator)
    }
}

fn fuzz(value: &mut Value, is_foreign: bool, chance: &mut Chance) {
    match value {
        Value::String(text) if is_foreign && chance.below(3) > 0 => *text = chance.text(),
        Value::Array(all) => all.iter_mut().for_each(|one| fuzz(one, is_foreign, chance)),
        Value::Object(fields) => {
            // Elsewhere a reason is a word of the program's own.
            let is_exclusion = fields.contains_key("announced_at");
            for (name, field) in fields.iter_mut() {
                fuzz(field, FOREIGN.contains(&name.as_str()) || name == "reason" && is_exclusion, chance);
            }
        }
        _ => {}
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("expected a folder")?);
    let count: usize = arguments.next().ok_or("expected how many reports")?.parse()?;
    std::fs::create_dir_all(&folder)?;
    let templates = Templates::builtin();
    for number in 0..count {
        let mut chance = Chance { seed: number.to_string(), drawn: 0 };
        let language = [Language::De, Language::En][number % 2];
        let verdict = [Verdict::Met, Verdict::Breached, Verdict::Undecidable][number % 3];
        let record = match number % 7 {
            0 => sample::long_record(language, 1 + chance.below(6), chance.below(60)),
            _ => sample::record(language, verdict),
        };
        let mut value = serde_json::to_value(&record)?;
        fuzz(&mut value, false, &mut chance);
        let record: MonthRecord = serde_json::from_value(value)?;
        let keep = |kind: &str, documents: &[Document]| {
            let pdf = documents.iter().find(|one| one.name.ends_with(".pdf")).expect("a PDF");
            std::fs::write(folder.join(format!("{number:04}.{kind}.pdf")), &pdf.bytes)
        };
        let contacts = sample::contacts();
        keep("drawn", &tenant_documents(&templates, &record, &contacts)?)?;
        keep("decided", &settled_documents(&templates, &record, &sample::settlement(&record), &contacts)?)?;
        keep("statement", &statement_documents(&templates, language, &sample::statement(&record))?)?;
        keep("governance", &governance_documents(&templates, language, &sample::governance(&record))?)?;
    }
    Ok(())
}
