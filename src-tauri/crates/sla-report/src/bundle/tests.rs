use super::*;

fn key() -> SecretKey {
    let chance = Chance { id: [1; 8], seed: [2; 32], salt: [3; 32] };
    SecretKey::new(&chance, "a passphrase of tests").expect("a key").0
}

fn manifest() -> Manifest {
    let entry = sla_core::audit::Entry {
        sequence: 3,
        at: 0,
        actor: "ada".into(),
        origin: String::new(),
        action: "month.closed".into(),
        subject: "month/nordlicht/nordlicht-platform/2026-10/1".into(),
        payload: "{}".into(),
        previous_hash: sla_core::audit::GENESIS.into(),
    };
    let (hash, head) = (entry.hash(), sla_core::audit::Anchor { entries: 3, hash: "0".repeat(64) });
    Manifest {
        schema: BUNDLE_SCHEMA.into(),
        program: "0.1.0".into(),
        tenant: "nordlicht".into(),
        contract: "nordlicht-platform".into(),
        month: "2026-10".parse().expect("a month"),
        revision: 1,
        language: sla_core::record::Language::En,
        record_sha256: "0".repeat(64),
        closed_at: 0,
        chain: BundleChain::new(entry, hash, &head),
        catalogue: Vec::new(),
        files: Vec::new(),
    }
}

/// Contents by name.
type Files = BTreeMap<String, Vec<u8>>;

fn files() -> Files {
    let file = |name: &str, content: &str| (name.to_owned(), content.as_bytes().to_vec());
    [file("documents/report.csv", "a,b\n"), file("documents/empty.txt", ""), file("evidence/a.parquet", "PAR1")].into()
}

fn sealed() -> Vec<u8> {
    seal(files(), manifest(), &key()).expect("sealed")
}

/// The only thing that is wrong with a bundle.
#[track_caller]
fn check(bytes: &[u8], expected: &Flaw) {
    let flaws = open(bytes, None).flaws;
    assert!(flaws.contains(expected), "{flaws:?}");
}

/// An archive as other programs may write one: of these files in this order, with changed records.
fn packed(files: &[(&str, &[u8])], change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut list = Vec::new();
    for (name, content) in files {
        let one = archive::pack(&[((*name).to_owned(), content.to_vec())].into());
        let local = 30 + name.len() + content.len();
        let mut record = one[local..one.len() - 22].to_vec();
        record[42..46].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
        bytes.extend(&one[..local]);
        list.extend(record);
    }
    let (begin, count) = ((bytes.len() as u32).to_le_bytes(), (files.len() as u16).to_le_bytes());
    let size = (list.len() as u32).to_le_bytes();
    bytes.extend(list);
    bytes.extend([b"PK\x05\x06".as_slice(), &[0; 4], &count, &count, &size, &begin, &[0; 2]].concat());
    change(&mut bytes);
    bytes
}

fn at(bytes: &[u8], mark: &[u8]) -> usize {
    bytes.windows(mark.len()).position(|window| window == mark).expect("a record")
}

#[test]
fn what_is_sealed_is_opened_and_sealing_again_is_the_same() {
    let bytes = sealed();
    assert_eq!(bytes, sealed());
    for key in [None, Some(key().public())] {
        let opened = open(&bytes, key.as_ref());
        assert_eq!(opened.flaws, []);
        assert_eq!(opened.signer.as_ref(), Some(&self::key().public()));
        let found = opened.files.iter().map(|(name, content)| (name.clone(), content.to_vec()));
        let found: BTreeMap<_, _> = found.filter(|(name, _)| name != SIGNER).collect();
        assert_eq!(found, files());
        assert_eq!(opened.manifest.expect("a manifest").files.len(), 4);
    }
}

#[test]
fn every_changed_bit_is_noticed_and_names_its_file() {
    let bytes = sealed();
    let names: Vec<String> = files().into_keys().chain([SIGNER, MANIFEST, SIGNATURE].map(str::to_owned)).collect();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        // The archive alone tells, before any signature is looked at.
        let flaws = archive::unpack(&changed).1;
        assert!(!flaws.is_empty(), "bit {bit}");
        let is_named = |flaw: &Flaw| match flaw {
            Flaw::End => bit / 8 >= bytes.len() - 22,
            Flaw::TwoNames { file, other } => names.contains(file) || names.contains(other),
            flaw => flaw.file().is_some_and(|file| names.iter().any(|name| name == file)),
        };
        assert!(flaws.iter().any(is_named), "bit {bit}: {flaws:?}");
    }
}

#[test]
fn whatever_is_cut_off_or_added_is_noticed() {
    let bytes = sealed();
    for length in 0..bytes.len() {
        assert!(!archive::unpack(&bytes[..length]).1.is_empty(), "{length} bytes");
    }
    check(&[bytes.as_slice(), b"x"].concat(), &Flaw::End);
    check(&[b"x", bytes.as_slice()].concat(), &Flaw::NoArchive);
    check(b"", &Flaw::NoArchive);
}

#[test]
fn archives_that_could_harm_are_refused() {
    let file = |name: &str| name.to_owned();
    for name in ["../a", "/a", "a/../../b", "a\\b", "c:a", "a/", "", "a//b", "a\nb", "nul.", &"a".repeat(300)] {
        check(&packed(&[(name, b"x")], |_| {}), &Flaw::UnsafeName { file: file(name) });
        let unsafe_name = [(file(name), Vec::new())].into();
        assert_eq!(seal(unsafe_name, manifest(), &key()), Err(SealError::Name { name: file(name) }));
    }
    check(&packed(&[("a", b"x"), ("a", b"y")], |_| {}), &Flaw::Twice { file: file("a") });
    check(&packed(&[("b", b"x"), ("a", b"y")], |_| {}), &Flaw::Disordered { file: file("a") });
    // A symbolic link, by the kind of file in the list.
    let link = |bytes: &mut Vec<u8>| {
        let record = at(bytes, b"PK\x01\x02");
        bytes[record + 38..record + 42].copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
    };
    check(&packed(&[("a", b"/etc/passwd")], link), &Flaw::Link { file: file("a") });
    // What claims to become four gigabytes is not even looked at.
    let bomb = |bytes: &mut Vec<u8>| {
        bytes[8] = 8;
        bytes[22..26].copy_from_slice(&u32::MAX.to_le_bytes());
    };
    check(&packed(&[("a", b"x")], bomb), &Flaw::Compressed { file: file("a"), bytes: u32::MAX.into() });
    // Sizes that lead out of the archive.
    let long = |bytes: &mut Vec<u8>| {
        let record = at(bytes, b"PK\x01\x02");
        for size in [18, 22, record + 20, record + 24] {
            bytes[size..size + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        }
    };
    check(&packed(&[("a", b"x")], long), &Flaw::Record { file: file("a") });
    // Something between the files and the list.
    let between = |bytes: &mut Vec<u8>| {
        let record = at(bytes, b"PK\x01\x02");
        bytes.insert(record, b'x');
    };
    check(&packed(&[("a", b"x")], between), &Flaw::NoArchive);
    // A comment behind the archive.
    let comment = |bytes: &mut Vec<u8>| bytes.extend(b"comment");
    check(&packed(&[("a", b"x")], comment), &Flaw::End);
    let many: Vec<String> = (0..=MOST_FILES).map(|number| format!("{number:05}")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    check(&packed(&many, |_| {}), &Flaw::TooManyFiles { most: MOST_FILES });
}

#[test]
fn what_the_manifest_does_not_know_is_refused() {
    let name = |name: &str| name.to_owned();
    let with = |change: &dyn Fn(&mut Files)| {
        let bytes = sealed();
        let (files, flaws) = archive::unpack(&bytes);
        assert_eq!(flaws, []);
        let mut files = files.into_iter().map(|(name, content)| (name, content.to_vec())).collect();
        change(&mut files);
        archive::pack(&files)
    };
    let put =
        |file: &str, content: &str| with(&|files| drop(files.insert(file.to_owned(), content.as_bytes().to_vec())));
    check(&put("more.txt", "x"), &Flaw::Unknown { file: name("more.txt") });
    check(&put("documents/report.csv", "a,c\n"), &Flaw::Altered { file: name("documents/report.csv") });
    check(
        &with(&|files| drop(files.remove("evidence/a.parquet"))),
        &Flaw::Missing { file: name("evidence/a.parquet") },
    );
    for file in [MANIFEST, SIGNATURE, SIGNER] {
        check(&with(&|files| drop(files.remove(file))), &Flaw::Missing { file: name(file) });
    }
    check(&put(SIGNATURE, "untrusted comment: x\n"), &Flaw::Signature { file: name(SIGNATURE) });
    // Whoever changes a file and signs anew with a key of their own is noticed by who knows the key.
    let chance = Chance { id: [9; 8], seed: [9; 32], salt: [9; 32] };
    let (other, _) = SecretKey::new(&chance, "a passphrase of others").expect("a key");
    let forged = seal(files(), manifest(), &other).expect("sealed");
    let expected = Flaw::OtherKey { signed_by: other.public().id(), expected: key().public().id() };
    assert_eq!(open(&forged, Some(&key().public())).flaws, [expected]);
    assert_eq!(open(&forged, None).flaws, []);
    let other_schema = Manifest { schema: "sla-desk/bundle/v9".into(), ..manifest() };
    let unread = open(&seal(files(), other_schema, &key()).expect("sealed"), None).flaws;
    assert!(matches!(unread.as_slice(), [Flaw::Unreadable { file, .. }] if file == MANIFEST), "{unread:?}");
}

#[test]
fn what_is_too_large_is_not_sealed() {
    let many: Files = (0..MOST_FILES).map(|number| (number.to_string(), Vec::new())).collect();
    assert!(matches!(seal(many, manifest(), &key()), Err(SealError::TooLarge { files, .. }) if files > MOST_FILES));
}
