//! A month is sealed by the provider and checked by anybody: with the standard tools, and by `sla verify` on a machine that has
//! nothing but the bundle.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use sla_core::record::{MonthRecord, Verdict};
use sla_report::bundle::{Chance, Flaw, MANIFEST, Manifest, PublicKey, SIGNATURE, SIGNER, SecretKey, open, seal};

use crate::desk::{Desk, MONTH, START, STEP_SECONDS, command, csv, desk_of_files, sla, sound};

const PASSPHRASE: &str = "a passphrase of tests\n";

/// Something with a ledger, evidence and a key.
struct Provider {
    folder: tempfile::TempDir,
    ledger: String,
    evidence: PathBuf,
    /// The catalogue's folder; none where the ledger keeps it.
    catalogue: Option<PathBuf>,
}

impl Provider {
    fn of_the_demo() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let demo = folder.path().join("demo");
        sound(&sla(&["demo", "--json", "--out", &demo.display().to_string()]));
        Self {
            ledger: format!("sqlite:{}", demo.join("ledger.sqlite").display()),
            evidence: demo.join("reports/evidence"),
            catalogue: Some(demo.join("catalogue")),
            folder,
        }
        .with_a_key()
    }

    fn of(desk: &Desk) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (evidence, catalogue) = (desk.path("out/evidence"), Some(desk.path("catalogue")));
        Self { folder, ledger: desk.ledger(), evidence, catalogue }.with_a_key()
    }

    fn with_a_key(self) -> Self {
        let made = told(&["key", "new", "--json", &self.key()], PASSPHRASE);
        assert_eq!(sound(&made)["file"], json!(format!("{}.pub", self.key())));
        self
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn key(&self) -> String {
        self.path("sla.key")
    }

    fn public(&self) -> String {
        format!("{}.pub", self.key())
    }

    /// The words that seal a tenant's month into a folder.
    fn words(&self, tenant: &str, out: &str, more: &[&str]) -> Vec<String> {
        let path = |path: &Path| path.display().to_string();
        let mut words = vec![
            ("--key", self.key()),
            ("--out", self.path(out)),
            ("--evidence", path(&self.evidence)),
            ("--ledger", self.ledger.clone()),
        ];
        words.extend(self.catalogue.iter().map(|folder| ("--catalogue", path(folder))));
        // What is said again takes the place of what was said before.
        words.retain(|(name, _)| !more.contains(name));
        let words = words.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
        let of = ["month", "bundle", "--json", "--month", MONTH, "--tenant", tenant];
        of.into_iter().chain(more.iter().copied()).map(str::to_owned).chain(words).collect()
    }

    /// Seals a tenant's month and gives the file.
    #[track_caller]
    fn seals(&self, tenant: &str, out: &str, more: &[&str]) -> PathBuf {
        let sealed = sound(&told(&self.words(tenant, out, more), PASSPHRASE));
        PathBuf::from(sealed["file"].as_str().expect("a file"))
    }

    /// The code of why a month is not sealed.
    #[track_caller]
    fn refuses(&self, words: &[String], passphrase: &str, expected: &str) -> String {
        let output = told(words, passphrase);
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), &said["error"]["code"]), (Some(1), &json!(expected)), "{said}");
        said["error"]["message"].as_str().expect("a message").to_owned()
    }

    /// What the customer is told of a bundle whose key they know.
    fn verifies(&self, bundle: &Path) -> (Option<i32>, Value) {
        verified(bundle, &["--key", &self.public()])
    }
}

/// The binary with something on its standard input.
fn told<S: AsRef<std::ffi::OsStr>>(words: &[S], input: &str) -> Output {
    let mut command = command(words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    // Who needs no passphrase does not read it.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("the binary ends")
}

fn verified(bundle: &Path, more: &[&str]) -> (Option<i32>, Value) {
    let bundle = bundle.display().to_string();
    let output = sla(&[&["verify", "--json", &bundle], more].concat());
    let said = serde_json::from_slice(&output.stdout);
    (output.status.code(), said.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr))))
}

/// What became of each check, and the flaws of all.
fn outcomes(said: &Value) -> (Vec<(&str, &str)>, Vec<&Value>) {
    let checks = said["checks"].as_array().expect("checks");
    let pairs =
        checks.iter().map(|one| (one["check"].as_str().expect("a name"), one["outcome"].as_str().expect("one")));
    (pairs.collect(), checks.iter().flat_map(|one| one["flaws"].as_array().expect("flaws")).collect())
}

/// A bundle that agrees with itself.
#[track_caller]
fn agrees((code, said): &(Option<i32>, Value)) {
    let all = ["seal", "chain", "figures", "documents"].map(|check| (check, "agrees")).to_vec();
    assert_eq!(outcomes(said), (all, vec![]), "{said}");
    assert_eq!((*code, &said["agrees"], &said["difference"]), (Some(0), &json!(true), &Value::Null));
}

/// A bundle is checked as well where there is nothing but the program: no network, not even loopback, no environment, no home.
#[track_caller]
fn alone(bundle: &Path, expected: &(Option<i32>, Value)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new("unshare");
    command
        .args(["--map-root-user", "--net", "--"])
        .arg(sla_acceptance::binary())
        .args(["verify", "--json"])
        .arg(bundle);
    let output = command.env_clear().current_dir(folder.path()).output().expect("unshare starts");
    let said = serde_json::from_slice(&output.stdout);
    let said: Value = said.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!((output.status.code(), &said), (expected.0, &expected.1));
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Runs a tool that everybody has.
#[track_caller]
fn tool(folder: &Path, words: &[&str]) -> String {
    let output = Command::new(words[0]).args(&words[1..]).current_dir(folder).output();
    let output =
        output.unwrap_or_else(|error| panic!("{} does not start ({error}): run `cargo xtask setup`", words[0]));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{words:?}: {text}");
    text
}

#[test]
fn the_demos_months_are_sealed_and_the_standard_tools_agree() {
    let provider = Provider::of_the_demo();
    for tenant in ["alpenbahn", "koenigsforst", "nordlicht", "prairie"] {
        let bundle = provider.seals(tenant, "sealed", &[]);
        assert_eq!(bundle.file_name().and_then(|name| name.to_str()), Some(format!("{tenant}-2026-10.zip").as_str()));
        agrees(&provider.verifies(&bundle));
        let own = verified(&bundle, &[]);
        agrees(&own);
        alone(&bundle, &own);
        assert_eq!((&own.1["key_given"], &own.1["month"]["tenant"]), (&json!(false), &json!(tenant)));
        // Nothing of anybody else is in it.
        let text = String::from_utf8_lossy(&std::fs::read(&bundle).expect("a bundle")).into_owned();
        for other in ["alpenbahn", "koenigsforst", "nordlicht", "prairie"].iter().filter(|other| **other != tenant) {
            assert!(!text.contains(other), "{tenant}'s bundle tells of {other}");
        }
        // Sealed again it is the same, byte for byte.
        let again = provider.seals(tenant, "again", &[]);
        assert_eq!(std::fs::read(&again).expect("a bundle"), std::fs::read(&bundle).expect("a bundle"));
    }
    let words = provider.words("prairie", "sealed", &[]);
    assert_eq!(sound(&told(&words, PASSPHRASE))["unchanged"], json!(true));

    // What Info-ZIP and minisign make of it, who know nothing of this program.
    let bundle = provider.path("sealed/alpenbahn-2026-10.zip");
    let unpacked = provider.folder.path().join("unpacked");
    tool(provider.folder.path(), &["unzip", "-q", &bundle, "-d", &unpacked.display().to_string()]);
    let verdict = tool(&unpacked, &["minisign", "-Vm", MANIFEST, "-p", &provider.public()]);
    assert!(verdict.contains("Signature and comment signature verified"), "{verdict}");
    assert!(verdict.contains("alpenbahn, contract alpenbahn-platform, 2026-10, revision 1"), "{verdict}");
    let manifest: Manifest =
        serde_json::from_slice(&std::fs::read(unpacked.join(MANIFEST)).expect("a manifest")).expect("a manifest");
    let sums: String = manifest.files.iter().map(|file| format!("{}  {}\n", file.sha256, file.path)).collect();
    std::fs::write(unpacked.join("sums"), sums).expect("written");
    tool(&unpacked, &["sha256sum", "--check", "--strict", "--quiet", "sums"]);
    let schema = sla_acceptance::workspace().join("assets/schemas/bundle.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).expect("a schema")).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    assert!(validator.is_valid(&json!(manifest)));

    // A key that minisign made seals as well, and shows the same public key.
    let (key, public) = (provider.path("theirs.key"), provider.path("theirs.pub"));
    let made = Command::new("minisign")
        .args(["-G", "-s", &key, "-p", &public])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut made = made.expect("minisign starts");
    let twice = PASSPHRASE.repeat(2);
    made.stdin.take().expect("a pipe").write_all(twice.as_bytes()).expect("written");
    assert!(made.wait().expect("minisign ends").success());
    let shown = sound(&told(&["key", "show", "--json", &key], PASSPHRASE));
    assert_eq!(shown, sound(&sla(&["key", "show", "--json", &public])));
    let theirs = provider.seals("alpenbahn", "theirs", &["--key", &key]);
    agrees(&verified(&theirs, &["--key", &public]));
    let (code, said) = provider.verifies(&theirs);
    let (outcomes, flaws) = outcomes(&said);
    assert_eq!((code, outcomes[0], &flaws[0]["code"]), (Some(7), ("seal", "differs"), &json!("other_key")), "{said}");
}

#[test]
fn of_two_hundred_flipped_bits_none_is_missed_and_each_names_its_file() {
    let provider = Provider::of_the_demo();
    let path = provider.seals("koenigsforst", "sealed", &[]);
    let bytes = std::fs::read(&path).expect("a bundle");
    let key = PublicKey::read(&std::fs::read_to_string(provider.public()).expect("a key")).expect("a key");
    let sound = open(&bytes, Some(&key));
    assert_eq!(sound.flaws, []);
    let names: Vec<String> = sound.files.into_keys().chain([MANIFEST, SIGNATURE].map(str::to_owned)).collect();
    // Where each file begins: behind its own name, which stands before its content first.
    let begins: BTreeMap<usize, &str> = {
        let at = |name: &String| bytes.windows(name.len()).position(|window| window == name.as_bytes());
        names.iter().map(|name| (at(name).expect("a name") - 30, name.as_str())).collect()
    };
    let list = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").expect("a list");
    let first = bytes.windows(4).position(|window| window == b"PK\x01\x02").expect("a list");
    assert!(first < list);
    // A generator of one line: the same bits in every run, spread over the whole file, and as many again over its list and end.
    let mut state = 0x2026_1031_u64;
    let mut next = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let spread: Vec<usize> = (0..200).map(|_| next(bytes.len() * 8)).collect();
    let structure: Vec<usize> = (0..200).map(|_| first * 8 + next((bytes.len() - first) * 8)).collect();
    for bit in spread.into_iter().chain(structure) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let flaws = open(&flipped, Some(&key)).flaws;
        assert!(!flaws.is_empty(), "bit {bit} was missed");
        let of: Option<&str> = match bit / 8 {
            at if at < first => begins.range(..=at).next_back().map(|(_, name)| *name),
            _ => None,
        };
        let is_named = |flaw: &Flaw| match (flaw, of) {
            (Flaw::TwoNames { file, other }, Some(name)) => file == name || other == name,
            (flaw, Some(name)) => flaw.file() == Some(name),
            // The list says one name and the file itself another; either may be the flipped one.
            (Flaw::TwoNames { file, other }, None) => names.contains(file) || names.contains(other),
            (Flaw::End, None) => bit / 8 >= bytes.len() - 22,
            (flaw, None) => flaw.file().is_some_and(|file| names.iter().any(|name| name == file)),
        };
        assert!(flaws.iter().any(is_named), "bit {bit} of {of:?}: {flaws:?}");
    }
    // And so says the program.
    for file in ["documents/report.pdf", "evidence/", "catalogue/", MANIFEST] {
        let (begin, name) = begins.iter().find(|(_, name)| name.starts_with(file)).expect("a file");
        let mut flipped = bytes.clone();
        flipped[begin + 30 + name.len() + 40] ^= 4;
        let changed = provider.folder.path().join("changed.zip");
        std::fs::write(&changed, &flipped).expect("written");
        let (code, said) = provider.verifies(&changed);
        let (outcomes, flaws) = outcomes(&said);
        let rest = ["chain", "figures", "documents"].map(|check| (check, "not_checked"));
        assert_eq!((code, outcomes[0], &outcomes[1..]), (Some(7), ("seal", "differs"), rest.as_slice()), "{said}");
        assert!(flaws.iter().any(|flaw| flaw["code"] == json!("altered") && flaw["file"] == json!(name)), "{said}");
    }
}

/// A bundle whose content somebody changed, and signed anew with a key of their own.
fn forged(path: &Path, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>, &mut Manifest)) -> Vec<u8> {
    let bytes = std::fs::read(path).expect("a bundle");
    let opened = open(&bytes, None);
    let mut files = opened.files.into_iter().map(|(name, content)| (name, content.to_vec())).collect();
    let mut manifest = opened.manifest.expect("a manifest");
    change(&mut files, &mut manifest);
    files.remove(SIGNER);
    let chance = Chance { id: [5; 8], seed: [5; 32], salt: [5; 32] };
    let (key, _) = SecretKey::new(&chance, PASSPHRASE).expect("a key");
    seal(files, manifest, &key).expect("sealed")
}

/// The checks and codes of what is wrong with a bundle, and everything that is said of it.
#[track_caller]
fn wrong(provider: &Provider, bytes: &[u8]) -> (Vec<String>, Value) {
    let changed = provider.folder.path().join("changed.zip");
    std::fs::write(&changed, bytes).expect("written");
    let (code, said) = verified(&changed, &[]);
    assert_eq!((code, &said["agrees"]), (Some(7), &json!(false)), "{said}");
    let flaws = said["checks"].as_array().expect("checks").iter().flat_map(|check| {
        let flaws = check["flaws"].as_array().expect("flaws");
        flaws.iter().map(|flaw| format!("{} {}", check["check"], flaw["code"]).replace('"', ""))
    });
    (flaws.collect(), said)
}

#[test]
fn what_does_not_follow_from_the_evidence_is_noticed_whoever_signed_it() {
    let provider = Provider::of_the_demo();
    let path = provider.seals("alpenbahn", "sealed", &[]);
    let replaced = |file: &'static str, from: &'static str, to: &'static str| {
        forged(&path, move |files, _| {
            let text = String::from_utf8(files[file].clone()).expect("a text");
            assert!(text.contains(from), "{file} does not say {from}");
            files.insert(file.to_owned(), text.replace(from, to).into_bytes());
        })
    };
    let check = |bytes: &[u8], expected: &[&str]| {
        let (flaws, said) = wrong(&provider, bytes);
        assert_eq!(flaws, expected, "{said}");
        said
    };
    // An amount of the report: the chain, the evidence and what is drawn from it say another.
    let report = "documents/report.json";
    let said =
        check(&replaced(report, "276562", "176562"), &["chain chain_record", "figures figures", "documents document"]);
    let promise = &said["difference"]["promises"][0];
    assert_eq!(promise["figures"]["before"]["high_minor"], json!(176_562), "{said}");
    assert_eq!(promise["figures"]["after"]["high_minor"], json!(276_562), "{said}");
    // A letter that promises something else.
    let letter = check(&replaced("documents/letter.md", "2.765,62", "1.765,62"), &["documents document"]);
    assert_eq!(outcomes(&letter).1[0]["file"], json!("documents/letter.md"));
    // Terms that the report does not state.
    let terms = "catalogue/files/Contract.alpenbahn-platform.2.yaml";
    let changed = wrong(&provider, &replaced(terms, "99.95", "99.90")).0;
    assert!(changed.contains(&"figures figures".to_owned()), "{changed:?}");
    let unreadable = wrong(&provider, &replaced(terms, "tenant: alpenbahn", "tenant: nobody")).0;
    assert_eq!(unreadable, ["figures unreadable"]);
    // Without a piece of evidence, with one that is none, without the document of the SLI.
    let without = |prefix: &'static str| {
        forged(&path, move |files, _| {
            let name = files.keys().find(|name| name.starts_with(prefix)).expect("a file").clone();
            files.remove(&name);
        })
    };
    assert_eq!(wrong(&provider, &without("evidence/")).0, ["figures not_computed"]);
    assert_eq!(wrong(&provider, &without("catalogue/files/SLI")).0, ["figures unreadable"]);
    let no_evidence = forged(&path, |files, _| drop(files.insert("evidence/a.parquet".to_owned(), b"PAR1".to_vec())));
    assert_eq!(wrong(&provider, &no_evidence).0, ["figures unreadable"]);
    // An entry of the chain that is another one, or of another month.
    let of_chain = |change: fn(&mut Manifest)| forged(&path, move |_, manifest| change(manifest));
    check(&of_chain(|manifest| manifest.chain.entry.at += 1), &["chain chain_entry"]);
    check(&of_chain(|manifest| manifest.chain.entry.subject.push('0')), &["chain chain_entry"]);
    check(&of_chain(|manifest| manifest.month = "2026-11".parse().expect("a month")), &["seal unreadable"]);
    check(&forged(&path, |files, _| drop(files.remove("documents/report.json"))), &["seal missing"]);
    check(&forged(&path, |files, _| drop(files.remove("documents/report.pdf"))), &["documents missing"]);
    check(
        &forged(&path, |files, _| files.get_mut("documents/letter.html").expect("a letter").push(b' ')),
        &["documents document"],
    );
    check(
        &forged(&path, |files, _| files.get_mut("documents/report.xlsx").expect("a workbook").push(0)),
        &["documents document"],
    );
    // A bundle of a version that drew no workbook is whole.
    let changed = provider.path("changed.zip");
    let of_before = forged(&path, |files, _| {
        for added in ["documents/report.xlsx", "documents/letter.html"] {
            files.remove(added).expect("it is drawn now");
        }
    });
    std::fs::write(&changed, of_before).expect("written");
    agrees(&verified(Path::new(&changed), &[]));
    // What the words say, in both languages; the language of the documents when none is named.
    std::fs::write(&changed, replaced("documents/letter.md", "2.765,62", "1.765,62")).expect("written");
    for (more, parts) in [
        (
            vec![],
            ["✓ Zahlen: aus 2 Nachweisen neu berechnet", "documents/letter.md hat andere Bytes", "Nicht alles stimmt"],
        ),
        (
            vec!["--language", "en"],
            [
                "✓ Figures: computed again from 2 pieces",
                "documents/letter.md has other bytes",
                "Not everything agrees.",
            ],
        ),
    ] {
        let output = sla(&[&["verify", changed.as_str()], more.as_slice()].concat());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(7));
        for part in parts {
            assert!(text.contains(part), "{text}\nlacks {part}");
        }
    }
}

#[test]
fn a_month_that_nobody_could_check_is_not_sealed() {
    let provider = Provider::of_the_demo();
    let words = |more: &[&str]| provider.words("alpenbahn", "sealed", more);
    provider.refuses(&words(&[]), "another passphrase\n", "key.passphrase");
    provider.refuses(&words(&["--key", &provider.public()]), PASSPHRASE, "key.no_key");
    provider.refuses(&words(&["--revision", "2"]), PASSPHRASE, "ledger.unknown");
    provider.refuses(&told_key(&provider), PASSPHRASE, "file.taken");
    let empty = provider.path("empty");
    std::fs::create_dir(&empty).expect("a folder");
    provider.refuses(&words(&["--evidence", &empty]), PASSPHRASE, "evidence.missing");
    provider.refuses(&words(&["--catalogue", &empty]), PASSPHRASE, "catalogue.empty");
    // Another catalogue than the one that the month was closed with, even by one word that the figures follow from.
    let file = provider.catalogue.as_ref().expect("a folder").join("alpenbahn.yaml");
    let text = std::fs::read_to_string(&file).expect("a catalogue");
    std::fs::write(&file, text.replacen("monthly: ", "monthly: 1", 1)).expect("written");
    let told = provider.refuses(&words(&[]), PASSPHRASE, "bundle.otherwise");
    assert!(told.contains("does not make revision 1 again"), "{told}");
    assert!(told.contains("✗ Figures: computed again from the evidence, they are not those of the report"), "{told}");
    assert!(!Path::new(&provider.path("sealed")).exists(), "nothing was written");
}

/// The words that would make a key where there is one.
fn told_key(provider: &Provider) -> Vec<String> {
    ["key", "new", "--json", &provider.key()].map(str::to_owned).to_vec()
}

#[test]
fn what_is_no_bundle_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("a.zip"), "no archive").expect("written");
    let (code, said) = verified(&path("a.zip"), &[]);
    assert_eq!((code, &said["month"], &outcomes(&said).1[0]["code"]), (Some(7), &Value::Null, &json!("no_archive")));
    // As large as a file says it is, without a byte on the disk: nothing of it is read.
    let huge = std::fs::File::create(path("huge.zip")).expect("a file");
    huge.set_len(1 << 40).expect("a sparse file");
    for (name, expected) in [("huge.zip", "bundle.too_large"), ("none.zip", "file")] {
        let (code, said) = verified(&path(name), &[]);
        assert_eq!((code, &said["error"]["code"]), (Some(1), &json!(expected)), "{said}");
    }
    let (code, said) = verified(&path("a.zip"), &["--key", "no key"]);
    assert_eq!((code, &said["error"]["code"]), (Some(1), &json!("file")), "{said}");
}

/// A desk whose contracts name closing days; those are part of what a contract says.
fn desk_with_closing_days() -> Desk {
    let desk = desk_of_files();
    std::fs::create_dir(desk.path("catalogue/days")).expect("a folder");
    let day = "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261024\r\nEND:VEVENT";
    desk.write("catalogue/days/nord.ics", &format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{day}\r\nEND:VCALENDAR\r\n"));
    let text = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
    desk.write("catalogue/all.yaml", &text.replace("region: DE-BE", "region: DE-BE, closingDays: [days/nord.ics]"));
    desk
}

/// Restates nord with other measurements and gives what was printed.
#[track_caller]
fn restates(desk: &Desk) -> Value {
    let better = csv().replacen(",0,10", ",10,10", 12);
    desk.write("data/nord.csv", &better);
    let mut words = desk.close();
    words[0] = "restate".to_owned();
    words.extend(["--tenant", "nord"].map(str::to_owned));
    sound(&sla(&words))
}

#[test]
fn a_restated_and_decided_month_is_sealed_as_it_was_and_revisions_are_compared() {
    let desk = desk_with_closing_days();
    let text = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
    let capped = text.replace("of: base }]", "of: base }, { per: year, year: calendar, amount: 300.00 }]");
    desk.write("catalogue/all.yaml", &capped);
    // Of September two days are unknown: it may owe more or less, and so much is left of October's cap.
    let measured = (1..=30 * 288).filter(|slice| !(3_000..3_576).contains(slice));
    let september: String =
        measured.map(|slice| format!("{},10,10\n", START - 30 * 86_400 + slice * STEP_SECONDS)).collect();
    for tenant in ["nord", "west"] {
        desk.write(&format!("data/{tenant}.csv"), &format!("t,good,total\n{september}"));
    }
    let words = desk.close().into_iter().map(|word| if word == MONTH { "2026-09".to_owned() } else { word });
    sound(&sla(&words.collect::<Vec<_>>()));
    for tenant in ["nord", "west"] {
        desk.write(&format!("data/{tenant}.csv"), &csv());
    }
    desk.closes();
    let provider = Provider::of(&desk);
    let first = provider.seals("nord", "first", &[]);
    let restated = restates(&desk);
    let run = |line: &str, more: &[&str]| {
        let ledger = desk.ledger();
        let words: Vec<&str> =
            line.split(' ').chain(["--json", "--ledger", &ledger]).chain(more.iter().copied()).collect();
        sound(&sla(&words))
    };
    // What is decided of September later changes nothing of what October was.
    for month in ["2026-09", MONTH] {
        let of = format!("--tenant nord --month {month}");
        let view = run(&format!("month submit {of} --actor Ina"), &[]);
        for credit in view["credits"].as_array().expect("credits") {
            let (name, least) = (credit["commitment"].as_str().expect("a name"), credit["low_minor"].as_i64());
            let least = least.expect("an amount");
            let amount = format!("{}.{:02}", least / 100, least % 100);
            let decide = format!("credit decide {of} --commitment {name} --amount {amount} --actor Ina");
            run(&decide, &["--note", "agreed"]);
            run(&format!("credit approve {of} --commitment {name} --actor Ole"), &[]);
        }
        run(&format!("month approve {of} --actor Ole"), &[]);
    }
    let earlier = provider.seals("nord", "earlier", &["--revision", "1"]);
    assert_eq!(provider.verifies(&earlier).1["earlier_months"], json!(1));
    agrees(&provider.verifies(&earlier));
    let second = provider.seals("nord", "second", &[]);
    agrees(&provider.verifies(&second));
    // What its report says of September follows from September's record, whoever signed it.
    let better = forged(&second, |files, _| {
        let report = "documents/report.json";
        let mut record: MonthRecord = serde_json::from_slice(&files[report]).expect("a record");
        assert_eq!(record.earlier[0].promises[0].verdict, Verdict::Undecidable);
        record.earlier[0].promises[0].verdict = Verdict::Met;
        files.insert(report.to_owned(), record.to_json().into_bytes());
    });
    assert_eq!(wrong(&provider, &better).0, ["documents document"]);
    let bytes = std::fs::read(&second).expect("a bundle");
    for file in ["documents/settlement.json", "catalogue/files/days/nord.ics"] {
        assert!(open(&bytes, None).files.contains_key(file), "{file} is in it");
    }
    // Two revisions, in a ledger or in bundles, differ by the same.
    let of_ledger = run(&format!("diff --tenant nord --month {MONTH}"), &[]);
    assert_eq!(of_ledger, restated["differences"][0]);
    let (before, after) = (first.display().to_string(), second.display().to_string());
    assert_eq!(sound(&sla(&["diff", "--json", &before, &after, "--key", &provider.public()])), of_ledger);
    let text = String::from_utf8_lossy(&sla(&["diff", &before, &after]).stdout).into_owned();
    assert!(text.starts_with("nord, contract nord-contract, 2026-10: revision 2 instead of 1\n"), "{text}");
    let same = String::from_utf8_lossy(&sla(&["diff", &before, &before]).stdout).into_owned();
    assert!(same.ends_with("nothing: both say the same\n"), "{same}");
    let west = provider.seals("west", "west", &[]).display().to_string();
    let refuses = |words: &[&str], exit: i32, expected: &str| {
        let output = sla(words);
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), &said["error"]["code"]), (Some(exit), &json!(expected)), "{said}");
    };
    refuses(&["diff", "--json", &before, &west], 1, "bundle.other_month");
    std::fs::write(&west, "no bundle").expect("written");
    refuses(&["diff", "--json", &before, &west], 7, "bundle.unsound");
    let ledger = desk.ledger();
    let of = ["diff", "--json", "--tenant", "nord", "--month", MONTH, "--ledger", &ledger, "--after"];
    refuses(&[&of[..], &["1"]].concat(), 1, "diff.first");
    refuses(&[&of[..], &["3"]].concat(), 1, "ledger.unknown");
}

#[test]
fn what_the_ledger_keeps_is_sealed_as_it_was_decided_when_the_month_was_closed() {
    let desk = desk_with_closing_days();
    let provider = Provider { catalogue: None, ..Provider::of(&desk) };
    let (ledger, folder, out) = (desk.ledger(), desk.path("catalogue"), desk.path("out"));
    let (folder, out) = (folder.display().to_string(), out.display().to_string());
    let run = |line: &str, more: &[&str]| {
        let words: Vec<&str> =
            line.split(' ').chain(["--json", "--ledger", &ledger]).chain(more.iter().copied()).collect();
        sound(&sla(&words))
    };
    run("catalogue import --actor Ina", &[&folder]);
    run("exclusion approve upgrade --actor Ole", &[]);
    run(&format!("close --month {MONTH} --actor tester"), &["--files", &folder, "--out", &out]);
    let first = provider.seals("nord", "first", &[]);
    let bytes = std::fs::read(&first).expect("a bundle");
    let manifest = open(&bytes, None).manifest.expect("a manifest");
    let upgrade = manifest.catalogue.iter().find(|one| one.name == "upgrade").expect("the exclusion");
    let ruling = upgrade.ruling.as_ref().expect("a decision");
    assert_eq!(
        (upgrade.version, ruling.entered_by.as_str(), ruling.decided_by.as_deref()),
        (Some(1), "Ina", Some("Ole"))
    );
    assert!(manifest.catalogue.iter().all(|one| one.version.is_some()), "all of it lay in the ledger");
    assert!(manifest.catalogue.iter().any(|one| one.path == "catalogue/ledger/days/nord.ics"), "closing days, too");
    // What is decided later does not change what was sealed, nor what is sealed of that revision.
    run("exclusion refuse upgrade --actor Ole", &["--reason", "it was not agreed after all"]);
    let again = provider.seals("nord", "again", &[]);
    agrees(&provider.verifies(&again));
    let catalogue = |path: &Path| {
        let bytes = std::fs::read(path).expect("a bundle");
        open(&bytes, None).manifest.expect("a manifest").catalogue
    };
    assert_eq!(catalogue(&again), catalogue(&first));
}
